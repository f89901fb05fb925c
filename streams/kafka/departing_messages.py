"""Messages that leave the house, as CloudEvents: announcements, and rows encrypted to a dealer."""

from base64 import b64encode
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from campaigns.catalogue import wire_name
from campaigns.times import rfc3339
from crm.copies.queries import CopyChange
from crm.journal.announcements import AsideMessage, FailedEvent
from crm.keyring.dealer_keys import DealerKey
from crm.keyring.keyring import seal

SOURCE = "/jinxi"
LETTER = "jinxi.dead_letter.added.v1"
ROW = "jinxi.copy.changed.v1"


@dataclass(frozen=True, slots=True)
class Departing:
    """A message and the key by which it finds its partition."""

    key: str
    value: bytes


def announcement_of(letter: FailedEvent | AsideMessage, prefix: str) -> Departing:
    """That something could not be taken or recorded: where it stands and why, nothing else."""
    data: dict[str, Any] = asdict(letter)
    failed_us = data.pop("failed_us")
    if isinstance(letter, FailedEvent):
        key, name = letter.source, f"event.{letter.position}.{failed_us}"
        data["type"] = wire_name(letter.type)
    else:
        key = data["topic"] = f"{prefix}.{letter.topic}"
        name = f"message.{data.pop('topic_id')}.{letter.partition}.{letter.offset}"
    subject = "dead_letter/event" if isinstance(letter, FailedEvent) else "dead_letter/message"
    return Departing(key, _event(name, LETTER, subject, failed_us, data))


def copy_message(change: CopyChange, key: DealerKey, largest_bytes: int) -> Departing:
    """One change of a dealer's copy, which the dealer alone can open.

    Bound to dealer and number, so that it cannot pass for another one. A row that makes the message
    larger than so many bytes is left out: the dealer is told to fetch it (`kind` is fetch).
    """
    whole = _copy_message(change, key, change.kind, change.content)
    if len(whole.value) <= largest_bytes:
        return whole
    return _copy_message(change, key, "fetch", None)


def _copy_message(
    change: CopyChange, key: DealerKey, kind: str, row: dict[str, Any] | None
) -> Departing:
    told = {"key": change.key, "kind": kind, "reason_class": change.reason_class, "row": row}
    sealed = seal(key.secret, orjson.dumps(told), f"{change.dealer}/{change.sequence}".encode())
    data = {
        "dealer": change.dealer,
        "sequence": change.sequence,
        "key_number": key.number,
        "sealed": b64encode(sealed).decode(),
    }
    name = f"{change.dealer}.{change.sequence}"
    subject = f"dealer/{change.dealer}"
    return Departing(change.dealer, _event(name, ROW, subject, change.changed_us, data))


def _event(name: str, kind: str, subject: str, at_us: int, data: dict[str, Any]) -> bytes:
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": name,
            "source": SOURCE,
            "type": kind,
            "subject": subject,
            "time": rfc3339(at_us),
            "datacontenttype": "application/json",
            "data": data,
        }
    )
