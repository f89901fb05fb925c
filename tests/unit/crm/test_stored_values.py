"""Values that are stored packed hold no set: two spellings of one value would be two rows."""

from typing import Any

import msgspec

from crm.rewards.claims import Claim

SETS = (msgspec.inspect.SetType, msgspec.inspect.FrozenSetType)


def sets_in(found: Any, seen: set[Any]) -> list[Any]:
    """Every set among the types that a type is made of."""
    if isinstance(found, SETS):
        return [found]
    named = getattr(found, "cls", None)
    if named in seen:
        return []
    if named is not None:
        seen.add(named)
    below = [getattr(found, name, None) for name in ("item_type", "key_type", "value_type")]
    below += [field.type for field in getattr(found, "fields", ())]
    below += [*getattr(found, "types", ()), *getattr(found, "item_types", ())]
    return [each for part in below if part is not None for each in sets_in(part, seen)]


def test_a_stored_claim_holds_no_set() -> None:
    assert sets_in(msgspec.inspect.type_info(Claim), set()) == []


def test_sets_are_found_wherever_they_stand() -> None:
    held = tuple[dict[str, list[frozenset[str]]], ...]
    assert len(sets_in(msgspec.inspect.type_info(held), set())) == 1
