"""HTTP request → events as lines: CloudEvents' HTTP binding in its three modes, and NDJSON.

Source: CloudEvents, HTTP Protocol Binding 1.0.2, sections 3.1 (binary), 3.2 (structured),
3.3 (batched). Nothing is judged here but whether the request can be read as a whole; each event
is a line of bytes that the door looks at, so one that is broken harms no other.
"""

import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from campaigns.bindings import (
    BATCH,
    MOST_EVENTS,
    STRUCTURED,
    UTF8,
    BatchTooLarge,
    NotABatch,
    elements,
    is_blank,
    line_of_parts,
    media_type,
)
from crm.web.api.problems import Problem

LINES = "application/x-ndjson"
MEDIA_TYPES = (STRUCTURED, BATCH, LINES)

_BLANK_LINES_TOO = 2

_PREFIX = "ce-"


def lines_of(headers: Iterable[tuple[str, str]], body: bytes) -> list[bytes]:
    """The events of a request, each as one JSON text; Problem when it cannot be read.

    `headers` are (name, value) pairs in any case of letters.
    """
    pairs = [(name.lower(), value) for name, value in headers]
    content_type = next((value for name, value in pairs if name == "content-type"), "")
    kind, charset = media_type(content_type)
    if kind in MEDIA_TYPES and charset not in UTF8:
        raise Problem(415, "the body must be UTF-8")
    if kind == STRUCTURED:
        return [body]
    if kind == BATCH:
        return _batch(body)
    if kind == LINES:
        return _lines(body)
    if kind.startswith(("application/cloudevents+", "application/cloudevents-batch+")):
        raise Problem(415, f"of the CloudEvents formats only JSON is read: {STRUCTURED}, {BATCH}")
    if not any(name == "ce-specversion" for name, _ in pairs):
        raise Problem(
            415, f"send {', '.join(MEDIA_TYPES)}, or one event with its attributes in ce- headers"
        )
    return [_binary(pairs, content_type, body)]


def _batch(body: bytes) -> list[bytes]:
    try:
        found = elements(body, MOST_EVENTS)
    except BatchTooLarge as error:
        raise _too_many() from error
    except NotABatch as error:
        raise Problem(400, "the body is no JSON array of events") from error
    if len(found) > MOST_EVENTS:
        raise _too_many()
    return found


def _lines(body: bytes) -> list[bytes]:
    # Counted before they are cut: a body of line feeds alone would be millions of lines.
    if body.count(b"\n") > MOST_EVENTS * _BLANK_LINES_TOO:
        raise _too_many()
    found = [line for line in body.split(b"\n") if not is_blank(line)]
    if len(found) > MOST_EVENTS:
        raise _too_many()
    return found


def _too_many() -> Problem:
    return Problem(413, f"a request holds at most {MOST_EVENTS:,} events")


def _binary(pairs: list[tuple[str, str]], content_type: str, body: bytes) -> bytes:
    """One event: attributes in headers, the body is its data."""
    attributes = {
        name.removeprefix(_PREFIX): unquote_to_bytes(_unquoted(value.strip())).decode(
            "utf-8", "replace"
        )
        for name, value in pairs
        if name.startswith(_PREFIX)
    }
    return line_of_parts(attributes, content_type, body)


def _unquoted(value: str) -> str:
    """The value without double quotes around it (RFC 7230, 3.2.6), as older senders wrote it."""
    if len(value) < 2 or not (value[0] == value[-1] == '"'):
        return value
    return re.sub(r"\\(.)", r"\1", value[1:-1])
