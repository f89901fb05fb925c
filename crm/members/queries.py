"""Reads members: lists, one of them with its history, and what each earned in a month."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from msgspec import UNSET
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    func,
    literal,
    or_,
    select,
)

from campaigns.events.members import MemberChanged, MemberEnrolled
from crm.components.as_of import recorded_events
from crm.journal.events import JOURNAL
from crm.journal.logged_event import COMPANY, LoggedEvent
from crm.keyring.keyring import Keyring
from crm.ledger.asking import WITH_OPEN, amount_sums
from crm.ledger.tables import BALANCE, PAYMENT, REWARD
from crm.members.member import MemberState
from crm.members.tables import MEMBER
from crm.outcomes.tables import OUTCOME
from crm.scope import Scope

_STANDINGS: Mapping[str, ColumnElement[bool]] = {
    "active": MEMBER.c.left.is_(False),
    "untrained": and_(MEMBER.c.left.is_(False), MEMBER.c.trained.is_(False)),
    "left": MEMBER.c.left.is_(True),
}
Openness = Literal["open", "closed", "unknown"]
"""open: the party may speak of the member. closed: one of its list that somebody else enrolled.
unknown: no member as far as the party may know; another dealer's is that for a dealer, too."""
SORTED_BY = ("member", "kind", "institution", "dealer", "enrolled_us")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which members, in which order; empty: all. text: of a code, name, institution, dealer.

    called: codes of the dealers that the text names.
    """

    text: str = ""
    called: tuple[str, ...] = ()
    kind: str = ""
    standing: str = ""
    dealer: str = ""
    by: str = ""
    downwards: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A member's month, or several. Amounts in fen: what is left of rewards by the purchases of the
    time, by what stands of them; what was paid in it; what is owed back today."""

    member: str
    name: str
    kind: str
    dealer: str
    rewards: int
    held_fen: int
    payable_fen: int
    settled_fen: int
    paid_fen: int
    owed_back_fen: int


def list_members(
    scope: Scope, connection: Connection, wanted: Wanted, limit: int, offset: int = 0
) -> tuple[list[MemberState], int]:
    """(one page of members, how many there are); a dealer's are its own."""
    query = _of_scope(scope, select(*_columns()))
    if wanted.text:
        places = MEMBER.c.member, MEMBER.c.name, MEMBER.c.institution, MEMBER.c.dealer
        found = (each.icontains(wanted.text, autoescape=True) for each in places)
        query = query.where(or_(*found, MEMBER.c.dealer.in_(wanted.called)))
    for column, value in ((MEMBER.c.kind, wanted.kind), (MEMBER.c.dealer, wanted.dealer)):
        query = query.where(column == value) if value else query
    if wanted.standing in _STANDINGS:
        query = query.where(_STANDINGS[wanted.standing])
    total = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    by = MEMBER.c[wanted.by if wanted.by in SORTED_BY else "member"]
    ordered = query.order_by(by.desc() if wanted.downwards else by, MEMBER.c.member)
    rows = connection.execute(ordered.limit(limit).offset(offset))
    return [_member(row) for row in rows], int(total)


def members_after(
    scope: Scope, connection: Connection, after: str, limit: int
) -> list[MemberState]:
    """The members whose codes follow one, by code; a dealer's are its own."""
    query = _of_scope(scope, select(*_columns())).where(MEMBER.c.member > after)
    rows = connection.execute(query.order_by(MEMBER.c.member).limit(limit))
    return [_member(row) for row in rows]


def member_of(scope: Scope, connection: Connection, code: str) -> MemberState | None:
    """One member; None when there is none for this viewer."""
    query = _of_scope(scope, select(*_columns())).where(MEMBER.c.member == code)
    row = connection.execute(query).first()
    return None if row is None else _member(row)


def members_named(scope: Scope, connection: Connection, codes: list[str]) -> list[MemberState]:
    """Some members, by code; those that are not there for this viewer are left out."""
    query = _of_scope(scope, select(*_columns())).where(MEMBER.c.member.in_(codes[:500]))
    return [_member(row) for row in connection.execute(query.order_by(MEMBER.c.member))]


def open_to(scope: Scope, connection: Connection, codes: list[str]) -> set[str]:
    """Of whom of these members the viewer's party may speak: a dealer of those it enrolled."""
    if scope.dealer is None:
        return set(codes)
    subjects = [f"member/{code}" for code in codes[:500]]
    query = _enrolled_by(scope.dealer).where(JOURNAL.c.subject.in_(subjects))
    return {subject.partition("/")[2] for subject in connection.execute(query).scalars()}


def _enrolled_by(dealer: str) -> Select[Any]:
    """The subjects of those whom a dealer enrolled itself."""
    return (
        select(JOURNAL.c.subject)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        .where(JOURNAL.c.type == "member.enrolled", OUTCOME.c.outcome == "recorded")
        .where(JOURNAL.c.role == f"dealer/{dealer}")
    )


def openness(scope: Scope, connection: Connection, code: str) -> Openness:
    """Whether the viewer's party may speak of a member (`docs/events.md`, who may say what)."""
    if code in open_to(scope, connection, [code]):
        is_known = scope.dealer is not None or member_of(scope, connection, code) is not None
        return "open" if is_known else "unknown"
    return "closed" if member_of(scope, connection, code) is not None else "unknown"


def left_since(scope: Scope, connection: Connection, codes: Collection[str]) -> dict[str, int]:
    """Of those of some members who left since when, as the rewards count it; of whom the viewer's
    party may not speak nothing."""
    subjects = [f"member/{code}" for code in sorted(open_to(scope, connection, sorted(codes)))]
    query = (
        select(JOURNAL.c.subject, func.min(JOURNAL.c.starts_us))
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        .where(JOURNAL.c.type == "member.left", OUTCOME.c.outcome == "recorded")
        .where(JOURNAL.c.subject.in_(subjects))
    )
    found = connection.execute(query.group_by(JOURNAL.c.subject))
    return {subject.partition("/")[2]: at_us for subject, at_us in found}


def closed_members(scope: Scope, connection: Connection, most: int) -> list[str]:
    """The first members of a dealer's list of whom it may not speak, by code; of nobody else's."""
    if scope.dealer is None:
        return []
    subject = literal("member/").concat(MEMBER.c.member)
    ours = _enrolled_by(scope.dealer).where(JOURNAL.c.subject == subject).exists()
    query = _of_scope(scope, select(MEMBER.c.member)).where(~ours)
    return list(connection.execute(query.order_by(MEMBER.c.member).limit(most)).scalars())


def history_of(
    scope: Scope, connection: Connection, keyring: Keyring, code: str
) -> list[LoggedEvent]:
    """All that was said of a member and counts, the latest first; nothing for whom it is not.

    What was rejected is no part of it: anybody may say that somebody left.
    Of one that came from another dealer a dealer sees what was said since it came.
    """
    if member_of(scope, connection, code) is None:
        return []
    subject = f"member/{code}"
    counts = (
        select(OUTCOME.c.position)
        .join(JOURNAL, JOURNAL.c.position == OUTCOME.c.position)
        .where(JOURNAL.c.subject == subject, OUTCOME.c.outcome == "recorded")
    )
    positions = set(connection.execute(counts).scalars())
    events = recorded_events(connection, keyring, [subject])
    ordered = sorted((e for e in events if e.position in positions), key=lambda e: e.order)
    if scope.dealer is not None:
        ordered = list(_while_of(scope.dealer, ordered))
    return ordered[::-1]


def _while_of(dealer: str, events: Sequence[LoggedEvent]) -> Iterator[LoggedEvent]:
    """What was said, in its order, while the member was a dealer's.

    What is only known by its day stands before an enrolment of that day: it was said of the
    member of the dealer that enrolled it.
    """
    enrolled = (event.data for event in events if isinstance(event.data, MemberEnrolled))
    of: str | None = next((data.dealer for data in enrolled), None)
    for event in events:
        if isinstance(event.data, MemberEnrolled):
            of = event.data.dealer
        elif isinstance(event.data, MemberChanged) and event.party == COMPANY:
            of = of if event.data.dealer is UNSET else event.data.dealer
        if of == dealer:
            yield event


def statements(
    scope: Scope, connection: Connection, first: date, after: date, dealer: str = ""
) -> list[Statement]:
    """The time from a day up to another, member by member, whoever had anything; by code.

    A dealer's are those of its members.
    """
    scope.require("money", "what members earned")
    rewards = _sums(first, after).subquery()
    paid = _paid(first, after).subquery()
    owed = _owed_back().subquery()
    query: Select[Any] = (
        select(
            *(MEMBER.c.member, MEMBER.c.name, MEMBER.c.kind, MEMBER.c.dealer),
            *(func.coalesce(rewards.c[name], 0) for name in ("rewards", "held", "payable")),
            func.coalesce(rewards.c.settled, 0),
            func.coalesce(paid.c.paid, 0),
            func.coalesce(owed.c.owed, 0),
        )
        .outerjoin(rewards, rewards.c.member == MEMBER.c.member)
        .outerjoin(paid, paid.c.member == MEMBER.c.member)
        .outerjoin(owed, owed.c.member == MEMBER.c.member)
        .where(or_(rewards.c.rewards > 0, paid.c.paid > 0, owed.c.owed > 0))
        .order_by(MEMBER.c.member)
    )
    query = _of_scope(scope, query)
    if dealer:
        query = query.where(MEMBER.c.dealer == dealer)
    return [_statement(tuple(row)) for row in connection.execute(query)]


def _statement(row: tuple[Any, ...]) -> Statement:
    """Sums come as decimals from one database and as whole numbers from the other."""
    return Statement(*row[:4], *map(int, row[4:]))


def _sums(first: date, after: date) -> Select[Any]:
    return (
        select(REWARD.c.member, func.count().label("rewards"), *amount_sums())
        .select_from(WITH_OPEN)
        .where(REWARD.c.bought_on >= first, REWARD.c.bought_on < after)
        .group_by(REWARD.c.member)
    )


def _paid(first: date, after: date) -> Select[Any]:
    days = PAYMENT.c.paid_on >= first, PAYMENT.c.paid_on < after
    paid = func.sum(PAYMENT.c.amount_fen).label("paid")
    return select(PAYMENT.c.member, paid).where(*days).group_by(PAYMENT.c.member)


def _owed_back() -> Select[Any]:
    owed = func.sum(BALANCE.c.amount_fen).label("owed")
    of_receivable = BALANCE.c.account.like("%:receivable")
    return select(BALANCE.c.member, owed).where(of_receivable).group_by(BALANCE.c.member)


def _columns() -> list[Any]:
    return [MEMBER.c[name] for name in MemberState.__dataclass_fields__]


def _member(row: Row[Any]) -> MemberState:
    return MemberState(**row._mapping)


def _of_scope(scope: Scope, query: Select[Any]) -> Select[Any]:
    scope.require("members", "who is a member")
    return query if scope.dealer is None else query.where(MEMBER.c.dealer == scope.dealer)
