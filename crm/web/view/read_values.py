"""Values as people write them: whole numbers, amounts in yuan, births."""

import re
import unicodedata
from datetime import date
from typing import Any

from campaigns.identifiers import EARLIEST_BIRTH_YEAR

WHOLE = r"([0-9]{1,9})(?:\.0*)?\s*(?:台|盒|个|件|套|次/分|次|mmHg)?"
YUAN = r"[¥￥]?\s*([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,9})(?:\.([0-9]{1,2}))?\s*元?"
BORN_DAY = (
    r"([12][0-9]{3})\s*[-./年]\s*([0-9]{1,2})\s*[-./月]\s*([0-9]{1,2})\s*日?"
    r"|([12][0-9]{3})([0-9]{2})([0-9]{2})"
)
BORN_YEAR = r"([12][0-9]{3})(?:\s*年|\s*[-./年]\s*(?:0?[1-9]|1[0-2])\s*月?|0[1-9]|1[0-2])?"
"""As patterns that Python and JavaScript read alike, over text in the form NFKC."""


def narrow(text: str) -> str:
    """With characters of full width made narrow."""
    return unicodedata.normalize("NFKC", text).strip()


def whole(text: str) -> int | None:
    """A whole number as people write it, a unit behind it tolerated."""
    found = re.fullmatch(WHOLE, narrow(text), re.IGNORECASE)
    return int(found[1]) if found else None


def fen(text: str) -> int | None:
    """An amount in yuan, as fen."""
    found = re.fullmatch(YUAN, narrow(text))
    if found is None:
        return None
    return int(found[1].replace(",", "")) * 100 + int((found[2] or "").ljust(2, "0"))


def birth(text: str) -> dict[str, Any]:
    """`birth_date` or `birth_year` of what was typed; empty where it cannot be read."""
    said = narrow(text)
    if found := re.fullmatch(BORN_DAY, said):
        year, month, day = (int(part) for part in found.groups() if part)
        try:
            return {"birth_date": date(year, month, day).isoformat()}
        except ValueError:
            return {}
    found = re.fullmatch(BORN_YEAR, said)
    if found is None or int(found[1]) < EARLIEST_BIRTH_YEAR:
        return {}
    return {"birth_year": int(found[1])}
