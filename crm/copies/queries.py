"""Reads the dealers' copies, and what dealers are to be told of them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

import orjson
from sqlalchemy import Connection, and_, func, or_, select

from campaigns.wording.catalogues import N_, translated
from campaigns.wording.languages import Language
from crm.components.as_of import whole_past
from crm.components.evaluation import Evaluation
from crm.components.event_filter import effective_up_to
from crm.consents.facts import Category
from crm.copies.change_log import is_quiet
from crm.copies.changes import ChangeKind
from crm.copies.copy_rows import CopyRow
from crm.copies.projection import rows_of_copies
from crm.copies.row_keys import row_keys
from crm.copies.tables import CONTRACT, COPY_ROW, DEALER_CHANGE
from crm.journal.progress import load_progress
from crm.keyring.keyring import Keyring
from crm.outcomes.overlap import Grant
from crm.people.linked import subject_of
from crm.people.tables import LINK
from crm.scope import OutOfScope, Scope

CATEGORIES: tuple[Category, ...] = get_args(Category)


def copy_now(scope: Scope, connection: Connection, dealer: str) -> Iterator[CopyRow]:
    """The dealer's copy, by key."""
    _may_see(scope, dealer)
    query = select(COPY_ROW).where(COPY_ROW.c.dealer == dealer).order_by(COPY_ROW.c.key)
    for row in connection.execute(query):
        content: dict[str, Any] = orjson.loads(row.content)
        yield CopyRow(row.dealer, row.key, tuple(orjson.loads(row.cards)), content)


def copy_then(
    scope: Scope, connection: Connection, keyring: Keyring, dealer: str, at_us: int
) -> Iterator[CopyRow]:
    """The dealer's copy as of an instant, by key."""
    _may_see(scope, dealer)
    past = whole_past(connection, keyring, at_us, effective_up_to(at_us))
    row_key = row_keys(keyring.secret("copies"))
    rows = (row for row in rows_of_copies(past, row_key) if row.dealer == dealer)
    yield from sorted(rows, key=lambda row: row.key)


@dataclass(frozen=True, slots=True)
class CopyChange:
    """One change of a dealer's copy, as the dealer may be told it.

    `content` is the row as it stands now; None for a row that is withdrawn, and for an upsert that
    a later change of the same row has overtaken: what the row said then is not kept.
    """

    dealer: str
    sequence: int
    key: str
    kind: ChangeKind
    reason_class: str | None
    changed_us: int
    overtaken: bool
    content: dict[str, Any] | None


def changes_after(
    scope: Scope, connection: Connection, dealer: str, sequence: int, limit: int
) -> list[CopyChange]:
    """The dealer's next changes after a sequence number, in order.

    Not to be sent unless the copies are settled.
    """
    _may_see(scope, dealer)
    later = DEALER_CHANGE.alias("later")
    is_later = select(later.c.sequence).where(
        later.c.key == DEALER_CHANGE.c.key,
        later.c.dealer == DEALER_CHANGE.c.dealer,
        later.c.sequence > DEALER_CHANGE.c.sequence,
    )
    same = and_(COPY_ROW.c.dealer == DEALER_CHANGE.c.dealer, COPY_ROW.c.key == DEALER_CHANGE.c.key)
    query = (
        select(
            *(DEALER_CHANGE.c[name] for name in _CHANGE_COLUMNS),
            is_later.exists().label("overtaken"),
            COPY_ROW.c.content,
        )
        .join_from(DEALER_CHANGE, COPY_ROW, same, isouter=True)
        .where(DEALER_CHANGE.c.dealer == dealer, DEALER_CHANGE.c.sequence > sequence)
        .order_by(DEALER_CHANGE.c.sequence)
        .limit(limit)
    )
    return list(map(_copy_change, connection.execute(query)))


_CHANGE_COLUMNS = ("dealer", "sequence", "key", "kind", "reason_class", "changed_us")


def _copy_change(row: Any) -> CopyChange:
    stands = row.kind == "upsert" and not row.overtaken
    content = orjson.loads(row.content) if stands and row.content is not None else None
    told = {name: getattr(row, name) for name in _CHANGE_COLUMNS}
    return CopyChange(**told, overtaken=row.overtaken, content=content)


def dealers_told(connection: Connection) -> dict[str, int]:
    """Every dealer that was ever to be told something → the number of its last change."""
    found: dict[str, int] = {}
    # From dealer to dealer by the index: there are few of them, and very many changes.
    after = select(DEALER_CHANGE.c.dealer).order_by(DEALER_CHANGE.c.dealer).limit(1)
    dealer = connection.execute(after).scalar()
    while dealer is not None:
        last = select(func.max(DEALER_CHANGE.c.sequence)).where(DEALER_CHANGE.c.dealer == dealer)
        found[dealer] = connection.execute(last).scalar_one()
        dealer = connection.execute(after.where(DEALER_CHANGE.c.dealer > dealer)).scalar()
    return found


def are_settled(connection: Connection, today: date) -> bool:
    """Whether the copies may be sent: not being rebuilt, and looked at for this Shanghai day.

    Consents and contracts end with a day. Between midnight and the recording of the new day the
    stored copies are those of yesterday, and nothing of them may leave the house.
    """
    reached = load_progress(connection, "embedded").days_to
    return reached is not None and reached >= today and not is_quiet(connection)


def cards_in_copy(past: Evaluation, keyring: Keyring, dealer: str) -> set[str]:
    """The cards of an evaluation that contribute to the dealer's rows; never for its eyes."""
    rows = rows_of_copies(past, row_keys(keyring.secret("copies")))
    return {card_id for row in rows if row.dealer == dealer for card_id in row.cards}


@dataclass(frozen=True, slots=True)
class KnownContract:
    """A recorded contract; `ends_on` already tells of an early end."""

    dealer: str
    contract_id: str
    name: str
    kind: str
    regions: tuple[str, ...]
    starts_on: date
    ends_on: date | None

    @property
    def grant(self) -> Grant:
        """What it grants."""
        return Grant(self.dealer, self.kind, self.regions, self.starts_on, self.ends_on)


def contracts_known(scope: Scope, connection: Connection) -> list[KnownContract]:
    """Every recorded contract, the oldest first."""
    scope.require("copies", "how the dealers stand")
    query = select(CONTRACT).order_by(CONTRACT.c.starts_on, CONTRACT.c.contract_id)
    return [
        KnownContract(
            row.dealer,
            row.contract_id,
            row.name,
            row.kind,
            tuple(row.regions.split(",")) if row.regions else (),
            row.starts_on,
            row.ends_on,
        )
        for row in connection.execute(query)
    ]


def contracts_of(connection: Connection, dealer: str) -> list[Grant]:
    """What a dealer's contracts grant, the oldest first: for the doubts of whoever names it."""
    query = select(CONTRACT).where(CONTRACT.c.dealer == dealer)
    return [
        Grant(
            row.dealer,
            row.kind,
            tuple(row.regions.split(",")) if row.regions else (),
            row.starts_on,
            row.ends_on,
        )
        for row in connection.execute(query.order_by(CONTRACT.c.starts_on, CONTRACT.c.contract_id))
    ]


def dealer_name(connection: Connection, dealer: str) -> str | None:
    """What the dealer is called in its latest contract; None when it has none."""
    query = select(CONTRACT.c.name).where(CONTRACT.c.dealer == dealer)
    latest = query.order_by(CONTRACT.c.starts_on.desc(), CONTRACT.c.contract_id).limit(1)
    return connection.execute(latest).scalar()


def dealer_names(connection: Connection) -> dict[str, str]:
    """Every dealer that ever had a contract, by code, and what its latest one calls it."""
    query = select(CONTRACT.c.dealer, CONTRACT.c.name)
    query = query.order_by(CONTRACT.c.dealer, CONTRACT.c.starts_on, CONTRACT.c.contract_id)
    return {dealer: name for dealer, name in connection.execute(query)}


def dealer_words(connection: Connection, language: Language) -> dict[str, str]:
    """What people read for a dealer, by code: its name, where several share it with the code."""
    names = {code: name for code, name in dealer_names(connection).items() if name}
    shared = Counter(names.values())
    return {
        code: name if shared[name] == 1 else name_with_code(name, code, language)
        for code, name in names.items()
    }


def name_with_code(name: str, code: str, language: Language) -> str:
    """What people read who need a dealer's code, too: to type it, or to tell two apart."""
    return translated(N_("{name}（{code}）"), language, name=name, code=code)


def dealers_under_contract(connection: Connection, day: date) -> frozenset[str]:
    """The dealers that have a contract on a day."""
    ends = or_(CONTRACT.c.ends_on.is_(None), CONTRACT.c.ends_on >= day)
    query = select(CONTRACT.c.dealer).where(CONTRACT.c.starts_on <= day, ends)
    return frozenset(connection.execute(query).scalars())


def copies_of(scope: Scope, keyring: Keyring, evaluation: Evaluation) -> list[CopyRow]:
    """Every dealer's rows of the people in an evaluation, at its instant."""
    scope.require("copies", "who else has a copy")
    return list(rows_of_copies(evaluation, row_keys(keyring.secret("copies"))))


@dataclass(frozen=True, slots=True)
class HeldCopy:
    """What one dealer has of a person: categories, and since when without a break.

    since_us, since: when, and with which number of its sequence; None while the dealer has been
    told nothing of it yet.
    """

    dealer: str
    categories: tuple[str, ...]
    since_us: int | None
    since: int | None = None


def held_since(
    scope: Scope, connection: Connection, rows: Iterable[CopyRow], at_us: int
) -> list[HeldCopy]:
    """Of rows as they stand at an instant: since when the dealer is told of each."""
    scope.require("copies", "who else has a copy")
    found = []
    for row in sorted(rows, key=lambda row: (row.dealer, row.key)):
        query = (
            select(DEALER_CHANGE.c.kind, DEALER_CHANGE.c.changed_us, DEALER_CHANGE.c.sequence)
            .where(DEALER_CHANGE.c.dealer == row.dealer, DEALER_CHANGE.c.key == row.key)
            .where(DEALER_CHANGE.c.changed_us <= at_us)
            .order_by(DEALER_CHANGE.c.sequence)
        )
        since_us: int | None = None
        since: int | None = None
        for kind, changed_us, sequence in connection.execute(query):
            since_us = None if kind == "withdraw" else since_us or changed_us
            since = None if kind == "withdraw" else since or sequence
        categories = tuple(name for name in CATEGORIES if name in row.content)
        found.append(HeldCopy(row.dealer, categories, since_us, since))
    return found


def _may_see(scope: Scope, dealer: str) -> None:
    if not scope.may_see_copy_of(dealer):
        raise OutOfScope("another dealer's copy")


def own_row_key(scope: Scope, connection: Connection, subject: str) -> str | None:
    """By which key a dealer names whoever a card (`card/…`) is of; None: it has no such row."""
    if scope.dealer is None:
        raise OutOfScope("rows are a dealer's")
    card_id = subject.removeprefix("card/")
    person = select(LINK.c.person_id).where(LINK.c.card_id == card_id).scalar_subquery()
    subjects = select(subject_of(LINK.c.card_id)).where(LINK.c.person_id == person)
    query = select(COPY_ROW.c.key).where(COPY_ROW.c.dealer == scope.dealer)
    query = query.where(COPY_ROW.c.subject.in_(subjects)).order_by(COPY_ROW.c.key)
    return connection.execute(query.limit(1)).scalar()
