"""The groups of a funnel, as they are drawn: small multiples of one scale, and their table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from campaigns.wording.catalogues import N_
from crm.funnels.comparing import difference
from crm.funnels.few import Shown
from crm.funnels.money import Costs
from crm.funnels.report import GroupCounts, Report, shown_of_groups
from crm.money import fen_per
from crm.web.view.funnel_view import Rate, Viewer, interval_text, rate_in_file, share_of
from crm.web.view.funnel_words import dimension_word

_FEN_A_YUAN = 100
MULTIPLES = 12
MOST_ROWS, FEWEST_ROWS = 30, 8
"""Of groups with which the tables of a page begin: of all breakdowns together, of each at least."""
_OF_TIME = ("month", "week")
WITHHELD = N_("隐去")
"""Of a group: too few, or what would tell how many others are few."""
WHAT_GROUPS_COST = N_(
    "活动费用是这段时间里这一组的活动的，取消的不算；有一场没写费用，这一组就不算。比活动值不值，看“每元费用的购买额”；"
    "期限还没走完的，购买额还会多。"
)
WHY_WITHHELD = N_("不到 5 人的不显示，停下的不到 5 人也一样；别的数减一减就露出来的，也隐去。")


@dataclass(frozen=True, slots=True)
class Small:
    """One group of a breakdown: its bars on the scale that all groups share.

    shares: of steps, 0 where one is not told; rates: of each step from the one before, None where
    either is not told, and of the first; rate: of the last step from the first. then: the counts
    and rates of the same group in the period that it is compared with, where it is. cost_fen: what
    the activities of the group cost, None where it is not known of each of them.
    """

    value: str | None
    word: str
    counts: tuple[str, ...]
    shares: tuple[int, ...]
    rates: tuple[Rate | None, ...]
    rate: Rate | None
    hrefs: tuple[str, ...]
    sure: str
    spent_fen: int | None
    then: tuple[tuple[str, Rate | None], ...] = ()
    cost_fen: int | None = None

    @property
    def bought_per_yuan(self) -> int | None:
        """What was bought for each yuan that its activities cost, fen."""
        spent, cost = self.spent_fen, self.cost_fen
        return None if spent is None or cost is None else fen_per(_FEN_A_YUAN * spent, cost)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """All groups of one dimension; `drawn` are the largest of them."""

    name: str
    word: str
    groups: tuple[Small, ...]
    drawn: tuple[Small, ...]
    withheld: bool
    """Whether anything is held back."""
    rest: int = 0
    """How many groups are not among those with which its table begins."""

    @property
    def is_of_time(self) -> bool:
        """Whether its groups follow one another."""
        return self.name in _OF_TIME

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be said beside the numbers."""
        said = (WHY_WITHHELD,) if self.withheld else ()
        return (*said, WHAT_GROUPS_COST) if self.has_costs else said

    @property
    def has_costs(self) -> bool:
        """Whether of any of its groups is known what its activities cost."""
        return any(each.cost_fen for each in self.groups)


def breakdowns_of(
    report: Report,
    viewer: Viewer,
    other: Report | None = None,
    costs: Mapping[str, Mapping[str, Costs]] | None = None,
) -> Iterator[Breakdown]:
    """The breakdowns as they are drawn; other: of the period that it is compared with; costs: of
    activities, by breakdown and group."""
    for name, groups in report.groups.items():
        open_steps = _open_steps(name, groups, viewer)
        shown = [pair for pair in zip(groups, open_steps, strict=True) if pair[1][0]]
        # Of a month that both periods have each holds another part.
        is_beside = other is not None and name not in _OF_TIME
        then = _then(name, other, viewer) if other is not None and is_beside else {}
        # Who was there then and is not now is on no side but that one, and its numbers add up.
        gone = [value for value in then if all(value != each.value for each in groups)]
        steps = len(report.steps)
        shown += [(GroupCounts(value, (0,) * steps), [True] * steps) for value in gone]
        widest = max((each.people[0] for each, _ in shown), default=0)
        nobody = (("0", None),) * len(report.steps)
        drawn = tuple(
            replace(
                _small(each, may, name, widest, report, viewer),
                then=then.get(each.value, nobody) if is_beside else (),
                cost_fen=_cost((costs or {}).get(name, {}).get(each.value or "")),
            )
            for each, may in shown
        )
        largest = sorted(range(len(shown)), key=lambda at: -shown[at][0].people[0])[:MULTIPLES]
        yield Breakdown(
            name,
            dimension_word(name, viewer.language),
            drawn,
            tuple(drawn[at] for at in sorted(largest)),
            not all(map(all, open_steps)),
        )


def _cost(costs: Costs | None) -> int | None:
    return None if costs is None or costs.unpriced else costs.cost_fen


def begun(breakdowns: Sequence[Breakdown]) -> list[Breakdown]:
    """As a page begins with them: of many groups the largest, of many times the latest."""
    most = max(FEWEST_ROWS, MOST_ROWS // max(1, len(breakdowns)))
    return [each if len(each.groups) <= most else _begun(each, most) for each in breakdowns]


def _begun(whole: Breakdown, most: int) -> Breakdown:
    places = range(len(whole.groups))
    if whole.is_of_time:
        kept = list(places)[-most:]
    else:
        kept = sorted(sorted(places, key=lambda at: -whole.groups[at].shares[0])[:most])
    groups = tuple(whole.groups[at] for at in kept)
    drawn = tuple(each for each in whole.drawn if each in groups)
    return replace(whole, groups=groups, drawn=drawn, rest=len(whole.groups) - most)


def _open_steps(name: str, groups: Sequence[GroupCounts], viewer: Viewer) -> Sequence[Shown]:
    """Of each group which steps may be told to the viewer."""
    if viewer.names:
        return [[True] * len(each.people) for each in groups]
    return shown_of_groups(name, groups)


def _then(
    name: str, other: Report, viewer: Viewer
) -> dict[str | None, tuple[tuple[str, Rate | None], ...]]:
    """The groups of the other period, told by the same rules as if they stood alone."""
    groups = other.groups.get(name, ())
    found = {}
    for group, shown in zip(groups, _open_steps(name, groups, viewer), strict=True):
        if not shown[0]:
            continue
        told = [each if may else None for each, may in zip(group.people, shown, strict=True)]
        counts = [viewer.say(WITHHELD) if each is None else f"{each:,}" for each in told]
        rates = [None, *(rate_in_file(now, before) for before, now in pairwise(told))]
        found[group.value] = tuple(zip(counts, rates, strict=True))
    return found


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
        None if ends is None else rate_in_file(ends[1], ends[0]),
        tuple(
            viewer.list_address(place, group=(name, group.value))
            for place in range(1, len(people) + 1)
        ),
        interval_text(gap, viewer) if is_open and gap is not None else "",
        group.spent_fen if all(shown) else None,
    )
