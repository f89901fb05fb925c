"""Events of a season as a broker carries them: in partitions by subject, in batches."""

from collections.abc import Iterator, Sequence
from random import Random
from zlib import crc32

from sqlalchemy import Engine, select

from crm.journal.checkpoints import Partition
from crm.journal.events import JOURNAL
from crm.recording.carried_batch import CarriedBatch, CarriedEvent
from crm.storage.database import reading

TOPIC_ID = "a topic"


def carried_events(journaled: Engine) -> list[CarriedEvent]:
    """Everything that a journal holds, each at an offset of its own."""
    with reading(journaled) as connection:
        rows = connection.execute(select(JOURNAL).order_by(JOURNAL.c.position)).mappings().all()
    return [
        CarriedEvent(row["position"], {k: v for k, v in row.items() if k != "position"})
        for row in rows
    ]


def in_partitions(events: Sequence[CarriedEvent], partitions: int) -> list[list[CarriedEvent]]:
    """By subject: the events of one subject stay in their order."""
    found: list[list[CarriedEvent]] = [[] for _ in range(partitions)]
    for event in events:
        found[crc32(event.row["subject"].encode()) % partitions].append(event)
    return found


def batches(
    events: Sequence[CarriedEvent], number: int, random: Random, largest: int = 200
) -> Iterator[CarriedBatch]:
    """One partition in batches of random sizes."""
    partition = Partition("tests", TOPIC_ID, number)
    start = 0
    while start < len(events):
        piece = tuple(events[start : start + random.randint(1, largest)])
        yield CarriedBatch(partition, piece[-1].offset + 1, piece)
        start += len(piece)
