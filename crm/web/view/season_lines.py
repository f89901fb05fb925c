"""The season of each dealer, or kind of activity, as a small line: who came, week by week.

Who sees no names is told of no few people by a line either: where a number is held back there is
none, and the scale takes no part of it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType

from campaigns.wording.catalogues import N_
from campaigns.wording.days import date_text
from crm.funnels.document import Document
from crm.funnels.few import FEWEST, shown_in
from crm.funnels.touchpoint import ATTENDED
from crm.funnels.weeks import WEEKS, WeekCounts, season
from crm.web.view.funnel_form import address_of
from crm.web.view.funnel_view import Viewer
from crm.web.view.funnel_words import value_word

WIDTH, HEIGHT = 156, 36
_EDGE = 3
_DIMENSIONS = {"dealer": "dealer", "kind": "activity_kind"}
"""Field of an activity → the breakdown by it."""
_ALT = N_(
    "{name}：{first} 起 {weeks} 周里每周到场的人数，最多的是 {day}那一周，{n} 人；"
    "空心点是还没过完的这一周"
)
_ALT_NONE = N_("{name}：人太少，不画")
_ALT_NOBODY = N_("{name}：{weeks} 周里没有人到场")
_TREND_WEEKS = 4
_LESS = 4
"""A part of so many less, and of FEWEST at least, is behind."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class SeasonLine:
    """One line. count_text: how many came in all; most: in the fullest week, from `most_on`.

    href, most_href: the lists behind both; empty for who sees none. runs: the points, broken where
    a week is not told; dots: single ones. alt: what it shows, in a sentence. Where the fullest week
    is not told nothing is drawn: what is lower would be taken for the most. running: the point of
    the week that goes on, apart from the others, since it is not over. ends: the days of the first
    week and of the running one. trend: the last weeks that are over against those before;
    is_behind: whether they are clearly less. without_contract: of a dealer that has none now.
    """

    value: str
    word: str
    count_text: str
    alt: str
    href: str = ""
    most: str = ""
    most_on: str = ""
    most_href: str = ""
    runs: tuple[str, ...] = ()
    dots: tuple[Point, ...] = ()
    running: Point | None = None
    ends: tuple[str, str] = ("", "")
    trend: str = ""
    is_behind: bool = False
    without_contract: bool = False
    width: int = WIDTH
    height: int = HEIGHT


def season_document(today: date) -> Document:
    """Who came in the weeks of the season."""
    from_day, to_day = season(today)
    return Document((ATTENDED,), from_day=from_day, to_day=to_day)


def season_lines(
    found: Sequence[WeekCounts],
    field: str,
    today: date,
    viewer: Viewer,
    names: Mapping[str, str] = MappingProxyType({}),
    contracts: Collection[str] | None = None,
) -> list[SeasonLine]:
    """The lines of one field on one scale, by value.

    names: what values are called, where a name is known. contracts: of dealers, which have one now:
    each of them has a line, though nobody came.
    """
    met = {each.value for each in found}
    nobody = [WeekCounts(each, 0, (0,) * WEEKS) for each in set(contracts or ()) - met]
    found = sorted([*found, *nobody], key=lambda each: each.value)
    groups = [(each.value, (each.people,)) for each in found]
    open_values = [may[0] for may in shown_in(_DIMENSIONS[field], groups)]
    shown = [
        _shown(each.weeks, viewer) if viewer.names or is_open else ()
        for each, is_open in zip(found, open_values, strict=True)
    ]
    highest = max((n for weeks in shown for n in weeks if n is not None), default=0) or 1
    return [
        replace(
            _line(each, weeks, highest, (field, names.get(each.value, "")), today, viewer),
            without_contract=contracts is not None and each.value not in contracts,
        )
        for each, weeks in zip(found, shown, strict=True)
    ]


def _shown(weeks: Sequence[int], viewer: Viewer) -> tuple[int | None, ...]:
    if viewer.names:
        return tuple(weeks)
    shown = shown_in("week", [(f"{place:02}", (n,)) for place, n in enumerate(weeks)])
    return tuple(n if may[0] else None for n, may in zip(weeks, shown, strict=True))


def _line(
    of: WeekCounts,
    weeks: tuple[int | None, ...],
    highest: int,
    named: tuple[str, str],
    today: date,
    viewer: Viewer,
) -> SeasonLine:
    field, name = named
    word = name or value_word(_DIMENSIONS[field], of.value, viewer.language)
    alt = viewer.say(_ALT_NONE, name=word)
    if not weeks:
        return SeasonLine(of.value, word, f"<{FEWEST}", alt)
    if not of.people:
        return SeasonLine(of.value, word, "0", viewer.say(_ALT_NOBODY, name=word, weeks=WEEKS))
    first, last = season(today)
    step = f"{ATTENDED}:{field}={of.value}"
    line = SeasonLine(of.value, word, f"{of.people:,}", alt, _list(step, first, last, viewer))
    fullest = of.weeks.index(max(of.weeks))
    if weeks[fullest] is None:
        return line
    monday, most = first + timedelta(weeks=fullest), f"{of.weeks[fullest]:,}"
    on, begins = (date_text(each, viewer.language) for each in (monday, first))
    # The week that goes on is not over: joined to the others it would seem to fall.
    *over, running = weeks
    runs = list(_runs(over, highest))
    trend, is_behind = _trend(over, viewer)
    return replace(
        line,
        alt=viewer.say(_ALT, name=word, weeks=WEEKS, first=begins, day=on, n=most),
        most=most,
        most_on=on,
        most_href=_list(step, monday, min(monday + timedelta(weeks=1), last), viewer),
        runs=tuple(_written(run) for run in runs if len(run) > 1),
        dots=tuple(run[0] for run in runs if len(run) == 1),
        running=None if running is None else _point(len(over), running, highest),
        ends=(begins, date_text(last - timedelta(days=1), viewer.language)),
        trend=trend,
        is_behind=is_behind,
    )


def _trend(over: Sequence[int | None], viewer: Viewer) -> tuple[str, bool]:
    """The last four weeks that are over against the four before, and whether they are clearly less;
    nothing where one of them is not told."""
    told = [n for n in over[-2 * _TREND_WEEKS :] if n is not None]
    if len(told) < 2 * _TREND_WEEKS:
        return "", False
    before, lately = sum(told[:_TREND_WEEKS]), sum(told[_TREND_WEEKS:])
    is_behind = before - lately >= max(FEWEST, before / _LESS)
    said = N_("前 4 周 {lately} 人次，再前 4 周 {before} 人次")
    return viewer.say(said, lately=f"{lately:,}", before=f"{before:,}"), is_behind


def _runs(weeks: Sequence[int | None], highest: int) -> Iterator[list[Point]]:
    run: list[Point] = []
    for place, n in enumerate(weeks):
        if n is None:
            if run:
                yield run
            run = []
            continue
        run.append(_point(place, n, highest))
    if run:
        yield run


def _point(place: int, n: int, highest: int) -> Point:
    x = _EDGE + place * (WIDTH - 2 * _EDGE) / (WEEKS - 1)
    return x, HEIGHT - _EDGE - n * (HEIGHT - 2 * _EDGE) / highest


def _written(run: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}".replace(".0", "") for x, y in run)


def _list(step: str, from_day: date, to_day: date, viewer: Viewer) -> str:
    if not viewer.lists:
        return ""
    query = address_of(Document((step,), from_day=from_day, to_day=to_day))
    return f"/funnels/people?{query}&at=1"
