"""A record of an inbox → events as lines: CloudEvents' Kafka binding, and its batch format.

Source: CloudEvents, Kafka Protocol Binding 1.0.2, sections 3.2 (binary) and 3.3 (structured). The
record's key plays no part: what an event is about stands in its subject.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from campaigns.bindings import (
    BATCH,
    STRUCTURED,
    UTF8,
    NotABatch,
    elements,
    line_of_parts,
    media_type,
)
from campaigns.intake import Receipt
from crm.journal.messages import NotEvents

_PREFIX = "ce_"
_FORMATS = ("application/cloudevents+", "application/cloudevents-batch+")

Headers = Iterable[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True)
class InboxRecord:
    """One record as it was read: its offset, and its events or why there are none."""

    offset: int
    value: bytes
    lines: tuple[bytes, ...] = ()
    fault: str | None = None


def read_record(offset: int, headers: Headers, value: bytes | None) -> InboxRecord:
    """What the record holds."""
    body = value or b""
    try:
        return InboxRecord(offset, body, tuple(lines_of(headers, body)))
    except NotEvents as error:
        return InboxRecord(offset, body, fault=str(error))


def in_pieces(records: Iterable[InboxRecord], events: int) -> Iterator[list[InboxRecord]]:
    """Records in their order, read as they are asked for; only one that is alone has more events
    than so many."""
    piece: list[InboxRecord] = []
    held = 0
    for record in records:
        if piece and (held + len(record.lines) > events or len(piece) == events):
            yield piece
            piece, held = [], 0
        piece.append(record)
        held += len(record.lines)
    if piece:
        yield piece


def lines_of(headers: Headers, body: bytes) -> list[bytes]:
    """The events of a record, each as one JSON text; raises NotEvents."""
    try:
        pairs = [(name.lower(), (value or b"").decode()) for name, value in headers]
    except UnicodeDecodeError as error:
        raise NotEvents("headers_not_utf8") from error
    content_type = next((value for name, value in pairs if name == "content-type"), "")
    kind, charset = media_type(content_type)
    if kind in (STRUCTURED, BATCH):
        if charset not in UTF8:
            raise NotEvents("not_utf8")
        return _formatted(kind, body)
    if kind.startswith(_FORMATS):
        raise NotEvents("format_not_read")
    attributes = {
        name.removeprefix(_PREFIX): value for name, value in pairs if name.startswith(_PREFIX)
    }
    if "specversion" not in attributes:
        raise NotEvents("not_cloudevents")
    return [line_of_parts(attributes, content_type, body)]


def _formatted(kind: str, body: bytes) -> list[bytes]:
    if not body:
        raise NotEvents("empty")
    if kind == STRUCTURED:
        return [body]
    try:
        return elements(body)
    except NotABatch as error:
        raise NotEvents("not_json") from error


def refused_of(record: InboxRecord, receipts: Iterable[Receipt]) -> tuple[str, bytes] | None:
    """(why, what was refused of the record) once it was at the door; None when all was taken.

    Of several refused events of one record the first one's reason is told, and how many others.
    """
    refused = [
        (receipt.reason or "", line)
        for receipt, line in zip(receipts, record.lines, strict=True)
        if receipt.status == "refused"
    ]
    if not refused:
        return None
    (reason, line), *others = refused
    if not others:
        return reason, line
    return f"{reason} (+{len(others)})", b"[" + b",".join(line for _, line in refused) + b"]"
