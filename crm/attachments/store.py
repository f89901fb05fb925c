"""The attachment store: files that only the key of their card opens.

A file lies in the folder of its card (`Keyring.files_of`), under a name that is a keyed hash of
card and content, behind one of the party that handed it over; none tells anything without the
keyring. Destroying the key of the card deletes its folder, so an erasure leaves nothing. A file is
written once: the same content again is the same file.
"""

import hmac
import os
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from crm.attachments.kinds import media_type_of
from crm.keyring.keyring import Keyring, seal, unseal
from crm.storage.durable import make_durable
from crm.storage.owner_alone import make_folder

LARGEST_BYTES = 5 * 1024 * 1024
MOST_OF_A_CARD = 40
"""Of one party: nobody fills another's card."""
_PARTY_LETTERS = 16


class AttachmentRefused(Exception):
    """The attachment is not taken.

    reason: too_large, unknown_kind, too_many (of this card, by this party), party_full (for today)
    or erased (the card is).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Heading(Struct, frozen=True):
    """What is kept with the content: its kind, who handed it over, and when."""

    media_type: str
    actor: str
    received_us: int


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment of a card, named by the SHA-256 of its content."""

    card_id: str
    sha256: str
    heading: Heading
    content: bytes


@dataclass(frozen=True, slots=True)
class AttachmentStore:
    """The files of one installation."""

    keyring: Keyring

    def put(
        self, card_id: str, content: bytes, actor: str, received_us: int, party: str = "company"
    ) -> Attachment:
        """Keep it; when this returns it is durable. AttachmentRefused when it is not taken."""
        media_type = media_type_of(content)
        if len(content) > LARGEST_BYTES:
            raise AttachmentRefused("too_large")
        if media_type is None:
            raise AttachmentRefused("unknown_kind")
        heading = Heading(media_type, actor, received_us)
        made = Attachment(card_id, sha256(content).hexdigest(), heading, content)
        key = self._key(card_id, create=True)
        if key is None:
            raise AttachmentRefused("erased")
        if self._found(card_id, made.sha256) is None:
            file = self._new_file(card_id, made.sha256, party)
            if self._count(card_id, party) >= MOST_OF_A_CARD:
                raise AttachmentRefused("too_many")
            _write(file, seal(key, _packed(made), _binding(made.card_id, made.sha256)))
            if self._key(card_id, create=False) is None:
                # Erased while it was written: its key is gone, and so must the file be.
                self.keyring.delete_files(f"card/{card_id}")
                raise AttachmentRefused("erased")
        return made

    def get(self, card_id: str, content_sha256: str) -> Attachment | None:
        """The attachment of a card; None when there is none, or no longer."""
        key = self._key(card_id, create=False)
        name = content_sha256.lower()
        try:
            file = self._found(card_id, name)
            sealed = None if key is None or file is None else file.read_bytes()
        except FileNotFoundError:
            return None
        if key is None or sealed is None:
            return None
        heading, content = _unpacked(unseal(key, sealed, _binding(card_id, name)))
        return Attachment(card_id, name, heading, content)

    def has(self, card_id: str, content_sha256: str) -> bool:
        """Whether it is there."""
        return self._found(card_id, content_sha256.lower()) is not None

    def _key(self, card_id: str, *, create: bool) -> bytes | None:
        subject = f"card/{card_id}"
        return self.keyring.data_keys([subject], create=create)[subject]

    def _found(self, card_id: str, content_sha256: str) -> Path | None:
        """The file, whoever handed it over."""
        folder, name = self.keyring.files_of(f"card/{card_id}"), self._name(card_id, content_sha256)
        return next(iter(folder.glob(f"*{name}")), None)

    def _new_file(self, card_id: str, content_sha256: str, party: str) -> Path:
        folder = self.keyring.files_of(f"card/{card_id}")
        return folder / f"{self._prefix(card_id, party)}{self._name(card_id, content_sha256)}"

    def _count(self, card_id: str, party: str) -> int:
        folder = self.keyring.files_of(f"card/{card_id}")
        return len(list(folder.glob(f"{self._prefix(card_id, party)}*")))

    def _prefix(self, card_id: str, party: str) -> str:
        return f"{self._keyed(f'{card_id} by {party}')[:_PARTY_LETTERS]}-"

    def _name(self, card_id: str, content_sha256: str) -> str:
        return self._keyed(f"{card_id}/{content_sha256}")

    def _keyed(self, text: str) -> str:
        return hmac.digest(self.keyring.secret("attachments"), text.encode(), "sha256").hex()


def _binding(card_id: str, content_sha256: str) -> bytes:
    return f"card/{card_id}\n{content_sha256}".encode()


def _packed(made: Attachment) -> bytes:
    """One line of JSON, then the content."""
    return msgspec.json.encode(made.heading) + b"\n" + made.content


def _unpacked(plain: bytes) -> tuple[Heading, bytes]:
    head, _, content = plain.partition(b"\n")
    return msgspec.json.decode(head, type=Heading), content


def _write(file: Path, sealed: bytes) -> None:
    """Durably, and whole or not at all."""
    make_folder(file.parent)
    draft = file.with_name(f".{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(sealed)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(draft, file)
    make_durable(file.parent)
