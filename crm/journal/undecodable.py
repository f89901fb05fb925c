"""What arrived and is no event: kept encrypted, since it may hold personal data, for 90 days after
the end of its month. A month shares one key: destroying it ends them all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import BigInteger, Column, Connection, Integer, LargeBinary, String, Table, select

from crm.keyring.keyring import Keyring, seal, unseal
from crm.storage.database import METADATA, insert_new

EVENTS_TOPIC = "events.v1"

UNDECODABLE = Table(
    "undecodable",
    METADATA,
    Column("topic_id", String(64), primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, primary_key=True, autoincrement=False),
    Column("reason", String(200), nullable=False),
    Column("month", String(7), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("failed_us", BigInteger, nullable=False),
    Column("topic", String(249), nullable=False, server_default=EVENTS_TOPIC),
    Column("announced_on", String(64)),
)
"""History, not a projection. `reason` names the fault, never the data; `topic` is the end of the
topic's name, `announced_on` the id of the topic on which it was made known."""

KEPT_DAYS = 90
"""After the last day of their month."""


@dataclass(frozen=True, slots=True)
class Undecodable:
    """One message of a partition that could not be read as events."""

    offset: int
    reason: str
    message: bytes


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """Where it came from, why it was put aside, and when."""

    topic_id: str
    partition: int
    offset: int
    reason: str
    month: str
    failed_us: int
    topic: str
    announced_on: str | None


def put_aside(
    connection: Connection,
    keyring: Keyring,
    place: tuple[str, int],
    messages: Sequence[Undecodable],
    now_us: int,
    topic: str = EVENTS_TOPIC,
) -> None:
    """Keep the messages of one partition (topic id, number), under the key of this month.

    `topic` is the end of the topic's name.
    """
    if not messages:
        return
    month = _month(now_us)
    subject = _key_subject(month)
    key = keyring.data_keys([subject], create=True)[subject]
    assert key is not None
    topic_id, partition = place
    rows = [
        {
            "topic_id": topic_id,
            "partition": partition,
            "offset": message.offset,
            "reason": message.reason,
            "month": month,
            "sealed": seal(key, message.message, _binding(topic_id, partition, message.offset)),
            "failed_us": now_us,
            "topic": topic,
        }
        for message in messages
    ]
    insert_new(connection, UNDECODABLE, rows)


def kept_messages(connection: Connection) -> list[KeptMessage]:
    """All of them, oldest first."""
    columns = [column for column in UNDECODABLE.columns if column.name != "sealed"]
    query = select(*columns).order_by(UNDECODABLE.c.failed_us, *UNDECODABLE.primary_key)
    return [KeptMessage(*row) for row in connection.execute(query)]


def message_of(connection: Connection, keyring: Keyring, kept: KeptMessage) -> bytes | None:
    """The bytes as they arrived; None when their key is destroyed."""
    key = keyring.data_keys([_key_subject(kept.month)], create=False)[_key_subject(kept.month)]
    if key is None:
        return None
    place = (kept.topic_id, kept.partition, kept.offset)
    same = [column == value for column, value in zip(UNDECODABLE.primary_key, place, strict=True)]
    sealed = connection.execute(select(UNDECODABLE.c.sealed).where(*same)).scalar_one()
    return unseal(key, sealed, _binding(*place))


def destroy_old_keys(connection: Connection, keyring: Keyring, today: date) -> list[str]:
    """Destroy the keys of months that ended more than 90 days ago; returns those months."""
    months = connection.execute(select(UNDECODABLE.c.month).distinct()).scalars()
    bound = (today - timedelta(days=KEPT_DAYS)).isoformat()[:7]
    old = sorted(month for month in months if month < bound)
    fenced = keyring.is_fenced(map(_key_subject, old))
    gone = [month for month in old if _key_subject(month) not in fenced]
    for month in gone:
        keyring.destroy(_key_subject(month))
    return gone


def _month(now_us: int) -> str:
    return datetime.fromtimestamp(now_us // 1_000_000, UTC).strftime("%Y-%m")


def _key_subject(month: str) -> str:
    return f"undecodable/{month}"


def _binding(topic_id: str, partition: int, offset: int) -> bytes:
    return f"{topic_id}/{partition}/{offset}".encode()
