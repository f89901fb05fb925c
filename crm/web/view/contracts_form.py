"""A contract on its way: its kinds, and regions found by name."""

from campaigns.regions import regions_named

MOST_FOUND = 30
KINDS = ("exclusive", "province_buyout", "sub")


def found_regions(text: str) -> list[tuple[str, str]]:
    """(code, name) of the regions of today whose name or code the text fits, wide ones first."""
    return regions_named(text, MOST_FOUND) if text else []
