"""The keys of a copy's rows: nobody without the installation's key can compute or compare them."""

import hmac
from collections.abc import Callable


def row_keys(secret: bytes) -> Callable[[str, str], str]:
    """(dealer, id of the first contributing card) → HMAC-SHA-256, hexadecimal."""

    def row_key(dealer: str, first_card_id: str) -> str:
        return hmac.digest(secret, f"{dealer}/{first_card_id}".encode(), "sha256").hex()

    return row_key
