"""Whether anything of the dealers' copies may leave the house now.

It may not while the stored copies are known to be behind: before the new day is recorded, during a
rebuild, and while an event that may take something back is accepted and not recorded yet.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Exists,
    Select,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
)

from campaigns.catalogue import wire_name
from crm.copies.queries import are_settled
from crm.copies.tables import COPY_ROW
from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.events import JOURNAL, last_position
from crm.journal.outbox import OUTBOX
from crm.journal.progress import load_progress
from crm.people.tables import LINK

TAKES_BACK = (
    *("consent.withdrawn", "consent.refused", "card.erased", "dealer.ended", "event.voided"),
    *("identity.same", "identity.different", "identity.undecided", "matching.published"),
)
"""What is said to end a dealer's right to a row that stands in its copy."""

OF_ONE_PERSON = ("consent.withdrawn", "consent.refused", "card.erased")
"""What takes back rows of the card's person alone."""

NARROWS = (
    *TAKES_BACK,
    *("consent.given", "card.registered", "card.corrected"),
    *("activity.planned", "activity.changed", "dealer.contracted"),
)
"""What may end a right to a row, or to a part of it, although it says something else: a later
consent names fewer categories or ends sooner; a card joins two persons of whom one refused, or
moves away; an activity goes to another dealer; a contract that came late excludes another one."""

LARGEST_BACKLOG = 20_000
"""With more events that are not recorded yet, nobody looks what they are: the copies are old."""


class NotSettled(Exception):
    """The stored copies are not to be believed at this moment; says why."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """How far the door had come at some moment: last positions of the journal and the outbox."""

    journal: int
    outbox: int


def accepted_so_far(connection: Connection) -> Accepted:
    """How far the door has come."""
    outbox = connection.execute(select(func.max(OUTBOX.c.position))).scalar() or 0
    return Accepted(last_position(connection), outbox)


def must_be_settled(
    connection: Connection,
    today: date,
    accepted: Accepted | None = None,
    dealer: str | None = None,
) -> None:
    """Raises NotSettled when nothing may leave, for anybody or for a dealer.

    `accepted` bounds what is waited for: events that were taken in after it are left aside, so
    that a stream of them cannot keep a dealer waiting for ever. None: all that the snapshot shows.
    """
    if not are_settled(connection, today):
        raise NotSettled("the day, or a rebuild, is not recorded yet")
    accepted = accepted or accepted_so_far(connection)
    recorded = load_progress(connection, "embedded").position
    if accepted.journal - recorded > LARGEST_BACKLOG:
        raise NotSettled("the recording is far behind")
    if _any(connection, _journaled(), after=recorded, up_to=accepted.journal):
        raise NotSettled("what takes something back is not recorded yet")
    if _is_put_aside(connection, dealer):
        raise NotSettled("what takes something back could not be recorded")
    if accepted.outbox and _any(connection, _outboxed(connection, accepted.outbox)):
        raise NotSettled("what takes something back is on its way")


def _any(connection: Connection, query: Select[Any], **values: object) -> bool:
    return bool(connection.execute(query, values).scalar())


# Whatever a dealer asks for is preceded by these: they are put together once.


@cache
def _journaled() -> Select[Any]:
    places = (JOURNAL.c.position > bindparam("after"), JOURNAL.c.position <= bindparam("up_to"))
    return select(exists().where(*places, JOURNAL.c.type.in_(NARROWS)))


def holds_copies_back(connection: Connection) -> bool:
    """Whether something could not be recorded that keeps rows from dealers until it is mended."""
    return _is_put_aside(connection, None)


def _is_put_aside(connection: Connection, dealer: str | None) -> bool:
    """What takes something back and could not be recorded: it would never be waited out.

    Where it shows whom it concerns, it holds back what goes to those dealers alone.
    """
    if dealer is None:
        return _any(connection, _put_aside())
    return _any(connection, _put_aside_for(), dealer=dealer, contract=f"dealer/{dealer}")


@cache
def _put_aside() -> Select[Any]:
    return _with_dead_letter(_taken_back())


@cache
def _put_aside_for() -> Select[Any]:
    """The same for one dealer."""
    known = (*OF_ONE_PERSON, "dealer.ended")
    concerns = or_(
        JOURNAL.c.type.not_in(known),
        (JOURNAL.c.type == "dealer.ended") & (JOURNAL.c.subject == bindparam("contract")),
        JOURNAL.c.type.in_(OF_ONE_PERSON) & _has_row_of_person(),
    )
    return _with_dead_letter(_taken_back().where(concerns))


def _taken_back() -> Exists:
    # Nested, so that no database walks the journal to look for what is hardly ever there.
    said = exists().where(JOURNAL.c.position == DEAD_LETTER.c.position)
    return said.where(JOURNAL.c.type.in_(TAKES_BACK)).correlate(DEAD_LETTER)


def _with_dead_letter(said: Exists) -> Select[Any]:
    return select(exists().select_from(DEAD_LETTER).where(said))


def _has_row_of_person() -> ColumnElement[bool]:
    """Whether the copy has a row of the person whose card the event is about."""
    of_event, of_row = LINK.alias("of_event"), LINK.alias("of_row")
    return exists().where(
        # So that each step finds its rows by an index.
        of_event.c.card_id == func.substr(JOURNAL.c.subject, len("card/") + 1),
        of_row.c.person_id == of_event.c.person_id,
        COPY_ROW.c.subject == literal("card/").concat(of_row.c.card_id),
        COPY_ROW.c.dealer == bindparam("dealer"),
    )


def _outboxed(connection: Connection, up_to: int) -> Select[Any]:
    """Accepted events that the journal does not have; their type stands in the message alone."""
    same = (JOURNAL.c.source == OUTBOX.c.source) & (JOURNAL.c.id == OUTBOX.c.id)
    named = (f'"type":"{wire_name(name)}"'.encode() for name in NARROWS)
    return select(
        exists().where(
            OUTBOX.c.position <= up_to,
            or_(*(_holds(connection, needle) for needle in named)),
            ~exists().where(same),
        )
    )


def _holds(connection: Connection, needle: bytes) -> ColumnElement[bool]:
    if connection.dialect.name == "sqlite":
        return func.instr(OUTBOX.c.message, needle) > 0
    return func.position(literal(needle).op("IN")(OUTBOX.c.message)) > 0
