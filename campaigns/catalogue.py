"""Every type of event that Jinxi knows, by its wire name and by its short name."""

from campaigns.events import (
    activities,
    care,
    consents,
    dealers,
    members,
    people,
    purchases,
    rewards,
    upkeep,
)
from campaigns.events.base import EventData

PREFIX = "jinxi."
SUFFIX = ".v1"

FAMILIES = (
    ("Activities", activities),
    ("People", people),
    ("What people do", care),
    ("Purchases and referrals", purchases),
    ("Consents", consents),
    ("Members", members),
    ("Dealers", dealers),
    ("Rewards", rewards),
    ("Any", upkeep),
)

CATALOGUE: dict[str, type[EventData]] = {
    event.type_name: event for _, family in FAMILIES for event in family.EVENTS
}
"""Short name (`card.registered`) → class."""

WIRE_NAMES: dict[str, type[EventData]] = {
    f"{PREFIX}{name}{SUFFIX}": event for name, event in CATALOGUE.items()
}
"""Wire name (`jinxi.card.registered.v1`) → class."""


def wire_name(type_name: str) -> str:
    """The wire name of a short name."""
    return f"{PREFIX}{type_name}{SUFFIX}"
