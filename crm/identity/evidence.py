"""Evidence as it is kept beside a link, and read again: `name.sound:1040 birth.same:1131`."""

import re
from collections.abc import Iterable

from crm.identity.clusters import Part

_PART = re.compile(r"(\w+)\.(\w+):(-?\d+)")


def parts_text(parts: Iterable[Part]) -> str:
    """Things compared, levels and hundredths of a bit, in one line."""
    return " ".join(f"{thing}.{level}:{centibits}" for thing, level, centibits in parts)


def parts_of_text(text: str) -> tuple[Part, ...]:
    """The same, read from the line."""
    found = _PART.findall(text)
    return tuple((thing, level, int(centibits)) for thing, level, centibits in found)
