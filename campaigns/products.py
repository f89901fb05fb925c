"""The devices that are sold, as the price list has them."""

LIST_PRICES_FEN = {"JX-B4": 69_300, "JX-B2": 59_700}
"""Model → list price of one, fen."""
PRICE_MAY_DIFFER = 0.3
"""By which part of the list price an asked price differs before somebody is asked about it."""


def list_price_far_off(sku: str, price_fen: int) -> int | None:
    """The list price, fen, where a price is far from it; None where it is near or unknown."""
    listed = LIST_PRICES_FEN.get(sku)
    if listed is None or abs(price_fen - listed) <= listed * PRICE_MAY_DIFFER:
        return None
    return listed
