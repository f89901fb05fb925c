"""The rows on which touchpoints hang, as the database gives them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Integer, Select, and_, bindparam, select

from campaigns.times import OrderKey
from crm.activities.tables import ACTIVITY
from crm.copies.tables import COPY_ROW, DEALER_CHANGE
from crm.funnels.attributes import Detail
from crm.funnels.columns import LENT
from crm.funnels.gathering import REFERRAL, RETURN
from crm.funnels.notes import Note
from crm.funnels.tables import FUNNEL_NOTE
from crm.funnels.touchpoint import TOUCHPOINT_TYPES
from crm.journal.events import JOURNAL
from crm.members.tables import MEMBER
from crm.outcomes.tables import OUTCOME
from crm.people.linked import people_of_cards
from crm.people.tables import CARD, LINK
from crm.storage.reads import Among, found_rows, stored_rows

TYPES = (*(name for name in TOUCHPOINT_TYPES if not name.startswith("referral.")), REFERRAL)
"""The types of the events that make touchpoints."""
ROWS_AT_ONCE = 50_000


class EventRow(NamedTuple):
    """An event that may make touchpoints; counts: whether it is recorded and changes something."""

    position: int
    type: str
    subject: str
    starts_us: int
    by_day: bool
    plain: bytes
    counts: bool


class Noted(NamedTuple):
    """A note of the recording, and what tells it from one of another history of the database."""

    number: int
    made_us: int
    note: Note


def _rows() -> Select[Any]:
    journal = JOURNAL.c
    counts = and_(OUTCOME.c.outcome == "recorded", OUTCOME.c.changes)
    columns = (journal.position, journal.type, journal.subject, journal.starts_us)
    query = select(*columns, journal.day_precision, journal.plain, counts)
    return query.join_from(JOURNAL, OUTCOME, OUTCOME.c.position == journal.position)


def _next(among: Among) -> Select[Any]:
    after = _rows().where(JOURNAL.c.position > bindparam("after"), among(JOURNAL.c.type, "types"))
    return after.order_by(JOURNAL.c.position).limit(bindparam("most", type_=Integer))


def _returns(_: Among) -> Select[Any]:
    return _rows().where(JOURNAL.c.type == RETURN).order_by(JOURNAL.c.position)


def _at(among: Among) -> Select[Any]:
    types = among(JOURNAL.c.type, "types")
    return _rows().where(among(JOURNAL.c.position, "positions"), types)


def _notes(_: Among) -> Select[Any]:
    return select(FUNNEL_NOTE).where(FUNNEL_NOTE.c.number >= bindparam("number")).order_by("number")


def _last_note(_: Among) -> Select[Any]:
    query = select(FUNNEL_NOTE.c.number, FUNNEL_NOTE.c.made_us)
    return query.order_by(FUNNEL_NOTE.c.number.desc()).limit(1)


def _links(_: Among) -> Select[Any]:
    return select(LINK.c.card_id, LINK.c.person_id)


def _details(_: Among) -> Select[Any]:
    query = select(LINK.c.person_id, CARD.c.sex, CARD.c.born, CARD.c.region)
    query = query.join_from(LINK, CARD, CARD.c.card_id == LINK.c.card_id)
    return query.order_by(CARD.c.registered_us, CARD.c.card_id)


def _member_kinds(_: Among) -> Select[Any]:
    return select(MEMBER.c.member, MEMBER.c.kind)


def _copied_to(_: Among) -> Select[Any]:
    query = select(COPY_ROW.c.key, COPY_ROW.c.content)
    return query.where(COPY_ROW.c.dealer == bindparam("dealer"))


def _carried_out_by(_: Among) -> Select[Any]:
    query = select(ACTIVITY.c.activity_id, *(ACTIVITY.c[name] for name in LENT))
    return query.where(ACTIVITY.c.dealer == bindparam("dealer"))


def _last_change(_: Among) -> Select[Any]:
    query = select(DEALER_CHANGE.c.changed_us).where(DEALER_CHANGE.c.dealer == bindparam("dealer"))
    return query.order_by(DEALER_CHANGE.c.sequence.desc()).limit(1)


def _own_cards(_: Among) -> Select[Any]:
    return select(MEMBER.c.member, MEMBER.c.card_id)


def rows_in_turn(connection: Connection) -> Iterator[EventRow]:
    """Every event that may make a touchpoint, in order of arrival."""
    after = 0
    types = list(TYPES)
    while rows := found_rows(connection, _next, after=after, most=ROWS_AT_ONCE, types=types):
        after = rows[-1][0]
        yield from map(EventRow._make, rows)


def returns(connection: Connection) -> list[EventRow]:
    """Every return."""
    return list(map(EventRow._make, found_rows(connection, _returns)))


def rows_at(connection: Connection, positions: Iterable[int]) -> list[EventRow]:
    """The events at some positions, of those that matter."""
    types = [*TYPES, RETURN]
    rows = found_rows(connection, _at, positions=sorted(positions), types=types)
    return list(map(EventRow._make, rows))


def notes_from(connection: Connection, number: int) -> list[Noted]:
    """The notes from a number on, that one included."""
    return [
        Noted(found, made_us, msgspec.json.decode(said, type=Note))
        for found, made_us, said in found_rows(connection, _notes, number=number)
    ]


def last_note(connection: Connection) -> tuple[int, int]:
    """The number of the last note and when it was made; 0 and 0 when there is none."""
    for number, made_us in found_rows(connection, _last_note):
        return number, made_us
    return 0, 0


def people_of(connection: Connection, cards: Iterable[str] | None) -> Mapping[str, str]:
    """The person of each card; None: of every card."""
    if cards is None:
        return dict(found_rows(connection, _links))
    return people_of_cards(connection, cards)


def cards_of_members(
    connection: Connection, members: Iterable[str] | None
) -> Mapping[str, str | None]:
    """The own card of each member, None where it has none; None: of every member."""
    if members is None:
        return dict(found_rows(connection, _own_cards))
    columns = (MEMBER.c.member, MEMBER.c.card_id)
    return dict(stored_rows(connection, columns, MEMBER.c.member, members))


def members_of_cards(connection: Connection, cards: Iterable[str]) -> set[str]:
    """The members whose own card is among some."""
    found = stored_rows(connection, (MEMBER.c.member,), MEMBER.c.card_id, cards)
    return {member for (member,) in found}


def positions_of_cards(connection: Connection, cards: Iterable[str]) -> set[int]:
    """Where the events of some cards stand."""
    subjects = [f"card/{card}" for card in cards]
    found = stored_rows(connection, (JOURNAL.c.position,), JOURNAL.c.subject, subjects)
    return {position for (position,) in found}


def lent_by(
    connection: Connection, activities: Iterable[str] | None
) -> list[tuple[str, dict[str, object]]]:
    """What activities lend to the touchpoints at them; None: all of them."""
    columns = (ACTIVITY.c.activity_id, *(ACTIVITY.c[name] for name in LENT))
    rows: Sequence[Any]
    if activities is None:
        rows = connection.execute(select(*columns)).all()
    else:
        rows = stored_rows(connection, columns, ACTIVITY.c.activity_id, activities)
    return [(name, dict(zip(LENT, lent, strict=True))) for name, *lent in rows]


def details(connection: Connection) -> Iterator[Detail]:
    """What cards say of their people, the oldest card first."""
    return map(Detail._make, found_rows(connection, _details))


def kinds_of_members(connection: Connection) -> Mapping[str, str]:
    """Of which kind each member is."""
    return dict(found_rows(connection, _member_kinds))


def carried_out_by(connection: Connection, dealer: str) -> list[tuple[str, dict[str, object]]]:
    """What the activities of a dealer lend to the touchpoints at them."""
    found = found_rows(connection, _carried_out_by, dealer=dealer)
    return [(name, dict(zip(LENT, lent, strict=True))) for name, *lent in found]


def copied_to(connection: Connection, dealer: str) -> list[tuple[str, bytes]]:
    """The rows of a dealer's copy by their keys, as the dealer has them: canonical JSON."""
    return [(key, bytes(row)) for key, row in found_rows(connection, _copied_to, dealer=dealer)]


def copy_changed_us(connection: Connection, dealer: str) -> int:
    """When a dealer's copy last changed; 0 when it never did."""
    for (changed_us,) in found_rows(connection, _last_change, dealer=dealer):
        return int(changed_us)
    return 0


def orders_of(connection: Connection, positions: Iterable[int]) -> Mapping[int, OrderKey]:
    """The effective order of the events at some positions."""
    journal = JOURNAL.c
    columns = (journal.position, journal.starts_us, journal.sequence, journal.source, journal.id)
    found = stored_rows(connection, columns, journal.position, positions)
    return {position: tuple(order) for position, *order in found}
