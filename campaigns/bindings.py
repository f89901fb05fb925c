"""What the protocol bindings of CloudEvents have in common: from a message's parts to JSON lines.

Nothing is judged here but whether a message can be read as a whole; each event is a line of bytes
that the door looks at, so one that is broken harms no other.
"""

import re
from collections.abc import Mapping
from email.message import Message

import msgspec
import orjson

from campaigns.cloudevents import LARGEST_EVENT_BYTES

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
UTF8 = frozenset({"utf-8", "utf8", "us-ascii"})

MOST_EVENTS = 10_000
"""Of one batch."""

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NEXT_MARK = re.compile(
    rb'[^"\[\]{},]*+(?:"(?:[^"\\]++|\\.)*+"[^"\[\]{},]*+)*+([\[\]{},])', re.DOTALL
)
"""As far as the next bracket or comma that is not in a string."""
_MOST_MARKS = 200
"""Brackets and commas of an event, on the average of a full batch: ten times what any has."""
_SPACE_AROUND = 1_024
_LONGEST_TYPE = 1_000
"""Characters of a content type: a name and a charset."""
_NOT_JSON = b"!"
"""A line that is no JSON, for a body of which nothing else can be said."""


class NotABatch(Exception):
    """A body that is no JSON array."""


class BatchTooLarge(NotABatch):
    """A batch with more elements than are taken, or with one larger than any event may be."""


def media_type(content_type: str) -> tuple[str, str]:
    """(media type in lower case, its charset); a long text is of no type, in no charset."""
    if len(content_type) > _LONGEST_TYPE:
        # Taking parameters apart costs the square of their length.
        return "", ""
    message = Message()
    message["content-type"] = content_type
    charset = message.get_param("charset") if content_type else None
    named = charset.lower() if isinstance(charset, str) else "utf-8"
    return content_type.partition(";")[0].strip().lower(), named


def elements(body: bytes, most: int = MOST_EVENTS) -> list[bytes]:
    """The elements of a JSON array, each exactly as it was written; NotABatch, BatchTooLarge."""
    if body.count(b",") >= most:
        # Only then may there be too many; counting takes little memory, and parsing much.
        _count(body, most)
    try:
        found = msgspec.json.decode(body.removeprefix(_BYTE_ORDER_MARK), type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotABatch from error
    return [bytes(element) for element in found]


def _count(body: bytes, most: int) -> None:
    """BatchTooLarge where there are too many elements, or one is longer than any event."""
    depth, found, began = 0, 0, 0
    for marks, match in enumerate(_NEXT_MARK.finditer(body)):
        mark, at = match[1], match.end()
        if mark in b"[{":
            depth += 1
            began = at if depth == 1 else began
        elif mark in b"]}":
            depth -= 1
        elif depth == 1:
            found, began = found + 1, at
        is_long = at - began > LARGEST_EVENT_BYTES + _SPACE_AROUND
        if found >= most or is_long or marks > most * _MOST_MARKS:
            raise BatchTooLarge
        if depth <= 0:
            return


def is_blank(line: bytes) -> bool:
    """Whether nothing stands in the line."""
    return not line.removeprefix(_BYTE_ORDER_MARK).strip()


def line_of_parts(attributes: Mapping[str, str], content_type: str, body: bytes) -> bytes:
    """One event of which the attributes stand beside the data (binary mode)."""
    written = {name: _value(name, text) for name, text in attributes.items()}
    if content_type:
        written["datacontenttype"] = content_type
    # `data` and `data_base64` are members of the JSON format, no attributes.
    written.pop("data", None)
    head = orjson.dumps(written)
    if not body:
        return head
    if len(body) <= LARGEST_EVENT_BYTES:
        try:
            orjson.loads(body)
        except orjson.JSONDecodeError:
            # What is no single JSON text may not be spliced into one.
            return _NOT_JSON
    return head[:-1] + b',"data":' + body + b"}"


def _value(name: str, text: str) -> str | int:
    """`sequence` is an integer, all else is text."""
    return int(text) if name == "sequence" and _INTEGER.fullmatch(text) else text
