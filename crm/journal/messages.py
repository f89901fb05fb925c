"""Events on their way through Kafka: rows of the journal as CloudEvents, several in one record.

A record is a JSON array of CloudEvents (their batch format). What stands in `data` is free of
personal data; the personal part is encrypted, in the extension `sealed`.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

import msgspec
import orjson
from msgspec import Meta, Struct

from campaigns.catalogue import CATALOGUE, wire_name
from campaigns.cloudevents import decode_data, short_name
from campaigns.kinds import well_named

CONTENT_TYPE = b"application/cloudevents-batch+json"
Stored = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""As the journal's columns hold it."""


class NotEvents(Exception):
    """A record that does not hold events as we publish them; says why, never what."""


class Message(Struct, frozen=True, kw_only=True):
    """One event; integers beyond 32 bits are strings, as CloudEvents demands of extensions."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    subject: str
    time: str
    startsus: Stored
    dayprecision: bool
    sequence: Stored
    receivedus: Stored
    actor: str
    actorrole: str
    contenthash: str
    twinhash: str | None = None
    sealed: str | None = None
    byrow: bool = False
    evidenced: bool = False
    data: msgspec.Raw


_DECODER = msgspec.json.Decoder(list[Message], strict=False)
_KINDS = {wire_name(name): name for name in CATALOGUE}


def message(row: Mapping[str, Any]) -> bytes:
    """A row of the journal, without its position, as it is published."""
    written: dict[str, Any] = {
        "specversion": "1.0",
        "id": row["id"],
        "source": row["source"],
        "type": wire_name(row["type"]),
        "subject": row["subject"],
        "time": row["time"],
        "datacontenttype": "application/json",
        "startsus": str(row["starts_us"]),
        "dayprecision": row["day_precision"],
        "sequence": str(row["sequence"]),
        "receivedus": str(row["received_us"]),
        "actor": row["actor"],
        "actorrole": row["role"],
        "contenthash": b64encode(row["content_hash"]).decode(),
        "data": orjson.Fragment(row["plain"]),
    }
    for name, value in (("twinhash", row["twin_hash"]), ("sealed", row["sealed"])):
        if value is not None:
            written[name] = b64encode(value).decode()
    for name, column in (("byrow", "by_row"), ("evidenced", "evidenced")):
        if row[column]:
            written[name] = True
    return orjson.dumps(written)


def record(messages: Iterable[bytes]) -> bytes:
    """Messages of one partition together."""
    return b"[" + b",".join(messages) + b"]"


def rows(value: bytes | None) -> list[dict[str, Any]]:
    """The rows that a record holds; raises NotEvents."""
    if not value:
        raise NotEvents("empty")
    try:
        return [_row(each) for each in _DECODER.decode(value)]
    except msgspec.ValidationError as error:
        raise NotEvents("not_cloudevents") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotEvents("not_json") from error
    except ValueError as error:
        raise NotEvents("bad_value") from error


def _row(each: Message) -> dict[str, Any]:
    if each.type not in _KINDS:
        raise NotEvents("unknown_type")
    kind, plain = short_name(each.type), bytes(each.data)
    # Else it would stop whoever writes or reads the journal; what we publish has passed the door.
    if not well_named(each) or "\x00" in f"{each.time}{each.actor}{each.actorrole}":
        raise NotEvents("bad_value")
    decode_data(kind, plain, None)
    return {
        "source": each.source,
        "id": each.id,
        "type": kind,
        "subject": each.subject,
        "time": each.time,
        "starts_us": each.startsus,
        "day_precision": each.dayprecision,
        "sequence": each.sequence,
        "received_us": each.receivedus,
        "actor": each.actor,
        "role": each.actorrole,
        "plain": plain,
        "sealed": _bytes(each.sealed),
        "content_hash": _bytes(each.contenthash),
        "twin_hash": _bytes(each.twinhash),
        "by_row": each.byrow,
        "evidenced": each.evidenced,
    }


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else b64decode(text, validate=True)
