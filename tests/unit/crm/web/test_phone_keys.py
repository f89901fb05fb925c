"""The keys of what a phone keeps: the same for an account for ever, another for everybody else."""

from base64 import urlsafe_b64decode

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from hypothesis import given
from hypothesis import strategies as st

from crm.web.guards.phone_keys import phone_keys


def number(text: str) -> int:
    return int.from_bytes(urlsafe_b64decode(text + "=="), "big")


@given(st.text(max_size=20), st.text(max_size=20), st.binary(min_size=32, max_size=32))
def test_an_account_has_its_keys_back_and_nobody_elses(
    actor: str, other: str, secret: bytes
) -> None:
    keys = phone_keys(secret, actor)
    assert keys == phone_keys(secret, actor)
    assert (keys == phone_keys(secret, other)) == (actor == other)
    assert keys != phone_keys(secret + b"x", actor)


def test_the_halves_belong_together() -> None:
    keys = phone_keys(b"secret", "u-1")
    public = derive_private_key(number(keys.d), SECP256R1()).public_key().public_numbers()
    assert (public.x, public.y) == (number(keys.x), number(keys.y))
    assert {len(keys.x), len(keys.y), len(keys.d)} == {43}
