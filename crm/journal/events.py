"""The journal: every accepted event, append-only; the system of record.

Personal objects stand in it encrypted, each event's under the key of its subject.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from sys import intern
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    false,
    func,
    select,
)

from campaigns.catalogue import CATALOGUE
from campaigns.cloudevents import decode_data
from campaigns.wording.catalogues import N_
from crm.journal.logged_event import LoggedEvent
from crm.keyring.keyring import KeyLost, Keyring, unseal
from crm.storage.database import METADATA, in_pieces
from crm.storage.reads import Among, found_rows

JOURNAL = Table(
    "journal",
    METADATA,
    Column(
        "position",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("source", String(256), nullable=False),
    Column("id", String(64), nullable=False),
    Column("type", String(48), nullable=False),
    Column("subject", String(100), nullable=False),
    Column("time", String(64), nullable=False),
    Column("starts_us", BigInteger, nullable=False),
    Column("day_precision", Boolean, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("received_us", BigInteger, nullable=False),
    Column("actor", String(256), nullable=False),
    Column("role", String(80), nullable=False),
    Column("plain", LargeBinary, nullable=False),
    Column("sealed", LargeBinary),
    Column("content_hash", LargeBinary, nullable=False),
    Column("twin_hash", LargeBinary),
    Column("by_row", Boolean, nullable=False, default=False, server_default=false()),
    Column("evidenced", Boolean, nullable=False, default=False, server_default=false()),
    UniqueConstraint("source", "id"),
    Index("ix_journal_subject", "subject"),
    sqlite_autoincrement=True,
)
"""`by_row` and `evidenced` are what the door saw (docs/decisions/0019-who-may-say-what.md)."""


class NewEvent(Struct, gc=False):
    """A row of the journal that has no position yet: its columns, in their order."""

    source: str
    id: str
    type: str
    subject: str
    time: str
    starts_us: int
    day_precision: bool
    sequence: int
    received_us: int
    actor: str
    role: str
    plain: bytes
    sealed: bytes | None
    content_hash: bytes
    twin_hash: bytes | None
    by_row: bool
    evidenced: bool


NEW_EVENT_COLUMNS = tuple(JOURNAL.c[name] for name in NewEvent.__struct_fields__)
JournalRow = Row[*tuple[Any, ...]]
# The columns say the names: they are written once.
_Row: Any = namedtuple("_Row", [each.name for each in JOURNAL.columns])  # type: ignore[misc]
journal_values: Callable[[Iterable[Any]], Any] = _Row._make
"""A row as the driver gives it."""


def _next(_: Among) -> Select[Any]:
    after = select(JOURNAL).where(JOURNAL.c.position > bindparam("after"))
    return after.order_by(JOURNAL.c.position).limit(bindparam("most", type_=Integer))


def _up_to() -> ColumnElement[bool]:
    """A sum is looked up in no index: of a table that has just been filled PostgreSQL knows little,
    and would read the index of all positions for the sake of one subject."""
    return JOURNAL.c.position + 0 <= bindparam("up_to")


def _of_subjects(among: Among) -> Select[Any]:
    return select(JOURNAL).where(among(JOURNAL.c.subject, "subjects"), _up_to())


def _newest(among: Among) -> Select[Any]:
    newest = select(JOURNAL.c.subject, func.max(JOURNAL.c.starts_us))
    of_subjects = newest.where(among(JOURNAL.c.subject, "subjects"))
    return of_subjects.where(_up_to()).group_by(JOURNAL.c.subject)


def key_subject(type_name: str, subject: str, plain: dict[str, Any]) -> str:
    """Whose key encrypts an event: its subject's, but a purchase's own for the device record."""
    return f"purchase/{plain['purchase_id']}" if type_name == "purchase.made" else subject


def binding(source: str, event_id: str) -> bytes:
    """What an encrypted part is bound to, so that it cannot be moved to another event."""
    return f"{source}\n{event_id}".encode()


def last_position(connection: Connection) -> int:
    """The position of the newest event, 0 when there is none."""
    return connection.execute(select(func.max(JOURNAL.c.position))).scalar() or 0


def rows_after(connection: Connection, position: int, limit: int) -> Sequence[JournalRow]:
    """The next rows after a position, in order of arrival."""
    rows = found_rows(connection, _next, after=position, most=limit)
    return list(map(journal_values, rows))


def rows_of_subjects(
    connection: Connection, subjects: Iterable[str], up_to: int
) -> Sequence[JournalRow]:
    """All rows of some subjects, up to a position."""
    rows = found_rows(connection, _of_subjects, subjects=list(subjects), up_to=up_to)
    return list(map(journal_values, rows))


def newest_starts(connection: Connection, subjects: Iterable[str], up_to: int) -> Mapping[str, int]:
    """When the newest event of each subject is effective, of those up to a position."""
    return dict(found_rows(connection, _newest, subjects=list(subjects), up_to=up_to))


def rows_at(connection: Connection, positions: Sequence[int]) -> Sequence[JournalRow]:
    """The rows at some positions, in order of arrival."""
    found: list[JournalRow] = []
    for piece in in_pieces(sorted(positions)):
        query = select(JOURNAL).where(JOURNAL.c.position.in_(piece))
        found += connection.execute(query.order_by(JOURNAL.c.position))
    return found


def subjects_with_prefix(connection: Connection, prefix: str) -> list[str]:
    """Every subject that begins with the prefix, e.g. `dealer/`."""
    # A range instead of LIKE: every database answers it from the index.
    end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    query = select(JOURNAL.c.subject).distinct()
    query = query.where(JOURNAL.c.subject >= prefix, JOURNAL.c.subject < end)
    return list(connection.execute(query).scalars())


def decode(rows: Sequence[JournalRow], keyring: Keyring) -> list[LoggedEvent]:
    """The rows as events, decrypted; personal objects are blank where the subject is erased."""
    subjects = [_key_subject_of_row(row) if row.sealed is not None else None for row in rows]
    wanted = {subject for subject in subjects if subject is not None}
    keys = keyring.data_keys(wanted, create=False)
    missing = [subject for subject, key in keys.items() if key is None]
    if missing and keyring.is_fenced(missing) != set(missing):
        raise KeyLost(N_("钥匙库里缺了没有删除过的人的密钥"))
    return [
        _decode_row(row, keys[subject] if subject is not None else None)
        for row, subject in zip(rows, subjects, strict=True)
    ]


def decode_plain(rows: Sequence[JournalRow]) -> list[LoggedEvent]:
    """The rows as events, of which nothing personal is read: as if their subjects were erased."""
    return [_decode_row(row, None) for row in rows]


class _Named(Struct):
    """All of a purchase that is needed to find its key."""

    purchase_id: str


_NAMED = msgspec.json.Decoder(_Named)


def _key_subject_of_row(row: JournalRow) -> str:
    if row.type == "purchase.made":
        return f"purchase/{_NAMED.decode(row.plain).purchase_id}"
    subject: str = row.subject
    return subject


def _decode_row(row: JournalRow, key: bytes | None) -> LoggedEvent:
    (
        position,
        source,
        event_id,
        type_name,
        subject,
        time,
        starts_us,
        day_precision,
        sequence,
        received_us,
        actor,
        role,
        plain,
        sealed,
        _content_hash,
        twin_hash,
        by_row,
        evidenced,
    ) = row
    personal = None if key is None else unseal(key, sealed, binding(source, event_id))
    # The driver makes every word anew; those that come again and again are held once.
    source, type_name = intern(source), intern(type_name)
    return LoggedEvent(
        position,
        source,
        event_id,
        type_name,
        intern(subject),
        time,
        starts_us,
        bool(day_precision),
        (starts_us, sequence, source, event_id),
        received_us,
        intern(actor),
        intern(role),
        twin_hash,
        decode_data(type_name, plain, personal),
        personal is None and bool(CATALOGUE[type_name].blank),
        bool(by_row),
        bool(evidenced),
    )
