"""Reads which withdrawals are open, and what a change of dealers leaves to be done.

Only what a dealer may hold is to be given back: a row that never left for it is no recall. Of each
way in which rows leave it is kept how far it reached (crm/feed/tables.py). A row can only have been
in what reached its first number, and left before the number of its withdrawal.

What a system acknowledges is what the system holds. A workbook lies with people: that a row is gone
from there only somebody's word says (crm/feed/deletions.py).
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date

import orjson
from sqlalchemy import ColumnElement, Connection, ScalarSelect, exists, func, or_, select

from crm.copies.changes import ReasonClass
from crm.copies.recalls import Recall
from crm.copies.tables import COPY_ROW, DEALER_CHANGE
from crm.feed.history import closed_up_to
from crm.feed.tables import COPY_DELETION, COPY_SENT
from crm.people.found import FoundPerson
from crm.people.queries import people_by_id
from crm.people.tables import CARD, LINK, PERSON
from crm.scope import Scope
from crm.storage.database import in_pieces

PEOPLE_AT_ONCE = 50
_ROWS_AT_ONCE = 5_000

WITH_PEOPLE = frozenset({"workbook"})
"""Ways in which a copy leaves to lie with people, whatever the dealer's system holds."""
RowKey = Callable[[str, str], str]
"""(dealer, card id) → the key of the row that begins with this card."""


@dataclass(frozen=True, slots=True)
class RecallCount:
    """A dealer's open withdrawals, those of them that are overdue, and since when the oldest is."""

    dealer: str
    open: int
    overdue: int
    oldest_us: int | None


@dataclass(frozen=True, slots=True)
class HandOver:
    """What became of one dealer's rows when its contract ended, and whom its successor lacks.

    withdrawn: rows that it may have been sent, taken back because the right to know the person
    ended; acknowledged and open together are as many; held: rows that it still holds by right.
    people: ids of people who were or are with the old dealer and not yet with the new one, whose
    archive may be used and who are alive.
    """

    old: str
    new: str
    withdrawn: int
    acknowledged: int
    open: int
    held: int
    people: tuple[str, ...]


def dealers_ever_told(scope: Scope, connection: Connection) -> Iterator[str]:
    """Every dealer that has a change, in order; one look into the index for each."""
    _only_headquarters(scope)
    column = DEALER_CHANGE.c.dealer
    query = select(column).order_by(column).limit(1)
    dealer = connection.execute(query).scalar()
    while dealer is not None:
        yield dealer
        dealer = connection.execute(query.where(column > dealer)).scalar()


def open_recalls(
    scope: Scope, connection: Connection, today: date, *, overdue: bool = False
) -> list[Recall]:
    """Withdrawals of rows that a dealer may hold and that neither an acknowledgement nor its own
    word has closed, the oldest first."""
    _only_headquarters(scope)
    found = [
        recall
        for dealer in dealers_ever_told(scope, connection)
        for recall in own_recalls(connection, dealer)
        if not overdue or recall.is_overdue(today)
    ]
    return sorted(found, key=lambda recall: (recall.since_us, recall.dealer, recall.sequence))


def own_recalls(
    connection: Connection, dealer: str, keys: Collection[str] | None = None
) -> list[Recall]:
    """What one dealer has not given back yet, the oldest first; for readers that have asked who
    may. keys: of these rows alone."""
    closed = closed_up_to(connection).get(dealer, 0)
    return list(withdrawals(connection, dealer, closed, _is_not_said_deleted(), keys=keys))


def _is_not_said_deleted() -> ColumnElement[bool]:
    """Whether the dealer has not said in its page to have carried out a withdrawal."""
    said, withdrawn = COPY_DELETION.c, DEALER_CHANGE.c
    return ~exists().where(said.dealer == withdrawn.dealer, said.sequence == withdrawn.sequence)


@dataclass(frozen=True, slots=True)
class RecalledCopy:
    """A row that a dealer may still hold although it was taken back; first: its first change."""

    recall: Recall
    first: int


def still_with_dealers(
    scope: Scope, connection: Connection, row_key: RowKey, cards: Collection[str]
) -> list[RecalledCopy]:
    """Of one person's cards the rows that were taken back and that nobody has said to be deleted:
    until then the person is not told that nobody else has them."""
    found: list[RecalledCopy] = []
    for dealer in dealers_ever_told(scope, connection):
        keys = {row_key(dealer, card_id) for card_id in cards}
        found += [
            RecalledCopy(recall, first_number(connection, dealer, recall.key))
            for recall in own_recalls(connection, dealer, keys)
        ]
    return found


def first_number(connection: Connection, dealer: str, key: str) -> int:
    """The number of a row's first change; for readers that have asked who may."""
    of_row = DEALER_CHANGE.c.dealer == dealer, DEALER_CHANGE.c.key == key
    query = select(func.min(DEALER_CHANGE.c.sequence)).where(*of_row)
    return int(connection.execute(query).scalar_one())


def recall_counts(recalls: list[Recall], today: date) -> list[RecallCount]:
    """Per dealer how many of the recalls, by dealer."""
    by_dealer: dict[str, list[Recall]] = {}
    for recall in recalls:
        by_dealer.setdefault(recall.dealer, []).append(recall)
    return [
        RecallCount(
            dealer,
            len(own),
            sum(recall.is_overdue(today) for recall in own),
            min(recall.since_us for recall in own),
        )
        for dealer, own in sorted(by_dealer.items())
    ]


def hand_over(
    scope: Scope, connection: Connection, row_key: RowKey, old: str, new: str
) -> HandOver:
    """How far the change from one dealer to another has come."""
    _only_headquarters(scope)
    ended = [
        recall
        for recall in withdrawals(connection, old, 0)
        if recall.reason_class == ReasonClass.ENTITLEMENT_ENDED
    ]
    gone = _ended_keys(connection, old)
    still_open = {recall.sequence for recall in own_recalls(connection, old)}
    acknowledged = sum(recall.sequence not in still_open for recall in ended)
    held, cards = _cards_of_copy(connection, old)
    cards |= _cards_of_keys(connection, row_key, old, gone) if gone else set()
    known = _persons_of(connection, _cards_of_copy(connection, new)[1])
    wanted = _persons_of(connection, cards) - known
    return HandOver(
        old,
        new,
        len(ended),
        acknowledged,
        len(ended) - acknowledged,
        held,
        tuple(sorted(wanted)),
    )


def people_of_hand_over(
    scope: Scope, connection: Connection, found: HandOver
) -> Iterator[FoundPerson]:
    """The people who need a new consent, as lists show them."""
    _only_headquarters(scope)
    for start in range(0, len(found.people), PEOPLE_AT_ONCE):
        piece = list(found.people[start : start + PEOPLE_AT_ONCE])
        yield from people_by_id(scope, connection, piece)


def withdrawals(
    connection: Connection,
    dealer: str,
    after: int,
    *which: ColumnElement[bool],
    keys: Collection[str] | None = None,
) -> Iterator[Recall]:
    """Rows that may have been sent, withdrawn after a number, or whenever where they may stand in a
    workbook, and not given back since; `which`: asked before whether they may have been sent."""
    ways = select(COPY_SENT.c.what).where(COPY_SENT.c.dealer == dealer).distinct()
    left = set(connection.execute(ways).scalars())
    if not left:
        # Nothing ever left for it: no row need be looked at.
        return
    is_later = DEALER_CHANGE.c.sequence > after
    names = ("dealer", "sequence", "key", "reason_class", "changed_us")
    query = select(*(DEALER_CHANGE.c[name] for name in names)).where(
        *_stands_withdrawn(dealer),
        *which,
        or_(is_later, _left(dealer, WITH_PEOPLE)) if left & WITH_PEOPLE else is_later,
        _may_have_been_sent(connection, dealer),
    )
    if keys is not None:
        query = query.where(DEALER_CHANGE.c.key.in_(sorted(keys)))
    for row in connection.execute(query.order_by(DEALER_CHANGE.c.sequence)):
        yield Recall(*row)


def _ended_keys(connection: Connection, dealer: str) -> set[str]:
    """Every row, sent or not, that the end of a right has taken away."""
    ended = DEALER_CHANGE.c.reason_class == ReasonClass.ENTITLEMENT_ENDED
    query = select(DEALER_CHANGE.c.key).where(*_stands_withdrawn(dealer), ended)
    return set(connection.execute(query).scalars())


def _stands_withdrawn(dealer: str) -> tuple[ColumnElement[bool], ...]:
    columns = DEALER_CHANGE.c
    return columns.dealer == dealer, columns.kind == "withdraw", columns.overtaken.is_(False)


def _may_have_been_sent(connection: Connection, dealer: str) -> ColumnElement[bool]:
    """Whether something left that can have held the row of a withdrawal."""
    sent = COPY_SENT.c
    unknown = select(func.max(sent.up_to)).where(sent.dealer == dealer, sent.last == 0)
    return or_(_left(dealer), _first_change() <= (connection.execute(unknown).scalar() or 0))


def _left(dealer: str, ways: Collection[str] = ()) -> ColumnElement[bool]:
    """The same where it is known how far it reached; ways: of what left in one of these alone."""
    sent, withdrawn = COPY_SENT.c, DEALER_CHANGE.c.sequence
    # What reached beyond the withdrawal was read after it; the bound keeps the look short.
    reached = sent.up_to.between(_first_change(), withdrawn)
    in_ways = [sent.what.in_(sorted(ways))] if ways else []
    return exists().where(sent.dealer == dealer, reached, sent.last < withdrawn, *in_ways)


def _first_change() -> ScalarSelect[int]:
    """The first number of the row of a withdrawal."""
    of_row = DEALER_CHANGE.alias("of_row")
    return (
        select(func.min(of_row.c.sequence))
        .where(of_row.c.key == DEALER_CHANGE.c.key, of_row.c.dealer == DEALER_CHANGE.c.dealer)
        .correlate(DEALER_CHANGE)
        .scalar_subquery()
    )


def _cards_of_copy(connection: Connection, dealer: str) -> tuple[int, set[str]]:
    """(how many rows a dealer's copy holds, the cards that they are made of)."""
    query = select(COPY_ROW.c.cards).where(COPY_ROW.c.dealer == dealer)
    rows, cards = 0, set()
    for (written,) in connection.execute(query):
        rows += 1
        cards.update(orjson.loads(written))
    return rows, cards


def _cards_of_keys(
    connection: Connection, row_key: RowKey, dealer: str, keys: set[str]
) -> set[str]:
    """The cards with which rows begin: a key cannot be turned back, so every card's is made."""
    ids = connection.execute(
        select(CARD.c.card_id).where(CARD.c.erased.is_(False)),
        execution_options={"yield_per": _ROWS_AT_ONCE},
    ).scalars()
    return {card_id for card_id in ids if row_key(dealer, card_id) in keys}


def _persons_of(connection: Connection, cards: set[str]) -> set[str]:
    """The people of cards who are alive and whose archives may be used."""
    found: set[str] = set()
    for piece in in_pieces(sorted(cards)):
        query = (
            select(LINK.c.person_id)
            .join(PERSON, PERSON.c.person_id == LINK.c.person_id)
            .where(
                LINK.c.card_id.in_(piece),
                PERSON.c.deceased.is_(False),
                PERSON.c.restricted.is_(False),
            )
        )
        found.update(connection.execute(query).scalars())
    return found


def _only_headquarters(scope: Scope) -> None:
    scope.require("copies", "what all dealers hold")
