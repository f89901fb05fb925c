"""Receipts of equality: what company and dealer sign, and how a signature is made and checked.

Signed are the bytes of the canonical JSON (RFC 8785), with Ed25519 (RFC 8032); signatures and
public keys are base64. tests/unit/crm/copies/receipt_vectors.json holds examples.
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import date

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from campaigns.canonical import canonical_json

PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class Receipt:
    """What both sides sign: the dealer's copy was equal to the company's.

    up_to: the number of the last change in it; digest: that of the copy; at: RFC 3339, the
    instant at which the company compared.
    """

    dealer: str
    day: date
    up_to: int
    rows: int
    digest: str
    at: str

    @property
    def signed_bytes(self) -> bytes:
        """What is signed."""
        return canonical_json(
            {
                "dealer": self.dealer,
                "day": self.day.isoformat(),
                "up_to": self.up_to,
                "rows": self.rows,
                "digest": self.digest,
                "at": self.at,
            }
        )


def claim_bytes(up_to: int, rows: int, digest: str, at: str) -> bytes:
    """What a dealer's side may sign of an acknowledgement."""
    return canonical_json({"up_to": up_to, "rows": rows, "digest": digest, "at": at})


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with a private key of 32 bytes."""

    secret: bytes

    @property
    def public_key(self) -> str:
        """Base64 of the public key's 32 bytes."""
        return b64encode(self._key().public_key().public_bytes_raw()).decode()

    def sign(self, message: bytes) -> str:
        """The signature of the bytes, base64."""
        return b64encode(self._key().sign(message)).decode()

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.secret)


def is_public_key(text: str) -> bool:
    """Whether the text is base64 of 32 bytes."""
    return _decoded(text, PUBLIC_KEY_BYTES) is not None


def is_signed(message: bytes, signature: str, public_key: str) -> bool:
    """Whether the signature of the bytes was made with the key's other half."""
    raw_key = _decoded(public_key, PUBLIC_KEY_BYTES)
    raw_signature = _decoded(signature, SIGNATURE_BYTES)
    if raw_key is None or raw_signature is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(raw_key).verify(raw_signature, message)
    except InvalidSignature:
        return False
    return True


def _decoded(text: str, length: int) -> bytes | None:
    try:
        raw = b64decode(text, validate=True)
    except (NotBase64, ValueError):
        return None
    return raw if len(raw) == length else None
