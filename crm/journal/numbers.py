"""Short numbers by which one event is told, and found again.

What a form of a page said has the form's first eight letters and its place in the form, 33A067B0-2,
which phone and paper know before the event is journaled. Every other event has its place in the
journal, N1234: ids of senders repeat from source to source. For a dealer it has the sender's id: by
places it could count what all others say.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection, func, select

from crm.journal.events import JOURNAL
from crm.scope import Scope
from crm.storage.reads import stored_rows

EventName = tuple[str, str]
"""(source, id)."""

_OF_A_FORM = re.compile(r"([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}-(\d{1,4})")
_SAID_BY_A_FORM = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-[\w-]+")
"""A phone names what its form said by words, not by places."""
_FORM = re.compile(r"([0-9A-Fa-f]{8})(?:-(\d{1,4}))?")
_PLACE = re.compile(r"[Nn](\d{1,15})")
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_MOST = 50


def number_of(scope: Scope, event_id: str, position: int) -> str:
    """The number of an event that stands at a place of the journal, for who looks."""
    found = _OF_A_FORM.fullmatch(event_id)
    if found:
        return f"{found[1].upper()}-{found[2]}"
    return f"N{position}" if scope.dealer is None else event_id


def numbers_of(
    scope: Scope, connection: Connection, names: Iterable[EventName]
) -> dict[EventName, str]:
    """The numbers of some events, for who looks; of what is not journaled there is none.

    For a dealer there is none of what another party sent under an id of its own.
    """
    found: dict[EventName, str] = {}
    identity = (JOURNAL.c.source, JOURNAL.c.id)
    columns = (*identity, JOURNAL.c.position, JOURNAL.c.role)
    for source, event_id, position, role in stored_rows(connection, columns, identity, names):
        is_told = scope.dealer is None or role == f"dealer/{scope.dealer}"
        if is_told or _OF_A_FORM.fullmatch(event_id):
            found[source, event_id] = number_of(scope, event_id, position)
    return found


def events_with_id(scope: Scope, connection: Connection, event_id: str) -> Iterator[EventName]:
    """The events that their senders gave an id, of a dealer's own, by source.

    An id is looked for in source after source: the journal is in order of both.
    """
    if not _ID.fullmatch(event_id):
        return
    first = select(func.min(JOURNAL.c.source).label("source")).cte("sources", recursive=True)
    following = select(func.min(JOURNAL.c.source)).where(JOURNAL.c.source > first.c.source)
    sources = first.union_all(
        select(following.scalar_subquery()).where(first.c.source.is_not(None))
    )
    query = (
        select(JOURNAL.c.source, JOURNAL.c.id)
        .join(sources, sources.c.source == JOURNAL.c.source)
        .where(JOURNAL.c.id == event_id, JOURNAL.c.role != "system")
        .order_by(JOURNAL.c.source)
    )
    if scope.dealer is not None:
        query = query.where(JOURNAL.c.role == f"dealer/{scope.dealer}")
    rows = connection.execute(query.limit(_MOST))
    yield from ((row.source, row.id) for row in rows)


def events_numbered(
    connection: Connection, text: str, sources: Sequence[str]
) -> Iterator[EventName]:
    """The events that a number stands for, in order of arrival: one; of a form's number alone, all
    that the form said. sources: of the forms of pages."""
    columns = (JOURNAL.c.source, JOURNAL.c.id)
    query = select(*columns).where(JOURNAL.c.role != "system").order_by(JOURNAL.c.position)
    if placed := _PLACE.fullmatch(text):
        query = query.where(JOURNAL.c.position == int(placed[1]))
    elif formed := _FORM.fullmatch(text):
        begins, place = formed[1].lower(), formed[2]
        query = query.where(JOURNAL.c.source.in_(sources))
        query = query.where(JOURNAL.c.id >= f"{begins}-", JOURNAL.c.id < f"{begins}.")
        if place is not None:
            query = query.where(JOURNAL.c.id.endswith(f"-{place}"))
    else:
        return
    for source, event_id in connection.execute(query.limit(_MOST)):
        if _PLACE.fullmatch(text) or _SAID_BY_A_FORM.fullmatch(event_id):
            yield source, event_id
