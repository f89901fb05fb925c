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

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson
from msgspec import structs
from sqlalchemy import Connection, Engine

from campaigns.cloudevents import CheckedEvent, Refusal, check
from campaigns.content import former_content
from campaigns.events.base import Fault
from campaigns.intake import Credential, Receipt
from campaigns.wording.catalogues import N_
from crm.accounts.sources import opened_to_others, senders_of_actors
from crm.attachments.store import AttachmentStore
from crm.clock import now_us
from crm.intake.candidates import Candidate, Identity, answers
from crm.intake.row_references import FoundRow, check_row_event, row_events
from crm.intake.row_rights import forbidden_by_row
from crm.journal.clock_marks import mark_door
from crm.journal.events import (
    JOURNAL,
    NEW_EVENT_COLUMNS,
    NewEvent,
    binding,
    key_subject,
    last_position,
)
from crm.journal.identities import StoredIdentity, stored_identities
from crm.keyring.keyring import KeyLost, Keyring, seal
from crm.storage.bulk import insert_rows
from crm.storage.collection import gc_paused
from crm.storage.database import reading, writing
from crm.storage.locks import APPENDING, hold

_HASH_KEY = "content"


class EventStore(Protocol):
    """Where the door writes what it takes."""

    def stored(
        self, connection: Connection, identities: Sequence[Identity]
    ) -> Mapping[Identity, StoredIdentity]:
        """What is held under these identities, here or further on."""

    def append(self, connection: Connection, rows: Sequence[NewEvent]) -> None:
        """Add rows at the end; the caller has made sure that they are new."""


class JournalStore:
    """The journal itself, where no broker carries."""

    def stored(
        self, connection: Connection, identities: Sequence[Identity]
    ) -> Mapping[Identity, StoredIdentity]:
        """What the journal holds under these identities."""
        return stored_identities(connection, JOURNAL, identities)

    def append(self, connection: Connection, rows: Sequence[NewEvent]) -> None:
        """Add rows at the end of the journal."""
        insert_rows(connection, JOURNAL, list(map(structs.astuple, rows)), NEW_EVENT_COLUMNS)


@dataclass(frozen=True)
class EventIntake:
    """Takes events durably into a store.

    Raises KeyLost when the journal holds events but the keyring is a new one.
    """

    engine: Engine
    keyring: Keyring
    store: EventStore = field(default_factory=JournalStore)
    _keyed_hash: hmac.HMAC = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """The key of content hashes is the installation's own; it is as old as the journal."""
        if not self.keyring.has_secret(_HASH_KEY):
            with reading(self.engine) as connection:
                if last_position(connection):
                    raise KeyLost(N_("钥匙库比日志新，请恢复钥匙库的备份"))
        keyed = hmac.new(self.keyring.secret(_HASH_KEY), digestmod="sha256")
        object.__setattr__(self, "_keyed_hash", keyed)

    def accept(
        self,
        lines: Sequence[bytes],
        credential: Credential,
        *,
        history: bool = False,
        received_us: int | None = None,
    ) -> list[Receipt]:
        """One receipt for each line; when it returns, what was accepted survives a crash.

        received_us: when it was received, where several calls take what was handed over at once.
        """
        with gc_paused():
            return self._accept(lines, credential, history, received_us or now_us())

    def _accept(
        self, lines: Sequence[bytes], credential: Credential, history: bool, received_us: int
    ) -> list[Receipt]:
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
            stored = self.store.stored(connection, [found.identity for found in candidates])
            self._know_again(lines, checked, stored)
            if credential.sender is not None:
                self._keep_apart(connection, candidates, stored, credential)
            receipts, fresh = answers(checked, stored)
            if fresh:
                self.store.append(connection, list(fresh.values()))
                if credential.role != "system":
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
        found.row.by_row = True
        if found.fault is None:
            categories = frozenset() if row is None else row.categories
            path = forbidden_by_row(checked.type_name, checked.plain | checked.personal, categories)
            path = "$.subject" if row is None and path != "$.type" else path
            if path is not None:
                # Of what was taken before it plays no part what the row holds by now.
                found.fault, found.unless_stored = ("not_allowed", path), True
        return found

    def _know_again(
        self,
        lines: Sequence[bytes],
        checked: Sequence[Candidate | Refusal],
        stored: Mapping[Identity, StoredIdentity],
    ) -> None:
        """Give what was taken by version 0.2 or before, and is sent again, its hash of then."""
        for line, found in zip(lines, checked, strict=True):
            if isinstance(found, Refusal):
                continue
            earlier = stored.get(found.identity)
            if earlier is None or earlier.content_hash == found.row.content_hash:
                continue
            if self._hash(former_content(line)) == earlier.content_hash:
                found.row.content_hash = earlier.content_hash

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
            (event.source, event.id),
            fault,
            event.warnings,
            orjson.dumps(event.personal) if event.personal else None,
            key_subject(event.type_name, event.subject, event.plain),
        )

    def _row(self, event: CheckedEvent, credential: Credential) -> NewEvent:
        return NewEvent(
            event.source,
            event.id,
            event.type_name,
            event.subject,
            event.time,
            event.starts_us,
            event.day_precision,
            event.sequence,
            event.received_us,
            credential.actor or event.source,
            credential.journaled_role,
            orjson.dumps(event.plain),
            None,
            self._hash(event.content),
            self._hash(event.twin) if event.twin is not None else None,
            by_row=False,
            evidenced=self._is_evidenced(event, credential),
        )

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
        keys = self.keyring.data_keys((found.key_subject for found in wanted), create=True)
        for found in wanted:
            key = keys[found.key_subject]
            if key is not None and found.personal is not None:
                found.row.sealed = seal(key, found.personal, binding(*found.identity))

    def _keep_apart(
        self,
        connection: Connection,
        candidates: Sequence[Candidate],
        stored: Mapping[Identity, StoredIdentity],
        credential: Credential,
    ) -> None:
        """Refuse what is said under a source opened to another sender, or takes back its word."""
        faultless = [found for found in candidates if found.fault is None]
        foreign = opened_to_others(
            connection, {found.row.source for found in faultless}, credential
        )
        # What is stored itself is a duplicate, or its identity is used: it takes nothing back anew.
        targets = [None if found.identity in stored else _target(found) for found in faultless]
        spoken = self.store.stored(connection, [target for target in targets if target])
        senders = senders_of_actors(connection, {word.actor for word in spoken.values()})
        for found, target in zip(faultless, targets, strict=True):
            if found.row.source in foreign:
                found.fault = ("not_allowed", "$.source")
            elif (
                target
                and target in spoken
                and senders.get(spoken[target].actor) != credential.sender
            ):
                found.fault = ("not_allowed", "$.data.of_id")

    def _erase(self, row: NewEvent) -> None:
        if row.type == "card.erased":
            self.keyring.destroy(row.subject)


def _target(found: Candidate) -> Identity | None:
    """Which event of the same source it takes back; None: none that could be."""
    if found.row.type != "event.voided":
        return None
    said = orjson.loads(found.row.plain)
    target = (said["of_source"], said["of_id"])
    return target if target[0] == found.row.source else None
