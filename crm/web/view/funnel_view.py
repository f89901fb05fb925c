"""A funnel's answer as it is drawn: bars, the table beside them, small multiples, comparisons."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from campaigns.wording.catalogues import N_, translated
from campaigns.wording.languages import Language
from crm.funnels.comparing import Interval, difference
from crm.funnels.few import FEWEST, is_few
from crm.funnels.report import GroupTold, Report, withheld_of
from crm.money import yuan_text
from crm.web.view.formats import duration_text, rate_text
from crm.web.view.funnel_words import dimension_word, step_word, value_word

MULTIPLES = 12
_LEAST_SHARE = 4
FEW = f"<{FEWEST}"
Against = tuple[str, str | None]
"""The other period's number of a step, and how sure the difference is."""
WITHHELD = N_("隐去")
"""Of a group: too few, or what would tell how many others are few."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One step. people: None where they are too few to be told, and then nothing is that would tell
    it. share: of the first, in per mille, never so small that it cannot be seen.

    href: of the list behind the number, left_href: of who went no further; empty for whoever sees
    no names. then: people and rate of the other period; sure: the difference of the rates.
    """

    place: int
    label: str
    people: int | None
    before: int | None
    rate: str | None
    rate_of_first: str | None
    left: int | None
    median: str | None
    quartiles: str | None
    href: str
    left_href: str
    share: int
    then: str | None = None
    sure: str | None = None

    @property
    def told(self) -> str:
        """How many, or that they are few."""
        return FEW if self.people is None else f"{self.people:,}"


@dataclass(frozen=True, slots=True)
class Small:
    """One group of a breakdown: its bars on the scale that all groups share.

    shares: of the steps that are told.
    """

    value: str | None
    word: str
    counts: tuple[str, ...]
    shares: tuple[int, ...]
    rate: str | None
    hrefs: tuple[str, ...]
    sure: str
    spent: str


@dataclass(frozen=True, slots=True)
class Breakdown:
    """All groups of one dimension; `drawn` are the largest of them."""

    name: str
    word: str
    groups: tuple[Small, ...]
    drawn: tuple[Small, ...]
    few: int
    """How many groups are not shown."""
    withheld: bool
    """Whether anything is held back."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: in which language, at the address of which funnel.

    names: whether few people may be told from none; lists: whether numbers lead to lists.
    """

    language: Language
    names: bool
    lists: bool
    query: str

    def say(self, text: str, **values: object) -> str:
        """A text in the viewer's language."""
        return translated(text, self.language, **values)

    def told(self, people: int) -> int | None:
        """How many, to whom it may be said."""
        return None if is_few(people) and not self.names else people

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
        return f"/funnels/people?{self.query}&{urlencode(pairs)}"


def bars_of(report: Report, viewer: Viewer, against: Sequence[Against] = ()) -> list[Bar]:
    """The steps as they are drawn; against: what stands beside each of another period."""
    told = [viewer.told(step.people) for step in report.steps]
    found: list[Bar] = []
    for place, step in enumerate(report.steps):
        people, before = told[place], told[place - 1] if place else None
        next_one = told[place + 1] if place + 1 < len(told) else 0
        spread = [duration_text(each, viewer.language) for each in (step.low, step.high)]
        known = people is not None
        then, sure = against[place] if against else (None, None)
        found.append(
            Bar(
                place + 1,
                step_word(step.step, viewer.language),
                people,
                before,
                rate_of(people, before),
                rate_of(people, told[0]) if place else None,
                step.left if known and next_one is not None else None,
                duration_text(step.median, viewer.language) if known else None,
                f"{spread[0]} – {spread[1]}" if known and step.low is not None else None,
                viewer.list_address(place + 1),
                viewer.list_address(place + 1, left=True),
                _share(people, told[0]),
                then,
                sure,
            )
        )
    return found


def rate_of(people: int | None, whole: int | None) -> str | None:
    """The rate, where both may be told."""
    return None if people is None or whole is None else rate_text(people, whole)


def _share(people: int | None, first: int | None) -> int:
    # Of few all bars are of one length: a length is a number too.
    if people is None or first is None:
        return _LEAST_SHARE
    return max(_LEAST_SHARE, people * 1000 // first) if people and first else 0


def interval_text(found: Interval, viewer: Viewer) -> str:
    """`+3.1 个百分点（95%：−1.0 至 +7.2）：还分不出`."""
    ends = f"{found.low * 100:+.1f}", f"{found.high * 100:+.1f}"
    said = N_("{value} 个百分点（95%：{low} 至 {high}）")
    text = viewer.say(said, value=f"{found.value * 100:+.1f}", low=ends[0], high=ends[1])
    return text if found.is_clear else text + viewer.say(N_("，还分不出"))


def breakdowns_of(report: Report, viewer: Viewer) -> Iterator[Breakdown]:
    """The breakdowns as they are drawn."""
    for name, groups in report.groups.items():
        steps = len(report.steps)
        starts = [steps] * len(groups)
        if not viewer.names:
            starts = withheld_of(name, groups)
        shown = [pair for pair in zip(groups, starts, strict=True) if pair[1]]
        widest = max((each.people[0] for each, _ in shown), default=0)
        whole = report.steps[0].people, report.steps[-1].people
        drawn = tuple(_small(each, start, name, widest, whole, viewer) for each, start in shown)
        largest = sorted(range(len(shown)), key=lambda at: -shown[at][0].people[0])[:MULTIPLES]
        yield Breakdown(
            name,
            dimension_word(name, viewer.language),
            drawn,
            tuple(drawn[at] for at in sorted(largest)),
            len(groups) - len(shown),
            any(start < steps for start in starts),
        )


def _small(
    group: GroupTold, start: int, name: str, widest: int, whole: tuple[int, int], viewer: Viewer
) -> Small:
    people = group.people
    hidden = start < len(people)
    withheld = [viewer.say(WITHHELD)] * (len(people) - start)
    others = whole[1] - people[-1], whole[0] - people[0]
    rest = difference(people[-1], people[0], *others)
    # What stands beside a number tells the rest of it, and the rest may be few.
    if any(viewer.told(each) is None for each in (*whole, *others)):
        rest = None
    return Small(
        group.value,
        value_word(name, group.value, viewer.language),
        (*(f"{each:,}" for each in people[:start]), *withheld),
        tuple(_share(each, widest) for each in people[:start]),
        None if hidden else rate_text(people[-1], people[0]),
        tuple(
            viewer.list_address(place, group=(name, group.value))
            for place in range(1, len(people) + 1)
        ),
        "" if rest is None or hidden or len(people) == 1 else interval_text(rest, viewer),
        "" if hidden else yuan_text(group.spent_fen),
    )


def table_rows(bars: Sequence[Bar]) -> list[tuple[str | int | None, ...]]:
    """The table beside the picture, as files hold it."""
    return [
        (
            *(bar.label, FEW if bar.people is None else bar.people, before),
            *(bar.rate, bar.rate_of_first, bar.left, bar.median),
            *(() if bar.then is None else (bar.then, bar.sure)),
        )
        for bar, before in zip(bars, _befores(bars), strict=True)
    ]


def _befores(bars: Sequence[Bar]) -> list[str | int | None]:
    return [None, *(FEW if bar.people is None else bar.people for bar in bars[:-1])]
