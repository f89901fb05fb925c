"""What of an event is its content: by it a retry is told from another word under the same id.

Content is the type, the subject, the instant of the time, its precision, the sequence and the data.
Who carried the event, how one instant is spelled and whatever else stands beside (tracing and
other extensions) play no part: they change from one sending to the next.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from campaigns.canonical import canonical_json

Content = dict[str, Any]

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def content_of(
    wire: Mapping[str, Any], starts_us: int, *, day_precision: bool, sequence: int
) -> Content:
    """The content of an event; `starts_us` is the day's start where only the day is known."""
    return {
        "type": wire["type"],
        "subject": wire["subject"],
        "time": starts_us,
        "timeprecision": "day" if day_precision else "second",
        "sequence": sequence,
        "data": wire["data"],
    }


def former_content(line: bytes) -> bytes:
    """The canonical content as versions up to 0.2 took it: their hashes stand in older journals.

    It held every attribute as it was spelled, but those that the receiving side sets.
    """
    wire = orjson.loads(line.removeprefix(BYTE_ORDER_MARK))
    set_here = {"actor", "receivedat", "datacontenttype"}
    return canonical_json({name: wire[name] for name in wire if name not in set_here})
