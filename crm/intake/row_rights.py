"""What a dealer may say of a person whom it names by a row of its copy.

The right to speak comes from the row, so it reaches as far as the row does: no identity, no
erasure, no relations, and of the card only what the row shows (docs/events.md, "Who may say what
about whom").
"""

from collections.abc import Collection
from typing import Any

BY_ROW = frozenset(
    {
        *("activity.attended", "clinic.consulted", "trial.started", "trial.ended"),
        *("purchase.made", "purchase.returned", "gift.given", "club.joined", "club.left"),
        *("follow_up.done", "complaint.raised", "complaint.resolved", "card.corrected"),
        *("consent.given", "consent.refused", "consent.withdrawn", "person.deceased"),
        "event.voided",
    }
)
"""A word that takes back the dealer's own word is none about the person."""

PURPOSES_BY_ROW = frozenset({"share_with_dealer", "archive", "health"})

_CATEGORY_OF = {
    "person": "identity",
    "contact": "contact",
    "region": "contact",
    "health": "health",
    "private": None,
}
"""Field of a correction → the category of a copy that shows it; notes are in none."""


def forbidden_by_row(
    type_name: str, data: dict[str, Any], categories: Collection[str]
) -> str | None:
    """The JSONPath of what may not be said by way of a row; `categories` are those of the row."""
    if type_name not in BY_ROW:
        return "$.type"
    if data.get("purpose", "archive") not in PURPOSES_BY_ROW:
        return "$.data.purpose"
    if type_name == "card.corrected":
        for name, category in _CATEGORY_OF.items():
            if name in data and category not in categories:
                return f"$.data.{name}"
    return None
