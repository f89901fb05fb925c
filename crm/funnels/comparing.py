"""How sure a difference is: intervals of rates, and of the difference of two rates.

Wilson's interval of one rate, and Newcombe's of a difference (his method 10): both hold for few
people and for rates near 0 and 1, where the textbook's ± would promise too much.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

CONFIDENCE_Z = 1.959963984540054
"""Of 95 %."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A rate or a difference, from 0 to 1 or from −1 to 1, with the ends of its interval."""

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Of a difference: whether the interval leaves no doubt which is larger."""
        return self.low > 0 or self.high < 0


def rate(part: int, whole: int) -> Interval | None:
    """Wilson's interval; None where there is no whole."""
    if whole == 0:
        return None
    share, z = part / whole, CONFIDENCE_Z
    middle = share + z * z / (2 * whole)
    wide = z * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    scale = 1 + z * z / whole
    low, high = (middle - wide) / scale, (middle + wide) / scale
    return Interval(share, min(share, max(0.0, low)), max(share, min(1.0, high)))


def difference(part: int, whole: int, other_part: int, other_whole: int) -> Interval | None:
    """The first rate less the other; None where one of them has no whole."""
    one, other = rate(part, whole), rate(other_part, other_whole)
    if one is None or other is None:
        return None
    value = one.value - other.value
    below = sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    above = sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    return Interval(value, value - below, value + above)


@dataclass(frozen=True, slots=True)
class Went:
    """Of one period how many came to a step, and of how many; None where it may not be told."""

    part: int | None
    whole: int | None


@dataclass(frozen=True, slots=True)
class StepOfTwo:
    """A step of two periods on one ground; gap: the rate now less that of then."""

    now: Went
    then: Went
    gap: Interval | None


def of_two_periods(
    now: Sequence[int | None], then: Sequence[int | None], out: Sequence[tuple[int, int]]
) -> Iterator[StepOfTwo]:
    """Of each step of two periods who came to it of those at the step before.

    out: at each step who is left out of both periods' wholes: they had done the next one before.
    """
    yield StepOfTwo(Went(now[0], None), Went(then[0], None), None)
    for place in range(1, len(now)):
        went = [
            Went(people[place], None if before is None else before - left_out)
            for people, before, left_out in zip(
                (now, then), (now[place - 1], then[place - 1]), out[place - 1], strict=True
            )
        ]
        yield StepOfTwo(went[0], went[1], _gap(*went))


def _gap(now: Went, then: Went) -> Interval | None:
    if now.part is None or now.whole is None or then.part is None or then.whole is None:
        return None
    return difference(now.part, now.whole, then.part, then.whole)
