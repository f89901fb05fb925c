"""Two periods beside each other: watched for as long, and nobody lost who had been there before."""

from datetime import date, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from campaigns.times import day_start_us
from crm.funnels.definition import InvalidFunnel
from crm.funnels.document import Document
from crm.funnels.gathering import columns_of
from crm.funnels.other_period import other_period
from crm.funnels.report import Question, Report, Standing, report_of
from crm.funnels.touchpoint import Touchpoint
from crm.web.view.funnel_compared import against, compared_notes, earlier_notes
from crm.web.view.funnel_view import Viewer
from tests.unit.crm.funnels.samples import touchpoint

TODAY = date(2026, 6, 30)
DOCUMENT = Document(("activity.attended", "trial.started"), "60d", last_days=30)
BESIDE = structs.replace(DOCUMENT, compare="before")
ARCHIVE = ("activity.attended", "consent.given:purpose=archive")
OFFICE = Viewer("zh-CN", True, True, "")
DAYS = st.lists(st.tuples(st.integers(0, 29), st.integers(0, 80)), min_size=1, max_size=20)
"""Of each person on which day of the period it came, and how many days later it tried."""


def told(touchpoints: list[Touchpoint], document: Document, as_of: date | None = None) -> Report:
    question = Question(document, TODAY, as_of=as_of)
    return report_of(question, columns_of(touchpoints), None, Standing(0, 0))


def season(came: list[tuple[int, int]], back: int) -> list[Touchpoint]:
    """What happened by today to people of a period that begins so many days earlier."""
    found = []
    for number, (at, later) in enumerate(came):
        first = TODAY - timedelta(days=29 + back) + timedelta(days=at)
        for what, day in (("attended", first), ("trial", first + timedelta(days=later))):
            if day <= TODAY:
                found.append(touchpoint(what, f"{day} 10:00", person=f"P{back}-{number}"))
    return found


@given(DAYS, st.sampled_from(("before", "year")))
def test_two_periods_in_which_the_same_happened_come_to_the_same(
    came: list[tuple[int, int]], compare: Literal["before", "year"]
) -> None:
    """Of the earlier one more is known by now; it is not looked at."""
    other = other_period(structs.replace(DOCUMENT, compare=compare), TODAY)
    assert other is not None and DOCUMENT.last_days is not None
    back = DOCUMENT.last_days if compare == "before" else 365
    assert other.as_of == TODAY - timedelta(days=back)
    touchpoints = season(came, 0) + season(came, back)
    now, then = told(touchpoints, DOCUMENT), told(touchpoints, other.document, other.as_of)
    assert [step.people for step in now.steps] == [step.people for step in then.steps]


def test_the_page_says_up_to_when_an_earlier_period_is_watched() -> None:
    other = other_period(BESIDE, TODAY)
    assert other is not None
    (line,) = compared_notes(other, OFFICE)
    assert "2026年5月2日 至 2026年5月31日" in line and "2026年5月31日 为止" in line
    over = structs.replace(
        BESIDE, from_day=date(2026, 1, 1), to_day=date(2026, 2, 1), last_days=None
    )
    whole = other_period(over, TODAY)
    assert whole is not None
    assert list(compared_notes(whole, OFFICE)) == [
        "比的是 2025年12月1日 至 2025年12月31日 进入的人。"
    ]


@pytest.mark.parametrize(
    ("period", "today", "wanted", "as_of"),
    [
        # So far: as many days from the beginning of the quarter before.
        (("2026-10-01", "2026-12-01"), "2026-11-30", ("2026-07-01", "2026-08-31"), "2026-08-30"),
        (("2026-01-01", "2026-02-11"), "2026-02-10", ("2025-10-01", "2025-11-11"), "2025-11-10"),
        # Over: the whole quarter before, whatever its length, watched as long after its end.
        (("2026-07-01", "2026-10-01"), "2026-11-30", ("2026-04-01", "2026-07-01"), "2026-08-30"),
        (("2026-01-01", "2026-04-01"), "2026-04-01", ("2025-10-01", "2026-01-01"), "2026-01-01"),
        (("2026-05-31", "2026-06-02"), "2026-11-30", ("2026-03-01", "2026-03-03"), "2026-08-31"),
    ],
)
def test_a_quarter_is_held_against_the_same_days_of_the_one_before_or_all_of_it_when_it_is_over(
    period: tuple[str, str], today: str, wanted: tuple[str, str], as_of: str
) -> None:
    first, after = map(date.fromisoformat, period)
    document = structs.replace(
        DOCUMENT, from_day=first, to_day=after, last_days=None, compare="quarter"
    )
    other = other_period(document, date.fromisoformat(today))
    assert other is not None
    days = other.document.from_day, other.document.to_day
    assert days == tuple(map(date.fromisoformat, wanted))
    assert other.as_of == date.fromisoformat(as_of)


@pytest.mark.parametrize(
    ("period", "wanted"),
    [
        # Spring against spring, whole months against whole months, leap years too.
        (("2028-03-01", "2028-06-01"), ("2027-03-01", "2027-06-01")),
        (("2028-02-01", "2028-03-01"), ("2027-02-01", "2027-03-01")),
        (("2028-02-29", "2028-03-02"), ("2027-03-01", "2027-03-02")),
    ],
)
def test_a_year_before_has_the_same_days_of_the_calendar(
    period: tuple[str, str], wanted: tuple[str, str]
) -> None:
    first, after = map(date.fromisoformat, period)
    document = structs.replace(
        DOCUMENT, from_day=first, to_day=after, last_days=None, compare="year"
    )
    other = other_period(document, date(2028, 7, 1))
    assert other is not None
    days = other.document.from_day, other.document.to_day
    assert days == tuple(map(date.fromisoformat, wanted))
    assert other.as_of - days[1] == date(2028, 7, 1) - after  # type: ignore[operator]


CHOSEN = structs.replace(
    DOCUMENT, from_day=date(2026, 5, 1), to_day=date(2026, 6, 1), last_days=None, compare="days"
)


def test_days_that_somebody_chose_are_as_many_unless_their_last_one_is_said() -> None:
    first = structs.replace(CHOSEN, compare_from=date(2026, 2, 1))
    other = other_period(first, TODAY)
    assert other is not None
    assert (other.document.from_day, other.document.to_day) == (
        first.compare_from,
        date(2026, 3, 4),
    )
    assert other.as_of == date(2026, 3, 4) + (TODAY - date(2026, 6, 1))
    whole = other_period(structs.replace(first, compare_to=date(2026, 5, 1)), TODAY)
    assert whole is not None and whole.document.to_day == date(2026, 5, 1)
    assert other_period(other.document, TODAY) is None, "it is compared with nothing itself"


@pytest.mark.parametrize(
    ("first", "after"),
    [
        (None, None),
        (date(2026, 4, 2), None),
        (date(2026, 4, 1), date(2026, 5, 2)),
        (date(2026, 4, 1), date(2026, 4, 1)),
        (date(2026, 6, 1), None),
    ],
)
def test_days_that_are_not_over_before_the_period_begins_are_no_period_to_compare_with(
    first: date | None, after: date | None
) -> None:
    with pytest.raises(InvalidFunnel):
        other_period(structs.replace(CHOSEN, compare_from=first, compare_to=after), TODAY)


def test_a_period_in_which_nobody_came_says_that_there_is_nothing_to_compare_with() -> None:
    other = other_period(BESIDE, TODAY)
    assert other is not None
    touchpoints = season([(0, 1), (1, 2)], 0)
    now, then = told(touchpoints, DOCUMENT), told(touchpoints, other.document, other.as_of)
    first, second = against(now, then, OFFICE)
    assert (first.then, first.sure) == ("0", "那一段没有人，没法比")
    assert (second.then, second.sure) == ("0", None)


@pytest.mark.parametrize("names", [True, False])
def test_whoever_had_an_archive_before_coming_again_is_not_lost_at_the_archive(names: bool) -> None:
    """Ten come again who have one; of ten new ones five have one made."""
    viewer = Viewer("zh-CN", names, names, "")
    document = structs.replace(
        DOCUMENT, steps=("activity.attended", "consent.given:purpose=archive")
    )
    archive = {"purpose": "archive"}
    touchpoints = []
    for number in range(20):
        person = f"P{number}"
        touchpoints.append(touchpoint("attended", "2026-06-10 10:00", person=person))
        day = "2026-01-10 09:00" if number < 10 else "2026-06-10 11:00"
        if number < 15:
            touchpoints.append(touchpoint("consent.given", day, archive, person=person))
    report = told(touchpoints, document)
    assert [step.people for step in report.steps] == [20, 5]
    assert [step.earlier for step in report.steps] == [10, 0]
    (line,) = earlier_notes(report, viewer)
    assert "15 人里，10 人进入以前" in line and "50%" in line
    assert against(report, report, viewer)[1].then == "5 / 10 · 50.0%"


def test_a_purchase_before_makes_nobody_a_buyer_again() -> None:
    """Only what is done once and lasts: a record, a consent, the club."""
    document = structs.replace(DOCUMENT, steps=("activity.attended", "purchase.made"))
    touchpoints = [
        touchpoint("bought", "2026-01-10 09:00"),
        touchpoint("attended", "2026-06-10 10:00"),
    ]
    assert [step.earlier for step in told(touchpoints, document).steps] == [0, 0]


def test_few_who_had_an_archive_before_are_told_of_nowhere_to_who_sees_no_names() -> None:
    step, after = "activity.attended", "consent.given:purpose=archive"
    report = told([], structs.replace(DOCUMENT, steps=(step, after)))
    first, last = report.steps
    report = structs.replace(
        report,
        steps=(
            structs.replace(first, people=30, left=20, earlier=3),
            structs.replace(last, people=10),
        ),
    )
    market = Viewer("zh-CN", False, False, "")
    assert not list(earlier_notes(report, market, report))
    assert against(report, report, market)[1].then == "10 / 30 · 33.3%"
    assert against(report, report, OFFICE)[1].then == "10 / 27 · 37.0%"


def archived(people: int, left: int, earlier: int) -> Report:
    """So many came; of those who had no archive made then, some had one before."""
    report = told([], structs.replace(DOCUMENT, steps=ARCHIVE))
    first, last = report.steps
    first = structs.replace(first, people=people, left=left, earlier=earlier)
    return structs.replace(report, steps=(first, structs.replace(last, people=people - left)))


COUNTS = st.integers(0, 60).flatmap(
    lambda left: st.tuples(st.integers(left, 99), st.just(left), st.integers(0, left))
)


@given(COUNTS, COUNTS, st.booleans())
def test_the_difference_is_that_of_the_two_rates_beside_it_whoever_looks(
    now: tuple[int, int, int], then: tuple[int, int, int], names: bool
) -> None:
    """Whoever had an archive is left out on both sides or on none: one ground for all numbers."""
    viewer = Viewer("zh-CN", names, names, "")
    both = archived(*now), archived(*then)
    step = against(*both, viewer)[1]
    if step.sure is None or not then[0]:
        return
    rates = []
    for said, (people, left, earlier) in zip((step.now, step.then), (now, then), strict=True):
        part, whole = (int(each) for each in said.partition(" · ")[0].split(" / "))
        assert part == people - left and whole in (people, people - earlier)
        rates.append(part / whole)
    assert step.sure.startswith(f"{(rates[0] - rates[1]) * 100:+.1f} 个百分点")
    wholes = [int(said.partition(" / ")[2].partition(" ")[0]) for said in (step.now, step.then)]
    left_out = now[0] - wholes[0], then[0] - wholes[1]
    assert left_out in ((0, 0), (now[2], then[2]))
    assert not names or left_out == (now[2], then[2])
    notes = " ".join(earlier_notes(both[0], viewer, both[1]))
    said = f"这一段 {left_out[0]} 人，比的那一段 {left_out[1]} 人"
    assert (said in notes) == any(left_out)


def test_the_day_of_a_look_ends_with_its_evening() -> None:
    other = other_period(BESIDE, TODAY)
    assert other is not None
    came = [touchpoint("attended", "2026-05-31 10:00"), touchpoint("trial", "2026-05-31 23:00")]
    assert told(came, other.document, other.as_of).steps[1].people == 1
    assert day_start_us(other.as_of) < came[1].starts_us
