"""Identifiers that are computed from what they name, so that a rebuild gives the same ones."""

import re
from functools import lru_cache
from hashlib import sha1, sha256
from uuid import NAMESPACE_DNS, uuid5

NAMESPACE = uuid5(NAMESPACE_DNS, "jinxi.example")
_IN_NAMESPACE = sha1(NAMESPACE.bytes, usedforsecurity=False)
_DRAWN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VARIANT = {f"{digit:x}": f"{8 | digit & 3:x}" for digit in range(16)}
"""The digit that says which kind of UUID it is, by the one that stood there."""


def derived_id(*parts: str) -> str:
    """UUID version 5 of the parts, joined by "/" (UTF-8), in Jinxi's namespace."""
    # As `uuid5` makes it, without the objects on the way: every entry of the ledger has one.
    named = _IN_NAMESPACE.copy()
    named.update("/".join(parts).encode())
    text = named.hexdigest()
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:32]}"


@lru_cache(maxsize=16_384)
def person_id(first_card_id: str) -> str:
    """The person whose first card, in effective order, is this one."""
    return derived_id("person", first_card_id)


@lru_cache(maxsize=16_384)
def household_id(smallest_person_id: str) -> str:
    """The household whose smallest person id, as text, is this one."""
    return derived_id("household", smallest_person_id)


def reward_id(purchase_id: str, member: str, policy: str) -> str:
    """The one reward of a purchase for a member under a policy."""
    return derived_id("reward", purchase_id, member, policy)


def short_number(text: str) -> str:
    """Eight characters by which a long id can be told over the phone.

    Of a drawn id its first ones, as they stand on paper, on receipts and in letters; of one that a
    sender made, and that may begin as many others do, a digest.
    """
    return made_number(text) or text[:8].upper()


def made_number(text: str) -> str | None:
    """The short number of an id that a sender made; None of a drawn one, which begins with it."""
    if _DRAWN.fullmatch(text):
        return None
    return sha256(text.encode()).hexdigest()[:8].upper()
