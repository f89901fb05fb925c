"""Money as people write it; kept and counted, it is integer fen."""

_FEN_PER_YUAN = 100


def yuan_text(amount_fen: int) -> str:
    """Fen as `¥1,234.00`."""
    yuan, rest = divmod(abs(amount_fen), _FEN_PER_YUAN)
    return f"{'-' if amount_fen < 0 else ''}¥{yuan:,}.{rest:02d}"
