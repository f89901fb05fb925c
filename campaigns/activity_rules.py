"""What each kind of activity allows, and what it needs before it may be held."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ActivityRule:
    """The rule of one kind of activity.

    allows_sales: whether a sale, an order or a device trial may be tied to it.
    needs_filing_number: whether it must be filed with the authority before it is held (备案).
    """

    allows_sales: bool = True
    needs_filing_number: bool = False


_RULES = {
    # Rules for free clinics of the national health authority: no sale, and a filing number.
    "free_clinic": ActivityRule(allows_sales=False, needs_filing_number=True),
}
_ANY_OTHER = ActivityRule()


def rule_of(kind: str) -> ActivityRule:
    """The rule of a kind of activity."""
    return _RULES.get(kind, _ANY_OTHER)
