"""A funnel's answer as it is drawn: bars, the table beside them, small multiples, comparisons."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from msgspec import structs

from campaigns.wording.catalogues import N_, translated
from campaigns.wording.languages import Language
from crm.funnels.comparing import Interval, difference
from crm.funnels.document import Document
from crm.funnels.report import GroupTold, Report
from crm.money import yuan_text
from crm.web.view.formats import duration_text, rate_text
from crm.web.view.funnel_words import dimension_word, step_word, value_word

FEWEST = 5
"""Groups of fewer people are shown to nobody who may not see names."""
MULTIPLES = 12
_LEAST_SHARE = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One step. share: of the first, in per mille, never so small that it cannot be seen.

    href: of the list behind the number, left_href: of who went no further; empty for whoever sees
    no names. then: people and rate of the other period; sure: the difference of the rates.
    """

    place: int
    label: str
    people: int
    before: int | None
    rate: str | None
    rate_of_first: str | None
    left: int
    median: str | None
    quartiles: str | None
    href: str
    left_href: str
    share: int
    then: str | None = None
    sure: str | None = None


@dataclass(frozen=True, slots=True)
class Small:
    """One group of a breakdown: its bars on the scale that all groups share."""

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
    """How many groups are too small to be shown."""


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


def bars_of(report: Report, viewer: Viewer, other: Report | None = None) -> list[Bar]:
    """The steps as they are drawn."""
    first = report.steps[0].people
    found: list[Bar] = []
    for place, step in enumerate(report.steps):
        before = report.steps[place - 1].people if place else None
        spread = [duration_text(each, viewer.language) for each in (step.low, step.high)]
        then = sure = None
        if other is not None:
            then, sure = _against(report, other, place, viewer)
        found.append(
            Bar(
                place + 1,
                step_word(step.step, viewer.language),
                step.people,
                before,
                rate_text(step.people, before) if before is not None else None,
                rate_text(step.people, first) if before is not None else None,
                step.left,
                duration_text(step.median, viewer.language),
                f"{spread[0]} – {spread[1]}" if step.low is not None else None,
                viewer.list_address(place + 1),
                viewer.list_address(place + 1, left=True),
                _share(step.people, first),
                then,
                sure,
            )
        )
    return found


def _share(people: int, first: int) -> int:
    return max(_LEAST_SHARE, people * 1000 // first) if people and first else 0


def _against(report: Report, other: Report, place: int, viewer: Viewer) -> tuple[str, str | None]:
    """The other period's number, and how sure the difference of the rates is."""
    then = other.steps[place].people
    if not place:
        return f"{then:,}", None
    now_before, then_before = report.steps[place - 1].people, other.steps[place - 1].people
    found = difference(report.steps[place].people, now_before, then, then_before)
    said = f"{then:,} / {then_before:,} · {rate_text(then, then_before) or '–'}"
    return said, None if found is None else interval_text(found, viewer)


def interval_text(found: Interval, viewer: Viewer) -> str:
    """`+3.1 个百分点（95%：−1.0 至 +7.2）：还分不出`."""
    ends = f"{found.low * 100:+.1f}", f"{found.high * 100:+.1f}"
    said = N_("{value} 个百分点（95%：{low} 至 {high}）")
    text = viewer.say(said, value=f"{found.value * 100:+.1f}", low=ends[0], high=ends[1])
    return text if found.is_clear else text + viewer.say(N_("，还分不出"))


def breakdowns_of(report: Report, viewer: Viewer) -> Iterator[Breakdown]:
    """The breakdowns as they are drawn."""
    for name, groups in report.groups.items():
        shown = [each for each in groups if viewer.names or each.people[0] >= FEWEST]
        widest = max((each.people[0] for each in shown), default=0)
        whole = report.steps[0].people, report.steps[-1].people
        drawn = tuple(_small(each, name, widest, whole, viewer) for each in shown)
        sizes = {id(small): each.people[0] for small, each in zip(drawn, shown, strict=True)}
        largest = sorted(drawn, key=lambda small: -sizes[id(small)])[:MULTIPLES]
        kept = {id(small) for small in largest}
        yield Breakdown(
            name,
            dimension_word(name, viewer.language),
            drawn,
            tuple(small for small in drawn if id(small) in kept),
            len(groups) - len(shown),
        )


def _small(
    group: GroupTold, name: str, widest: int, whole: tuple[int, int], viewer: Viewer
) -> Small:
    people = group.people
    counts = [f"{each:,}" for each in people]
    if not viewer.names:
        counts = [f"<{FEWEST}" if 0 < each < FEWEST else f"{each:,}" for each in people]
    hidden = not viewer.names and 0 < people[-1] < FEWEST
    rest = difference(people[-1], people[0], whole[1] - people[-1], whole[0] - people[0])
    return Small(
        value_word(name, group.value, viewer.language),
        tuple(counts),
        tuple(_share(each, widest) for each in people),
        None if hidden else rate_text(people[-1], people[0]),
        tuple(
            viewer.list_address(place, group=(name, group.value))
            for place in range(1, len(people) + 1)
        ),
        "" if rest is None or hidden or len(people) == 1 else interval_text(rest, viewer),
        "" if any(each.startswith("<") for each in counts) else yuan_text(group.spent_fen),
    )


def other_period(document: Document, compare: str, today: date) -> Document | None:
    """The same funnel of the time before, or of a year before; None: not compared."""
    if not compare:
        return None
    from_day, to_day = document.period(today)
    back = (to_day - from_day).days if compare == "before" else 365
    days = timedelta(days=back)
    return structs.replace(
        document, from_day=from_day - days, to_day=to_day - days, last_days=None, by=()
    )


def table_rows(bars: Sequence[Bar]) -> list[tuple[str | int | None, ...]]:
    """The table beside the picture, as files hold it."""
    return [
        (bar.label, bar.people, bar.before, bar.rate, bar.rate_of_first, bar.left, bar.median)
        for bar in bars
    ]
