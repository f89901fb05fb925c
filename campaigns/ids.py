"""Identifiers that are computed from what they name, so that a rebuild gives the same ones."""

from uuid import NAMESPACE_DNS, UUID, uuid5

NAMESPACE = uuid5(NAMESPACE_DNS, "jinxi.example")


def derived_id(*parts: str) -> str:
    """UUID version 5 of the parts, joined by "/" (UTF-8), in Jinxi's namespace."""
    return str(uuid5(NAMESPACE, "/".join(parts)))


def person_id(first_card_id: str) -> str:
    """The person whose first card, in effective order, is this one."""
    return derived_id("person", first_card_id)


def household_id(smallest_person_id: str) -> str:
    """The household whose smallest person id, as text, is this one."""
    return derived_id("household", smallest_person_id)


def reward_id(purchase_id: str, member: str, policy: str) -> str:
    """The one reward of a purchase for a member under a policy."""
    return derived_id("reward", purchase_id, member, policy)


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID in its canonical form."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
