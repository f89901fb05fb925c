"""The groups of a funnel, as they are drawn: small multiples of one scale, and their table."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from campaigns.wording.catalogues import N_
from crm.funnels.comparing import difference
from crm.funnels.few import Shown
from crm.funnels.report import GroupCounts, Report, shown_of_groups
from crm.money import yuan_text
from crm.web.view.formats import rate_text
from crm.web.view.funnel_view import Rate, Viewer, interval_text, rate_in_file, share_of
from crm.web.view.funnel_words import dimension_word

MULTIPLES = 12
WITHHELD = N_("隐去")
"""Of a group: too few, or what would tell how many others are few."""


@dataclass(frozen=True, slots=True)
class Small:
    """One group of a breakdown: its bars on the scale that all groups share.

    shares: of steps, 0 where one is not told; rates: of each step from the one before, None where
    either is not told, and of the first.
    """

    value: str | None
    word: str
    counts: tuple[str, ...]
    shares: tuple[int, ...]
    rates: tuple[Rate | None, ...]
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
    withheld: bool
    """Whether anything is held back."""


def breakdowns_of(report: Report, viewer: Viewer) -> Iterator[Breakdown]:
    """The breakdowns as they are drawn."""
    for name, groups in report.groups.items():
        open_steps = [[True] * len(report.steps)] * len(groups)
        if not viewer.names:
            open_steps = shown_of_groups(name, groups)
        shown = [pair for pair in zip(groups, open_steps, strict=True) if pair[1][0]]
        widest = max((each.people[0] for each, _ in shown), default=0)
        drawn = tuple(_small(each, may, name, widest, report, viewer) for each, may in shown)
        largest = sorted(range(len(shown)), key=lambda at: -shown[at][0].people[0])[:MULTIPLES]
        yield Breakdown(
            name,
            dimension_word(name, viewer.language),
            drawn,
            tuple(drawn[at] for at in sorted(largest)),
            not all(map(all, open_steps)),
        )


def _small(
    group: GroupCounts, shown: Shown, name: str, widest: int, report: Report, viewer: Viewer
) -> Small:
    people, whole = group.people, report.people
    told = [each if may else None for each, may in zip(people, shown, strict=True)]
    ends = (people[0], people[-1]) if all((shown[0], shown[-1])) else None
    rest = (whole[0] - people[0], whole[-1] - people[-1])
    # What stands beside a number tells the rest of it, and the rest may be few.
    others = viewer.shown_steps((whole[0], whole[-1])) + viewer.shown_steps(rest)
    gap = difference(people[-1], people[0], rest[1], rest[0])
    is_open = ends is not None and len(people) > 1 and None not in others
    return Small(
        group.value,
        viewer.value(name, group.value),
        tuple(
            f"{each:,}" if may else viewer.say(WITHHELD)
            for each, may in zip(people, shown, strict=True)
        ),
        tuple(
            share_of(each, widest) if may else 0 for each, may in zip(people, shown, strict=True)
        ),
        (None, *(rate_in_file(now, before) for before, now in pairwise(told))),
        None if ends is None else rate_text(ends[1], ends[0]),
        tuple(
            viewer.list_address(place, group=(name, group.value))
            for place in range(1, len(people) + 1)
        ),
        interval_text(gap, viewer) if is_open and gap is not None else "",
        yuan_text(group.spent_fen) if all(shown) else "",
    )
