"""The door of the embedded run: check, encrypt, compare, write to the journal; then answer.

In this order, so that a crash at any moment loses nothing that was answered:

1. each event is checked in itself;
2. the data keys that are needed are made, durably, in the keyring;
3. in one transaction identities are compared and what is new is appended;
4. what was erased loses its key, behind a fence;
5. the receipts are given.
"""

import hmac
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Engine

from campaigns.cloudevents import CheckedEvent, Refusal, check
from campaigns.intake import Credential, Receipt
from crm.database import writing
from crm.journal import append, binding, key_subject, rows_by_key
from crm.keyring import Keyring, seal
from crm.logged_event import EventKey


def now_us() -> int:
    """The present instant."""
    return time.time_ns() // 1000


@dataclass(frozen=True, slots=True)
class Known:
    """What the journal holds under an identity."""

    content_hash: bytes
    received_us: int
    actor: str


@dataclass(frozen=True)
class JournalIntake:
    """Takes events straight into the journal."""

    engine: Engine
    keyring: Keyring
    hash_key: bytes = field(init=False)

    def __post_init__(self) -> None:
        """The key of content hashes is the installation's own."""
        object.__setattr__(self, "hash_key", self.keyring.secret("content"))

    def accept(
        self, lines: Sequence[bytes], credential: Credential, *, history: bool = False
    ) -> list[Receipt]:
        """One receipt for each line; when it returns, what was accepted survives a crash."""
        received_us = now_us()
        checked = [check(line, received_us, history=history) for line in lines]
        rows = self._rows(checked, credential)
        fresh: list[dict[str, Any]] = []
        with writing(self.engine) as connection:
            keys = {EventKey(row["source"], row["id"]) for row in rows if row is not None}
            known = {
                key: Known(found.content_hash, found.received_us, found.actor)
                for key, found in rows_by_key(connection, keys).items()
            }
            receipts = []
            for event, row in zip(checked, rows, strict=True):
                receipt = answer(event, row, known, credential)
                receipts.append(receipt)
                if receipt.status == "accepted" and row is not None:
                    fresh.append(row)
            append(connection, fresh)
        for row in fresh:
            if row["type"] == "card.erased":
                self.keyring.destroy(row["subject"])
        return receipts

    def _rows(
        self, checked: Iterable[CheckedEvent | Refusal], credential: Credential
    ) -> list[dict[str, Any] | None]:
        """The journal row of each event that is right in itself, its personal part encrypted."""
        events = [event if isinstance(event, CheckedEvent) else None for event in checked]
        subjects = [
            key_subject(event.type_name, event.subject, event.plain)
            if event is not None and event.personal
            else None
            for event in events
        ]
        keys = self.keyring.keys({name for name in subjects if name is not None}, create=True)
        return [
            None
            if event is None
            else self._row(event, credential, keys[subject] if subject is not None else None)
            for event, subject in zip(events, subjects, strict=True)
        ]

    def _row(
        self, event: CheckedEvent, credential: Credential, key: bytes | None
    ) -> dict[str, Any]:
        sealed = None
        if key is not None:
            bound_to = binding(event.source, event.id)
            sealed = seal(key, orjson.dumps(event.personal), bound_to)
        twin = event.twin
        return {
            "source": event.source,
            "id": event.id,
            "type": event.type_name,
            "subject": event.subject,
            "time": event.time,
            "starts_us": event.starts_us,
            "day_precision": event.day_precision,
            "sequence": event.sequence,
            "received_us": event.received_us,
            "actor": credential.actor or event.source,
            "role": credential.role,
            "plain": orjson.dumps(event.plain),
            "sealed": sealed,
            "content_hash": hmac.digest(self.hash_key, event.content, "sha256"),
            "twin_hash": hmac.digest(self.hash_key, twin, "sha256") if twin else None,
        }


def answer(
    event: CheckedEvent | Refusal,
    row: dict[str, Any] | None,
    known: dict[EventKey, Known],
    credential: Credential,
) -> Receipt:
    """The receipt of one event; an accepted one becomes known to those that follow."""
    if isinstance(event, Refusal) or row is None:
        assert isinstance(event, Refusal)
        return Receipt("refused", event.source, event.id, event.reason, event.path)
    key = EventKey(event.source, event.id)
    earlier = known.get(key)
    if earlier is not None and earlier.content_hash != row["content_hash"]:
        return Receipt("refused", *key, "id_reused", "$.id")
    if event.faults:
        return Receipt("refused", *key, *event.faults[0])
    if not credential.may_send(event):
        return Receipt("refused", *key, "not_allowed", "$.type")
    if earlier is not None:
        return Receipt(
            "duplicate",
            *key,
            first_received_us=earlier.received_us,
            first_actor=earlier.actor,
        )
    known[key] = Known(row["content_hash"], row["received_us"], row["actor"])
    return Receipt("accepted", *key, warnings=event.warnings)
