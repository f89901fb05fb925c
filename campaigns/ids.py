"""Identifiers that are computed from what they name, so that a rebuild gives the same ones."""

from functools import lru_cache
from uuid import NAMESPACE_DNS, uuid5

NAMESPACE = uuid5(NAMESPACE_DNS, "jinxi.example")


def derived_id(*parts: str) -> str:
    """UUID version 5 of the parts, joined by "/" (UTF-8), in Jinxi's namespace."""
    return str(uuid5(NAMESPACE, "/".join(parts)))


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
