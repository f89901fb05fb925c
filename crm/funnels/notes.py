"""What one transaction of the recording moved, as far as touchpoints hang on it."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

Range = tuple[int, int]


class Note(Struct, omit_defaults=True):
    """The places in the journal whose outcome was written, as ranges (both ends included); the
    cards that went to another person; members and activities that changed; whether what cards say
    of a person did; or that everything may have."""

    positions: list[Range] = []
    cards: list[str] = []
    members: list[str] = []
    activities: list[str] = []
    details: bool = False
    everything: bool = False

    def __bool__(self) -> bool:
        lists = (self.positions, self.cards, self.members, self.activities)
        return self.everything or self.details or any(lists)


def ranges(numbers: Iterable[int]) -> list[Range]:
    """Whole numbers as ranges, rising."""
    found: list[Range] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def numbers(found: Sequence[Range]) -> Iterable[int]:
    """The whole numbers of ranges."""
    return (number for first, last in found for number in range(first, last + 1))
