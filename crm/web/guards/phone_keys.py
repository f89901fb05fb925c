"""The keys under which a phone keeps what an account has not sent yet.

A pair of its own for each account, computed from a secret of the site, so that signing in again
brings it back and nothing of it is stored. With the public half, which stays on the phone, a form
can be kept at any time; only with the private half, which comes with a signed-in page and goes with
the session, can it be read.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_BYTES = 32


@dataclass(frozen=True, slots=True)
class PhoneKeys:
    """A pair on the curve P-256, each number as a JSON Web Key (RFC 7518) writes it."""

    x: str
    y: str
    d: str


def phone_keys(secret: bytes, actor: str) -> PhoneKeys:
    """Those of an account."""
    drawn = hmac.digest(secret, f"unsent forms of {actor}".encode(), "sha512")
    number = int.from_bytes(drawn, "big") % (_ORDER - 1) + 1
    public = derive_private_key(number, SECP256R1()).public_key().public_numbers()
    return PhoneKeys(_written(public.x), _written(public.y), _written(number))


def _written(number: int) -> str:
    return urlsafe_b64encode(number.to_bytes(_BYTES, "big")).decode().rstrip("=")
