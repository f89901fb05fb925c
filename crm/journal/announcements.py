"""Which dead letters are yet to be made known on a topic: as facts, without anything personal."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select, update

from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.events import JOURNAL
from crm.journal.undecodable import UNDECODABLE


@dataclass(frozen=True, slots=True)
class FailedEvent:
    """A journaled event that could not be recorded; `error` names the class, never the data."""

    position: int
    source: str
    id: str
    type: str
    error: str
    failed_us: int


@dataclass(frozen=True, slots=True)
class AsideMessage:
    """A message of a topic that was not taken; what stood in it is not told.

    topic: the end of the topic's name.
    """

    topic_id: str
    partition: int
    offset: int
    topic: str
    reason: str
    failed_us: int


def failed_unannounced(connection: Connection, topic_id: str, limit: int) -> list[FailedEvent]:
    """Failed events that this topic was not told of, oldest first."""
    letter, event = DEAD_LETTER.c, JOURNAL.c
    query = (
        select(letter.position, event.source, event.id, event.type, letter.error, letter.failed_us)
        .join_from(DEAD_LETTER, JOURNAL, event.position == letter.position)
        .where(func.coalesce(letter.announced_on, "") != topic_id)
        .order_by(letter.position)
        .limit(limit)
    )
    return [FailedEvent(*row) for row in connection.execute(query)]


def aside_unannounced(connection: Connection, topic_id: str, limit: int) -> list[AsideMessage]:
    """Messages put aside that this topic was not told of, oldest first."""
    kept = UNDECODABLE.c
    columns = (kept.topic_id, kept.partition, kept.offset, kept.topic, kept.reason, kept.failed_us)
    query = select(*columns).where(func.coalesce(kept.announced_on, "") != topic_id)
    ordered = query.order_by(kept.failed_us, *UNDECODABLE.primary_key).limit(limit)
    return [AsideMessage(*row) for row in connection.execute(ordered)]


def mark_failed(connection: Connection, topic_id: str, announced: Sequence[FailedEvent]) -> None:
    """The topic has them; one that failed again meanwhile is told again."""
    for each in announced:
        same = and_(
            DEAD_LETTER.c.position == each.position, DEAD_LETTER.c.failed_us == each.failed_us
        )
        connection.execute(update(DEAD_LETTER).where(same).values(announced_on=topic_id))


def mark_aside(connection: Connection, topic_id: str, announced: Sequence[AsideMessage]) -> None:
    """The topic has them."""
    for each in announced:
        place = (each.topic_id, each.partition, each.offset)
        same = (
            column == value for column, value in zip(UNDECODABLE.primary_key, place, strict=True)
        )
        connection.execute(update(UNDECODABLE).where(*same).values(announced_on=topic_id))
