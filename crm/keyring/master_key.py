"""The master key: a file of its own; during a rotation a second one, the next, lies beside it.

The keyring's database says by a fingerprint which of the two wraps new keys; either opens what it
has wrapped, so that nobody need stop while the keys pass from one to the other.
"""

import contextlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from campaigns.wording.catalogues import N_
from campaigns.wording.sentence import SaidError
from crm.storage.durable import make_durable
from crm.storage.owner_alone import make_folder

KEY_BYTES = 32
NONCE_BYTES = 12
_FINGERPRINT_CHARACTERS = 16


class MasterKeyMissing(SaidError):
    """The keyring holds keys, but the file of the master key is not there."""


class MasterKeyWrong(SaidError):
    """The master key does not open the keyring."""


def load_master_key(file: Path, *, may_create: bool) -> bytes:
    """The master key; made at first start, readable by its owner alone (mode 0600)."""
    if may_create and not file.exists():
        create_master_key(file)
    try:
        key = bytes.fromhex(file.read_text("ascii").strip())
    except FileNotFoundError as error:
        raise MasterKeyMissing(N_("{file}（钥匙库里的密钥只有它能打开）"), file=file) from error
    except ValueError as error:
        raise MasterKeyWrong(N_("{file} 里不是十六进制的密钥"), file=file) from error
    if len(key) != KEY_BYTES:
        raise MasterKeyWrong(
            N_("{file} 有 {count} 字节，应为 {wanted} 字节"),
            file=file,
            count=len(key),
            wanted=KEY_BYTES,
        )
    return key


def create_master_key(file: Path) -> None:
    """Write a new key beside and link it into place: another process sees all of it or none."""
    make_folder(file.parent)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_bytes(KEY_BYTES).hex() + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()
    # The name must be as durable as the keys that will be wrapped with it.
    make_durable(file.parent)


def next_file_of(file: Path) -> Path:
    """Where the key lies that a rotation leads to."""
    return file.with_name(f"{file.name}.next")


def fingerprint_of(key: bytes) -> str:
    """Tells one master key from another, and nothing of it."""
    digest = hmac.digest(key, b"jinxi/master-key", "sha256")
    return digest.hex()[:_FINGERPRINT_CHARACTERS]


@dataclass
class MasterKeys:
    """The keys of the files, by fingerprint; `wrapping` is the one that wraps what is new."""

    file: Path
    wrapping: str
    ciphers: dict[str, AESGCM] = field(default_factory=dict)

    @classmethod
    def load(cls, file: Path, *, may_create: bool) -> "MasterKeys":
        """The file's key, and the next one's where there is one."""
        key = load_master_key(file, may_create=may_create)
        found = cls(file, fingerprint_of(key), {fingerprint_of(key): AESGCM(key)})
        found.read_files()
        return found

    @classmethod
    def of(cls, file: Path, *keys: bytes) -> "MasterKeys":
        """Of keys that were read already; the first wraps."""
        return cls(file, fingerprint_of(keys[0]), {fingerprint_of(k): AESGCM(k) for k in keys})

    def read_files(self) -> None:
        """Look again: a rotation may have begun, or ended, since."""
        for file in (self.file, next_file_of(self.file)):
            with contextlib.suppress(MasterKeyMissing):
                key = load_master_key(file, may_create=False)
                self.ciphers.setdefault(fingerprint_of(key), AESGCM(key))

    def wrap_with(self, fingerprint: str) -> None:
        """From now on the key with this fingerprint wraps; MasterKeyWrong when no file holds it."""
        if fingerprint not in self.ciphers:
            self.read_files()
        if fingerprint not in self.ciphers:
            raise MasterKeyWrong(N_("钥匙库用的是另一把主密钥，不是这个文件里的"))
        self.wrapping = fingerprint

    def wrap(self, subject: str, key: bytes) -> bytes:
        """The key of a subject, as it may be stored."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self.ciphers[self.wrapping].encrypt(nonce, key, subject.encode())

    def unwrap(self, subject: str, wrapped: bytes) -> bytes:
        """The key of a subject; MasterKeyWrong when neither master key opens it."""
        key = self._opened(subject, wrapped)
        if key is None:
            self.read_files()
            key = self._opened(subject, wrapped)
        if key is None:
            raise MasterKeyWrong(N_("主密钥打不开钥匙库"))
        return key

    def is_wrapped_with(self, fingerprint: str, subject: str, wrapped: bytes) -> bool:
        """Whether this very master key opens it."""
        return _open(self.ciphers[fingerprint], subject, wrapped) is not None

    def _opened(self, subject: str, wrapped: bytes) -> bytes | None:
        likely = self.ciphers[self.wrapping]
        rest = [cipher for cipher in self.ciphers.values() if cipher is not likely]
        return next(filter(None, (_open(c, subject, wrapped) for c in (likely, *rest))), None)


def _open(cipher: AESGCM, subject: str, wrapped: bytes) -> bytes | None:
    try:
        return cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], subject.encode())
    except InvalidTag:
        return None
