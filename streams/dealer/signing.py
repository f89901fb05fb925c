"""The dealer's own Ed25519 key, made at first use, in a file that only its owner reads."""

import os
import secrets
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from pathlib import Path

from crm.copies.receipts import Signer
from crm.storage.durable import make_durable
from streams.dealer.errors import SigningKeyUnreadable
from streams.dealer.storage import storage_errors

KEY_FILE = "signing.key"
_KEY_BYTES = 32


def signer_of(folder: Path) -> Signer:
    """The key of a folder, made when there is none; only its owner can read the file."""
    file = folder / KEY_FILE
    with storage_errors(folder):
        if not file.exists():
            _make(file)
        written = file.read_bytes()
    try:
        secret = b64decode(written.strip(), validate=True)
    except (NotBase64, ValueError) as error:
        raise SigningKeyUnreadable(file) from error
    if len(secret) != _KEY_BYTES:
        raise SigningKeyUnreadable(file)
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
    make_durable(file.parent)
