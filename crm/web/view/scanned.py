"""What a code that a camera read, or a hand typed, stands for: a page of ours, or nothing."""

import re
from dataclasses import dataclass
from typing import Literal

from campaigns.marks import visible

_CARD_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
CARD_ID = re.compile(_CARD_ID)
"""The ids of cards that are printed before anybody is written on them."""
_ADDRESS = re.compile(r"https?://[^/?#]+(/[^?#]*)(?:[?#].*)?")
_NUMBER = re.compile(r"[0-9a-f]{8}")
_PATHS: tuple[tuple[Literal["card", "member", "activity"], re.Pattern[str]], ...] = (
    ("card", re.compile(rf"/log/[^/]+/card/({_CARD_ID})")),
    ("member", re.compile(r"/members/([A-Za-z0-9._:-]{1,64})")),
    ("activity", re.compile(r"/log/([A-Za-z0-9._:-]{1,64})")),
)


@dataclass(frozen=True, slots=True)
class Scanned:
    """id: of what is meant; of a `number` the first eight signs of a card's id."""

    kind: Literal["card", "member", "activity", "number", "foreign"]
    id: str = ""


def scanned(text: str) -> Scanned:
    """Read a code. Its path alone counts: a card is printed under one address of the site, and
    read under another one, as in a hall's own network."""
    said = visible(text).strip()
    if CARD_ID.fullmatch(said.lower()):
        return Scanned("card", said.lower())
    if _NUMBER.fullmatch(said.lower()):
        return Scanned("number", said.lower())
    address = _ADDRESS.fullmatch(said)
    if address is not None:
        for kind, path in _PATHS:
            found = path.fullmatch(address[1])
            if found is not None:
                return Scanned(kind, found[1])
    return Scanned("foreign")
