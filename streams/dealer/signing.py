"""The dealer's Ed25519 key, made at first use, and signatures of either side."""

import os
import secrets
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from streams.dealer.storage import storage_troubles
from streams.dealer.troubles import StorageUnusable

KEY_FILE = "signing.key"
_KEY_BYTES = 32


class Signer:
    """Signs with a private key of 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(secret)

    @property
    def public_key(self) -> str:
        """Base64 of the public key's 32 bytes."""
        return b64encode(self._key.public_key().public_bytes_raw()).decode()

    def sign(self, message: bytes) -> str:
        """The signature of the bytes, base64."""
        return b64encode(self._key.sign(message)).decode()


def signer_of(folder: Path) -> Signer:
    """The key of a folder, made when there is none; only its owner can read the file."""
    file = folder / KEY_FILE
    with storage_troubles(folder):
        if not file.exists():
            _make(file)
        written = file.read_bytes()
    try:
        secret = b64decode(written.strip(), validate=True)
    except (NotBase64, ValueError) as error:
        raise StorageUnusable(folder, KEY_FILE) from error
    if len(secret) != _KEY_BYTES:
        raise StorageUnusable(folder, KEY_FILE)
    return Signer(secret)


def _make(file: Path) -> None:
    """Whole or not at all: a key that was told to the company must be there for ever."""
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(b64encode(secrets.token_bytes(_KEY_BYTES)) + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)


def is_signed(message: bytes, signature: str, public_key: str) -> bool:
    """Whether the signature (base64) of the bytes was made with the key's other half (base64)."""
    try:
        key = Ed25519PublicKey.from_public_bytes(b64decode(public_key, validate=True))
        key.verify(b64decode(signature, validate=True), message)
    except (InvalidSignature, NotBase64, ValueError):
        return False
    return True
