"""HTTP request → events as lines: CloudEvents' HTTP binding in its three modes, and NDJSON.

Source: CloudEvents, HTTP Protocol Binding 1.0.2, sections 3.1 (binary), 3.2 (structured),
3.3 (batched). Nothing is judged here but whether the request can be read as a whole; each event
is a line of bytes that the door looks at, so one that is broken harms no other.
"""

import re
from collections.abc import Iterable
from email.message import Message
from urllib.parse import unquote_to_bytes

import msgspec
import orjson

from campaigns.cloudevents import LARGEST_EVENT_BYTES
from crm.web.problems import Problem

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
LINES = "application/x-ndjson"
MEDIA_TYPES = (STRUCTURED, BATCH, LINES)

LARGEST_BODY_BYTES = 32 * 1024 * 1024
MOST_EVENTS = 10_000

_PREFIX = "ce-"
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii"})
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NOT_JSON = b"!"
"""A line that is no JSON, for a body of which nothing else can be said."""


def lines_of(headers: Iterable[tuple[str, str]], body: bytes) -> list[bytes]:
    """The events of a request, each as one JSON text; Problem when it cannot be read.

    `headers` are (name, value) pairs in any case of letters.
    """
    pairs = [(name.lower(), value) for name, value in headers]
    content_type = next((value for name, value in pairs if name == "content-type"), "")
    media_type, charset = _media_type(content_type)
    if media_type in MEDIA_TYPES and charset not in _UTF8:
        raise Problem(415, "the body must be UTF-8")
    if media_type == STRUCTURED:
        return [body]
    if media_type == BATCH:
        return _batch(body)
    if media_type == LINES:
        return _few_enough([line for line in body.split(b"\n") if not _is_blank(line)])
    if media_type.startswith(("application/cloudevents+", "application/cloudevents-batch+")):
        raise Problem(415, f"of the CloudEvents formats only JSON is read: {STRUCTURED}, {BATCH}")
    if not any(name == "ce-specversion" for name, _ in pairs):
        raise Problem(
            415, f"send {', '.join(MEDIA_TYPES)}, or one event with its attributes in ce- headers"
        )
    return [_binary(pairs, content_type, body)]


def _media_type(content_type: str) -> tuple[str, str]:
    """(media type in lower case, its charset)."""
    message = Message()
    message["content-type"] = content_type
    charset = message.get_param("charset") if content_type else None
    named = charset.lower() if isinstance(charset, str) else "utf-8"
    return content_type.partition(";")[0].strip().lower(), named


def _batch(body: bytes) -> list[bytes]:
    """The elements of a JSON array, each exactly as it was written."""
    try:
        elements = msgspec.json.decode(body.removeprefix(_BYTE_ORDER_MARK), type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(400, "the body is no JSON array of events") from error
    return _few_enough([bytes(element) for element in elements])


def _few_enough(lines: list[bytes]) -> list[bytes]:
    if len(lines) > MOST_EVENTS:
        raise Problem(413, f"a request holds at most {MOST_EVENTS:,} events")
    return lines


def _is_blank(line: bytes) -> bool:
    return not line.removeprefix(_BYTE_ORDER_MARK).strip()


def _binary(pairs: list[tuple[str, str]], content_type: str, body: bytes) -> bytes:
    """One event: attributes in headers, the body is its data."""
    attributes: dict[str, str | int] = {}
    for name, value in pairs:
        if name.startswith(_PREFIX):
            attributes[name.removeprefix(_PREFIX)] = _attribute(name, value)
    if content_type:
        attributes["datacontenttype"] = content_type
    # `data` and `data_base64` are members of the JSON format, no attributes.
    attributes.pop("data", None)
    head = orjson.dumps(attributes)
    if not body:
        return head
    if len(body) <= LARGEST_EVENT_BYTES:
        try:
            orjson.loads(body)
        except orjson.JSONDecodeError:
            # What is no single JSON text may not be spliced into one.
            return _NOT_JSON
    return head[:-1] + b',"data":' + body + b"}"


def _attribute(name: str, value: str) -> str | int:
    """The value of an attribute header; `sequence` is an integer, all else is text."""
    text = unquote_to_bytes(_unquoted(value.strip())).decode("utf-8", "replace")
    if name == "ce-sequence" and _INTEGER.fullmatch(text):
        return int(text)
    return text


def _unquoted(value: str) -> str:
    """The value without double quotes around it (RFC 7230, 3.2.6), as older senders wrote it."""
    if len(value) < 2 or not (value[0] == value[-1] == '"'):
        return value
    return re.sub(r"\\(.)", r"\1", value[1:-1])
