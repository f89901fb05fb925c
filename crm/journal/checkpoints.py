"""How far what a broker carries has been recorded: the truth, whatever the broker thinks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    Select,
    String,
    Table,
    bindparam,
    select,
    update,
)

from crm.storage.bulk import replace_rows
from crm.storage.database import METADATA, insert_new
from crm.storage.reads import Among, found_rows

CHECKPOINT = Table(
    "checkpoint",
    METADATA,
    Column("consumer", String(64), primary_key=True),
    Column("topic_id", String(64), primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("next_offset", BigInteger, nullable=False),
    Column("recorded_us", BigInteger, nullable=False),
)
"""History, not a projection. A topic made anew has another id, and so begins at its beginning."""


@dataclass(frozen=True, slots=True, order=True)
class Partition:
    """One partition as one consumer reads it."""

    consumer: str
    topic_id: str
    number: int


TRANSACTIONS = Partition("transactions", "", 0)
"""No partition: how many transactions have recorded."""


@dataclass(frozen=True, slots=True)
class ConsumerOffset:
    """The next offset that is to be recorded, and when the one before it was."""

    partition: Partition
    next_offset: int
    recorded_us: int


def next_offset(connection: Connection, partition: Partition) -> int:
    """Where to go on; until the transaction ends, nobody else moves it."""
    key = (partition.consumer, partition.topic_id, partition.number)
    return _read(connection, key)


def next_offsets(connection: Connection, partitions: Iterable[Partition]) -> dict[Partition, int]:
    """Where to go on in each of some; the caller holds the lock of all who move them."""
    wanted = dict.fromkeys(partitions, 0)
    consumers = sorted({each.consumer for each in wanted})
    rows = found_rows(connection, _of_consumers, consumers=consumers)
    found = {Partition(*key): offset for *key, offset in rows}
    return {each: found.get(each, 0) for each in wanted}


def _of_consumers(among: Among) -> Select[Any]:
    columns = [each for each in CHECKPOINT.columns if each.name != "recorded_us"]
    return select(*columns).where(among(CHECKPOINT.c.consumer, "consumers"))


def glance(connection: Connection, partition: Partition) -> int:
    """Where to go on, for who only looks; 0 when it was never read."""
    place = {"topic": partition.topic_id, "number": partition.number}
    for (offset,) in found_rows(connection, _offset, consumer=partition.consumer, **place):
        return int(offset)
    return 0


def _offset(_: Among) -> Select[Any]:
    place = CHECKPOINT.c
    return select(place.next_offset).where(
        place.consumer == bindparam("consumer"),
        place.topic_id == bindparam("topic"),
        place.partition == bindparam("number"),
    )


def move_on(connection: Connection, partition: Partition, offset: int, now_us: int) -> None:
    """The next offset from now on."""
    _write(connection, (partition.consumer, partition.topic_id, partition.number), offset, now_us)


def move_all_on(connection: Connection, offsets: Mapping[Partition, int], now_us: int) -> None:
    """The next offsets of several partitions from now on."""
    replace_rows(
        connection,
        CHECKPOINT,
        [
            (partition.consumer, partition.topic_id, partition.number, offset, now_us)
            for partition, offset in sorted(offsets.items())
        ],
    )


def checkpoints(connection: Connection, consumer: str) -> list[ConsumerOffset]:
    """How far a consumer has come, in every partition that it ever read."""
    query = select(CHECKPOINT).where(CHECKPOINT.c.consumer == consumer)
    ordered = query.order_by(CHECKPOINT.c.topic_id, CHECKPOINT.c.partition)
    return [
        ConsumerOffset(Partition(*key), offset, recorded_us)
        for *key, offset, recorded_us in connection.execute(ordered)
    ]


def transactions(connection: Connection) -> int:
    """How many transactions have recorded: unchanged means that nobody else has written."""
    return glance(connection, TRANSACTIONS)


def count_transaction(connection: Connection, now_us: int) -> None:
    """This one: nobody is to believe what was read before it; the caller holds RECORDING."""
    move_all_on(connection, {TRANSACTIONS: transactions(connection) + 1}, now_us)


Key = tuple[str, str, int]


def _read(connection: Connection, key: Key) -> int:
    first = dict(zip(("consumer", "topic_id", "partition"), key, strict=True))
    insert_new(connection, CHECKPOINT, [{**first, "next_offset": 0, "recorded_us": 0}])
    query = select(CHECKPOINT.c.next_offset).where(*_is(key)).with_for_update()
    return int(connection.execute(query).scalar_one())


def _write(connection: Connection, key: Key, number: int, now_us: int) -> None:
    values = {"next_offset": number, "recorded_us": now_us}
    connection.execute(update(CHECKPOINT).where(*_is(key)).values(values))


def _is(key: Key) -> tuple[ColumnElement[bool], ...]:
    columns = CHECKPOINT.c.consumer, CHECKPOINT.c.topic_id, CHECKPOINT.c.partition
    return tuple(column == value for column, value in zip(columns, key, strict=True))
