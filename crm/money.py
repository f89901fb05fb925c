"""Money as people write it; kept and counted, it is integer fen."""

import re
import unicodedata
from decimal import Decimal

_FEN_PER_YUAN = 100
_YUAN = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?")


def yuan_text(amount_fen: int) -> str:
    """Fen as `¥1,234.00`."""
    yuan, rest = divmod(abs(amount_fen), _FEN_PER_YUAN)
    return f"{'-' if amount_fen < 0 else ''}¥{yuan:,}.{rest:02d}"


def yuan_typed(amount_fen: int) -> str:
    """Fen as they are typed and machines read them, in yuan: `1234.00`."""
    yuan, rest = divmod(abs(amount_fen), _FEN_PER_YUAN)
    return f"{'-' if amount_fen < 0 else ''}{yuan}.{rest:02d}"


def yuan_number(amount_fen: int) -> Decimal:
    """Fen as a number of yuan to be reckoned with; its text is `1234.00`."""
    return Decimal(amount_fen).scaleb(-2)


def fen_in(text: str) -> int | None:
    """`1,234.5`, `¥1234.50`, `1234元` in yuan, of any width, as fen; None where it is no amount."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    found = _YUAN.fullmatch(plain.removeprefix("¥").removesuffix("元").strip())
    if found is None:
        return None
    return int(found[1]) * _FEN_PER_YUAN + int((found[2] or "").ljust(2, "0"))


def fen_per(amount_fen: int | None, count: int) -> int | None:
    """What one came to, in fen, rounded; None where there is nobody or no amount is known."""
    return None if amount_fen is None or not count else (2 * amount_fen + count) // (2 * count)
