"""What a funnel asks: its steps, its period, its window, and how chains are counted."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from campaigns.times import DAY_US, SECOND_US, day_start_us
from campaigns.wording.catalogues import N_
from campaigns.wording.sentence import SaidError
from crm.funnels.codes import Array
from crm.funnels.touchpoint import TOUCHPOINT_TYPES

MAXIMUM_STEPS = 20
MONTH = "month"

_HOUR_US, _MINUTE_US = 3_600 * SECOND_US, 60 * SECOND_US
_DAY_OFFSET_US = day_start_us(date(1970, 1, 1))
_FIELD = re.compile(r"[a-z][a-z0-9_]*")
_WINDOW = re.compile(r"([0-9]{1,6})(d|h|min)|([0-9]{1,3})(y)")


class InvalidStep(SaidError, ValueError):
    """The text names no step; the message says why in one sentence."""


class InvalidWindow(SaidError, ValueError):
    """The text names no window; the message says what one looks like."""


class InvalidFunnel(SaidError, ValueError):
    """The parts do not make a funnel; the message says why in one sentence."""


class ChainKind(StrEnum):
    """Which chains count: in sequence, in any order, or in sequence with nothing between."""

    SEQUENTIAL = "sequential"
    ANY = "any"
    STRICT = "strict"


class EntryRule(StrEnum):
    """Which entries of a person are tried: all, for the longest chain, or the first alone."""

    BEST = "best"
    FIRST = "first"


class WindowUnit(StrEnum):
    """Shanghai days, exact hours or minutes, years of 365 days."""

    DAYS = "d"
    HOURS = "h"
    MINUTES = "min"
    YEARS = "y"


_DAYS = {WindowUnit.DAYS: 1, WindowUnit.YEARS: 365}


@dataclass(frozen=True, slots=True)
class Step:
    """A type of touchpoint and the (field, value) pairs it must have, sorted by field."""

    type: str
    conditions: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        pairs = ",".join(f"{field}={value}" for field, value in self.conditions)
        return f"{self.type}:{pairs}" if pairs else self.type


@dataclass(frozen=True, slots=True)
class Window:
    """How long after its entry a chain may run on."""

    length: int
    unit: WindowUnit

    def last_instants_us(self, starts_us: Array, by_day: Array) -> Array:
        """The last instant that still counts of each entry, itself included.

        Days run to the end of the N-th Shanghai day after the entry's; hours and minutes are exact
        from the entry, or from midnight at the end of its day when only that day is known.
        """
        if self.unit in _DAYS:
            return np.asarray(day_starts_us(starts_us) + self.exact_us + DAY_US - 1)
        return np.asarray(starts_us + by_day * DAY_US + self.exact_us)

    @property
    def exact_us(self) -> int:
        """Its length as an exact time."""
        if self.unit in _DAYS:
            return self.length * _DAYS[self.unit] * DAY_US
        return self.length * (_HOUR_US if self.unit == WindowUnit.HOURS else _MINUTE_US)

    def __str__(self) -> str:
        return f"{self.length}{self.unit}"


@dataclass(frozen=True, slots=True)
class Funnel:
    """One question: entries are touchpoints of the first step, from_day ≤ day < to_day.

    `by` is a field of the entry or of its activity, or `month`. `without`: whoever met one of these
    between the entry and the end of its window is left out. InvalidFunnel when there are no
    steps or more than MAXIMUM_STEPS, the period holds no day, or `by` is no name of a field.
    """

    steps: tuple[Step, ...]
    from_day: date
    to_day: date
    window: Window
    kind: ChainKind = ChainKind.SEQUENTIAL
    entry: EntryRule = EntryRule.BEST
    by: str | None = None
    without: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.steps) <= MAXIMUM_STEPS:
            raise InvalidFunnel(
                N_("漏斗要 1 到 {most} 步，这里有 {count} 步"),
                most=MAXIMUM_STEPS,
                count=len(self.steps),
            )
        if self.to_day <= self.from_day:
            raise InvalidFunnel(
                N_("{first} 至 {last} 里没有一天：第二个日期是最后一天的后一天"),
                first=self.from_day,
                last=self.to_day,
            )
        if self.by is not None and not _FIELD.fullmatch(self.by):
            raise InvalidFunnel(N_("{name} 不是可以分组的字段名"), name=repr(self.by))

    def unfinished_from(self, today: date) -> date | None:
        """From which day of the period on who enters has had no whole window before `today`, and
        may still go on; None where all have."""
        first = max(self.from_day, today - timedelta(days=self.window.exact_us // DAY_US))
        return first if len(self.steps) > 1 and first < self.to_day and first <= today else None


def day_starts_us(at_us: Array) -> Array:
    """The first instants of the Shanghai days that hold the instants."""
    return np.asarray((at_us - _DAY_OFFSET_US) // DAY_US * DAY_US + _DAY_OFFSET_US)


def parse_step(text: str) -> Step:
    """The step written as `TYPE` or `TYPE:field=value,field=value`; InvalidStep otherwise."""
    name, colon, rest = text.strip().partition(":")
    if name not in TOUCHPOINT_TYPES:
        raise InvalidStep(
            N_("没有 {name} 这种接触；有：{known}"),
            name=repr(name),
            known=", ".join(TOUCHPOINT_TYPES),
        )
    if not colon:
        return Step(name)
    conditions = sorted(_condition(pair, text) for pair in rest.split(","))
    fields = [field for field, _ in conditions]
    if len(set(fields)) < len(fields):
        raise InvalidStep(N_("步骤 {step} 里同一个字段写了两次"), step=repr(text))
    return Step(name, tuple(conditions))


def parse_window(text: str) -> Window:
    """The window written as days (`30d`) or hours (`720h`); InvalidWindow otherwise."""
    found = _WINDOW.fullmatch(text.strip())
    if found is None:
        raise InvalidWindow(N_("看不懂期限 {window}，天写成 30d，小时写成 720h"), window=repr(text))
    return Window(int(found[1] or found[3]), WindowUnit(found[2] or found[4]))


def _condition(pair: str, text: str) -> tuple[str, str]:
    field, _, value = (part.strip() for part in pair.partition("="))
    if not _FIELD.fullmatch(field) or not value:
        raise InvalidStep(
            N_("步骤 {step} 里的 {pair} 不是条件，请写成 字段=值"),
            pair=repr(pair.strip()),
            step=repr(text),
        )
    return field, value
