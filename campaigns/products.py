"""The devices that are sold, as the price list has them."""

LIST_PRICES_FEN = {"JX-B4": 69_300, "JX-B2": 59_700}
"""Model → list price of one, fen."""
