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

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NOT_JSON = b"!"
"""A line that is no JSON, for a body of which nothing else can be said."""


class NotABatch(Exception):
    """A body that is no JSON array."""


def media_type(content_type: str) -> tuple[str, str]:
    """(media type in lower case, its charset)."""
    message = Message()
    message["content-type"] = content_type
    charset = message.get_param("charset") if content_type else None
    named = charset.lower() if isinstance(charset, str) else "utf-8"
    return content_type.partition(";")[0].strip().lower(), named


def elements(body: bytes) -> list[bytes]:
    """The elements of a JSON array, each exactly as it was written; NotABatch."""
    try:
        found = msgspec.json.decode(body.removeprefix(_BYTE_ORDER_MARK), type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotABatch from error
    return [bytes(element) for element in found]


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
