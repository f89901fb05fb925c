"""What a member earned in a month, and in several together."""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any

MOST_MONTHS = 120


@dataclass(frozen=True, slots=True)
class Earned:
    """A month, by the days of the purchases; of several months together `month` is None.

    Amounts in fen: what is left of rewards, by what stands of them; paid_fen: what was paid in the
    month, whatever for. blocked, rejected, tracked, clawed_back: how many stand so, of which
    nothing is paid.
    """

    month: date | None
    rewards: int = 0
    held_fen: int = 0
    payable_fen: int = 0
    settled_fen: int = 0
    paid_fen: int = 0
    blocked: int = 0
    rejected: int = 0
    tracked: int = 0
    clawed_back: int = 0

    @property
    def whole_fen(self) -> int:
        """What was earned and is not lost again."""
        return self.held_fen + self.payable_fen + self.settled_fen


def together(month: date | None, several: Sequence[Earned]) -> Earned:
    """The sum of several."""
    numbers: list[Any] = [astuple(each)[1:] for each in several]
    return Earned(month, *map(sum, zip(*numbers, strict=True))) if numbers else Earned(month)


def next_month(first: date) -> date:
    """The first day of the month that follows."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def months_between(first: date, after: date) -> Iterator[date]:
    """The first days of the months from one up to another."""
    month = first
    while month < after:
        yield month
        month = next_month(month)
