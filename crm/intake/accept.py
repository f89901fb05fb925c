"""The door of the embedded run: check, encrypt, compare, write to the journal; then answer.

In this order, so that a crash at any moment loses nothing that was answered:

1. each event is checked in itself, and against what its credential may say;
2. the data keys that are needed are made, durably, in the keyring;
3. in one transaction identities and the owners of sources are compared and what is new is
   appended; transactions that append do so one after the other, so that a reader by position
   never misses a late one;
4. what was erased loses its key, behind a fence;
5. the receipts are given.

A crash between 3 and 4 leaves a key too many: whoever had no answer sends again, and the
duplicate destroys it.
"""

import functools
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from msgspec import Struct
from sqlalchemy import Connection, Dialect, Engine, insert
from sqlalchemy.dialects import sqlite

from campaigns.cloudevents import CheckedEvent, Refusal, check
from campaigns.events.base import Fault
from campaigns.intake import Credential, Receipt
from crm.accounts.sources import opened_to_others, senders_of_actors
from crm.attachments.store import AttachmentStore
from crm.clock import now_us
from crm.intake.row_references import FoundRow, check_row_event, row_events
from crm.intake.row_rights import forbidden_by_row
from crm.journal.clock_marks import mark_door
from crm.journal.events import JOURNAL, binding, key_subject, last_position
from crm.journal.identities import Known, known_in
from crm.journal.logged_event import EventKey
from crm.keyring.keyring import KeyLost, Keyring, seal
from crm.storage.collection import uncollected
from crm.storage.database import reading, writing
from crm.storage.locks import APPENDING, hold

_HASH_KEY = "content"


class Candidate(Struct, gc=False):
    """An event that is right in itself and may yet be refused.

    It holds bytes instead of the event, so that thousands of them cost no garbage collection.

    row: the journal row, its personal part still missing.
    fault: why it is refused, unless its identity is used already, which is graver.
    personal: what must be encrypted, as JSON, with the key of key_subject; None for nothing.
    """

    row: dict[str, Any]
    fault: Fault | None
    warnings: tuple[str, ...]
    personal: bytes | None
    key_subject: str
    unless_known: bool = False
    """Whether the fault is none of an event that was taken before."""


@dataclass(frozen=True)
class JournalIntake:
    """Takes events straight into the journal.

    Raises KeyLost when the journal holds events but the keyring is a new one.
    """

    engine: Engine
    keyring: Keyring
    _keyed_hash: hmac.HMAC = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """The key of content hashes is the installation's own; it is as old as the journal."""
        if not self.keyring.has_secret(_HASH_KEY):
            with reading(self.engine) as connection:
                if last_position(connection):
                    raise KeyLost("the keyring is younger than the journal: restore its backup")
        keyed = hmac.new(self.keyring.secret(_HASH_KEY), digestmod="sha256")
        object.__setattr__(self, "_keyed_hash", keyed)

    def accept(
        self, lines: Sequence[bytes], credential: Credential, *, history: bool = False
    ) -> list[Receipt]:
        """One receipt for each line; when it returns, what was accepted survives a crash."""
        with uncollected():
            return self._accept(lines, credential, history)

    def _accept(
        self, lines: Sequence[bytes], credential: Credential, history: bool
    ) -> list[Receipt]:
        received_us = now_us()
        rows = row_events(self.engine, self.keyring, lines, credential.dealer)
        checked = [
            self._of_row(*rows[place], credential, received_us, history)
            if place in rows
            else self._candidate(check(line, received_us, history=history), credential)
            for place, line in enumerate(lines)
        ]
        candidates = [found for found in checked if isinstance(found, Candidate)]
        self._seal(candidates)
        with writing(self.engine) as connection:
            hold(connection, APPENDING)
            known = self._known(connection, [_key(found.row) for found in candidates])
            if credential.sender is not None:
                self._keep_apart(connection, candidates, known, credential)
            fresh: list[dict[str, Any]] = []
            receipts = [answer(found, known, fresh) for found in checked]
            self._append(connection, fresh)
            if fresh and credential.role != "system":
                mark_door(connection, received_us)
        for found, receipt in zip(checked, receipts, strict=True):
            if receipt.status != "refused" and isinstance(found, Candidate):
                self._erase(found.row)
        return receipts

    def _of_row(
        self,
        wire: dict[str, Any],
        row: FoundRow | None,
        credential: Credential,
        received_us: int,
        history: bool,
    ) -> Candidate | Refusal:
        """Of an event that names a row of the dealer's copy; one without a card is not allowed."""
        checked = check_row_event(wire, row, received_us, history=history)
        found = self._candidate(checked, credential)
        if isinstance(found, Refusal) or isinstance(checked, Refusal):
            return found
        found.row["by_row"] = True
        if found.fault is None:
            categories = frozenset() if row is None else row.categories
            path = forbidden_by_row(checked.type_name, checked.plain | checked.personal, categories)
            path = "$.subject" if row is None and path != "$.type" else path
            if path is not None:
                # Of what was taken before it plays no part what the row holds by now.
                found.fault, found.unless_known = ("not_allowed", path), True
        return found

    def _candidate(
        self, event: CheckedEvent | Refusal, credential: Credential
    ) -> Candidate | Refusal:
        if isinstance(event, Refusal):
            return event
        fault: Fault | None = event.faults[0] if event.faults else None
        if fault is None and (forbidden := credential.forbidden_at(event)):
            fault = ("not_allowed", forbidden)
        return Candidate(
            self._row(event, credential),
            fault,
            event.warnings,
            orjson.dumps(event.personal) if event.personal else None,
            key_subject(event.type_name, event.subject, event.plain),
        )

    def _row(self, event: CheckedEvent, credential: Credential) -> dict[str, Any]:
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
            "role": credential.journaled_role,
            "plain": orjson.dumps(event.plain),
            "sealed": None,
            "content_hash": self._hash(event.content),
            "twin_hash": self._hash(event.twin) if event.twin is not None else None,
            "by_row": False,
            "evidenced": self._is_evidenced(event, credential),
        }

    def _is_evidenced(self, event: CheckedEvent, credential: Credential) -> bool:
        """Whether a dealer's word names a proof that lies in the store of its card by now.

        Nobody asks that of the company's words.
        """
        named = event.plain.get("evidence_sha256")
        if credential.dealer is None or named is None:
            return False
        return AttachmentStore(self.keyring).has(event.subject.partition("/")[2], named)

    def _hash(self, content: bytes) -> bytes:
        keyed = self._keyed_hash.copy()
        keyed.update(content)
        return keyed.digest()

    def _seal(self, candidates: Sequence[Candidate]) -> None:
        """Encrypt the personal part of each that has no fault; of what is erased it is dropped."""
        wanted = [found for found in candidates if found.personal and found.fault is None]
        keys = self.keyring.keys((found.key_subject for found in wanted), create=True)
        for found in wanted:
            key = keys[found.key_subject]
            if key is not None and found.personal is not None:
                row = found.row
                row["sealed"] = seal(key, found.personal, binding(row["source"], row["id"]))

    def _keep_apart(
        self,
        connection: Connection,
        candidates: Sequence[Candidate],
        known: dict[EventKey, Known],
        credential: Credential,
    ) -> None:
        """Refuse what is said under a source opened to another sender, or takes back its word."""
        faultless = [found for found in candidates if found.fault is None]
        foreign = opened_to_others(
            connection, {found.row["source"] for found in faultless}, credential
        )
        # What is known itself is a duplicate, or its identity is used: it takes nothing back anew.
        targets = [None if _key(found.row) in known else _target(found) for found in faultless]
        spoken = self._known(connection, [target for target in targets if target])
        senders = senders_of_actors(connection, {word.actor for word in spoken.values()})
        for found, target in zip(faultless, targets, strict=True):
            if found.row["source"] in foreign:
                found.fault = ("not_allowed", "$.source")
            elif (
                target
                and target in spoken
                and senders.get(spoken[target].actor) != credential.sender
            ):
                found.fault = ("not_allowed", "$.data.of_id")

    def _known(self, connection: Connection, keys: Sequence[EventKey]) -> dict[EventKey, Known]:
        return known_in(connection, JOURNAL, keys)

    def _append(self, connection: Connection, rows: list[dict[str, Any]]) -> None:
        """Add rows at the end of the journal; the caller has made sure that they are new."""
        if rows:
            connection.exec_driver_sql(_insert_statement(connection.dialect), rows)

    def _erase(self, row: dict[str, Any]) -> None:
        if row["type"] == "card.erased":
            self.keyring.destroy(row["subject"])


def _key(row: dict[str, Any]) -> EventKey:
    return EventKey(row["source"], row["id"])


def _target(found: Candidate) -> EventKey | None:
    """Which event of the same source it takes back; None: none that could be."""
    if found.row["type"] != "event.voided":
        return None
    said = orjson.loads(found.row["plain"])
    target = EventKey(said["of_source"], said["of_id"])
    return target if target.source == found.row["source"] else None


@functools.cache
def _insert_statement(dialect: Dialect) -> str:
    """The insert as the driver takes it, values by name.

    The rows hold what the driver takes as it is; preparing them value by value would cost more
    than SQLite needs to write them.
    """
    by_name = sqlite.dialect(paramstyle="named") if dialect.name == "sqlite" else dialect
    names = [column.name for column in JOURNAL.columns if column is not JOURNAL.c.position]
    return str(insert(JOURNAL).inline().compile(dialect=by_name, column_keys=names))


def answer(
    found: Candidate | Refusal,
    known: dict[EventKey, Known],
    fresh: list[dict[str, Any]],
) -> Receipt:
    """The receipt of one event; an accepted one is fresh, and known to those that follow."""
    if isinstance(found, Refusal):
        return Receipt("refused", found.source, found.id, found.reason, found.path)
    row = found.row
    key = _key(row)
    earlier = known.get(key)
    if earlier is not None and earlier.content_hash != row["content_hash"]:
        return Receipt("refused", *key, "id_reused", "$.id")
    if found.fault is not None and not (found.unless_known and earlier is not None):
        return Receipt("refused", *key, *found.fault)
    if earlier is not None:
        return Receipt(
            "duplicate", *key, first_received_us=earlier.received_us, first_actor=earlier.actor
        )
    known[key] = Known(row["content_hash"], row["received_us"], row["actor"])
    fresh.append(row)
    return Receipt("accepted", *key, warnings=found.warnings)
