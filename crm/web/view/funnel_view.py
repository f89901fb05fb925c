"""A funnel's answer as it is drawn: bars, the table beside them, comparisons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from urllib.parse import urlencode

from campaigns.wording.catalogues import translated
from campaigns.wording.languages import Language
from crm.funnels.comparing import Interval, Went
from crm.funnels.few import FEWEST, is_few, shown_of, words_of
from crm.funnels.report import Report
from crm.web.view.formats import duration_text, rate_text
from crm.web.view.funnel_words import interval_said, step_word, value_word

_LEAST_SHARE = 4
FEW = f"<{FEWEST}"


@dataclass(frozen=True, slots=True)
class Against:
    """A step of two periods. then, now: the rate of each with its two counts, as they are compared
    (of the first step how many, and nothing); sure: the difference. share: of the other period's
    bar, on the scale that both have; widest: what fills it. counted: the same to be reckoned with,
    of now and of then."""

    then: str
    now: str
    sure: str | None
    share: int
    widest: int
    counted: tuple[Went, Went] = (Went(None, None), Went(None, None))


@dataclass(frozen=True, slots=True)
class Bar:
    """One step. people: None where they may not be told, and then nothing is that would tell it;
    count_text: the number, or what is told instead. share: of the first, in per mille, never so
    small that it cannot be seen.

    href: of the list behind the number, left_href: of who went no further; empty for whoever sees
    no names. against: beside another period, where it is compared with one.
    """

    place: int
    label: str
    people: int | None
    count_text: str
    before: int | None
    rate: str | None
    rate_of_first: str | None
    left: int | None
    median: str | None
    quartiles: str | None
    href: str
    left_href: str
    share: int
    against: Against | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """A part of a whole that both may be told, as a file holds it."""

    part: int
    whole: int

    @property
    def text(self) -> str:
        """As the page says it."""
        return rate_text(self.part, self.whole) or ""

    @property
    def number(self) -> float:
        """To be reckoned with."""
        return self.part / self.whole


FileCell = str | int | Decimal | Rate | None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: in which language, at the address of which funnel.

    names: whether few people may be told from none; lists: whether numbers lead to lists. called:
    by dimension what its values are called, where they have names of their own.
    """

    language: Language
    names: bool
    lists: bool
    query: str
    called: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def value(self, dimension: str, value: str | None) -> str:
        """What a group of a breakdown is called."""
        own = self.called.get(dimension, {}).get(value or "")
        return own or value_word(dimension, value, self.language)

    def say(self, text: str, **values: object) -> str:
        """A text in the viewer's language."""
        return translated(text, self.language, **values)

    def shown(self, people: int) -> int | None:
        """How many, to whom it may be said."""
        return None if is_few(people) and not self.names else people

    def shown_steps(self, people: Sequence[int]) -> list[int | None]:
        """Of steps how many reached each, to whom it may be said."""
        shown = shown_of(people)
        return [n if self.names or may else None for n, may in zip(people, shown, strict=True)]

    def words(self, people: Sequence[int]) -> list[str]:
        """The same in words: what is told where the number is not."""
        return [f"{each:,}" for each in people] if self.names else words_of(people)

    def list_address(
        self, step: int, *, left: bool = False, group: tuple[str, str | None] | None = None
    ) -> str:
        """Where the list behind a number is; empty where it may not be seen."""
        if not self.lists:
            return ""
        pairs = [("at", str(step)), *([("left", "1")] if left else [])]
        if group is not None:
            pairs.append(("dimension", group[0]))
            pairs += [("value", group[1])] if group[1] is not None else []
        # Whoever is in it is, whatever the funnel is held against.
        asked = [each for each in self.query.split("&") if not each.startswith("compare")]
        return f"/funnels/people?{'&'.join(asked)}&{urlencode(pairs)}"


def bars_of(report: Report, viewer: Viewer, against: Sequence[Against] = ()) -> list[Bar]:
    """The steps as they are drawn; against: what stands beside each of another period."""
    counts, words = viewer.shown_steps(report.people), viewer.words(report.people)
    found: list[Bar] = []
    for place, step in enumerate(report.steps):
        people, before = counts[place], counts[place - 1] if place else None
        next_one = counts[place + 1] if place + 1 < len(counts) else 0
        spread = [duration_text(each, viewer.language) for each in (step.low, step.high)]
        known = people is not None
        beside = against[place] if against else None
        found.append(
            Bar(
                place + 1,
                step_word(step.step, viewer.language),
                people,
                words[place],
                before,
                rate_of(people, before),
                rate_of(people, counts[0]) if place else None,
                step.left if known and next_one is not None else None,
                duration_text(step.median, viewer.language) if known else None,
                f"{spread[0]} – {spread[1]}" if known and step.low is not None else None,
                viewer.list_address(place + 1),
                viewer.list_address(place + 1, left=True),
                share_of(people, counts[0], beside.widest if beside else None),
                beside,
            )
        )
    return found


def step_most_left(counts: Sequence[int | None]) -> int:
    """The step (from 1) after which most went no further, as far as that is told.

    Not by numbers that are not: of 20, 16 to 19 and 13 it would tell which of them.
    """
    left = [
        -1 if people is None or further is None else people - further
        for people, further in pairwise(counts)
    ]
    return left.index(max(left)) + 1


def rate_of(people: int | None, whole: int | None) -> str | None:
    """The rate, where both may be told."""
    return None if people is None or whole is None else rate_text(people, whole)


def share_of(people: int | None, first: int | None, widest: int | None = None) -> int:
    """The length of a bar in per mille of the first, or of the widest of two periods."""
    # Of few all bars are of one length: a length is a number too.
    if people is None or first is None:
        return _LEAST_SHARE
    return max(_LEAST_SHARE, people * 1000 // (widest or first)) if people and first else 0


def interval_text(found: Interval, viewer: Viewer) -> str:
    """`+3.1 个百分点（95%：−1.0 至 +7.2）：还分不出`."""
    return interval_said(found, viewer.say)


def table_rows(bars: Sequence[Bar]) -> list[tuple[FileCell, ...]]:
    """The table beside the picture, as files hold it."""
    return [
        (
            *(bar.label, bar.count_text if bar.people is None else bar.people, before),
            rate_in_file(bar.people, bar.before),
            rate_in_file(bar.people, bars[0].people) if at else None,
            *(bar.left, bar.median),
            *(() if bar.against is None else _compared(bar.against)),
        )
        for at, (bar, before) in enumerate(zip(bars, _befores(bars), strict=True))
    ]


def rate_in_file(people: int | None, whole: int | None) -> Rate | None:
    """The rate as files hold it, where both may be told."""
    return None if people is None or not whole else Rate(people, whole)


def _compared(beside: Against) -> tuple[FileCell, ...]:
    numbers: list[FileCell] = []
    for went in beside.counted:
        rate = None if went.whole is None else rate_in_file(went.part, went.whole)
        numbers += [went.part, went.whole, rate]
    return *numbers, beside.now or None, beside.then, beside.sure


def _befores(bars: Sequence[Bar]) -> list[str | int | None]:
    return [None, *(bar.count_text if bar.people is None else bar.people for bar in bars[:-1])]
