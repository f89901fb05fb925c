"""Small random seasons, and funnels that are asked of them."""

from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from campaigns.times import SHANGHAI, instant_us
from crm.funnels.definition import ChainKind, EntryRule, Funnel, parse_step, parse_window
from crm.funnels.touchpoint import Touchpoint

FIRST_DAY = datetime(2026, 2, 27, tzinfo=SHANGHAI)
TIMES = [
    None,
    timedelta(),
    timedelta(hours=10),
    timedelta(hours=11, milliseconds=500),
    timedelta(days=1, microseconds=-1),
]
TYPES = ["activity.attended", "purchase.made", "trial.started"]
STEPS = [
    "activity.attended",
    "activity.attended:kind=a",
    "activity.attended:kind=b",
    "activity.attended:region=1",
    "activity.attended:region=420100",
    "purchase.made",
    "purchase.made:kind=a",
    "purchase.made:kind=a,region=true",
    "trial.started",
]
WINDOWS = ["0d", "1d", "2d", "9d", "0h", "1h", "10h", "24h", "30h", "48h"]


@st.composite
def touchpoints(draw: st.DrawFn, people: int, most: int) -> list[Touchpoint]:
    found = []
    for index in range(draw(st.integers(1, most))):
        time = draw(st.sampled_from(TIMES))
        day = FIRST_DAY + timedelta(days=draw(st.integers(0, 3)))
        starts_us = instant_us(day + (time or timedelta()))
        fields: dict[str, object] = {"activity_id": draw(st.sampled_from("XYZUVW"))}
        fields |= draw(st.sampled_from([{}, {"kind": "a"}, {"kind": "a"}, {"kind": "b"}]))
        fields |= draw(st.sampled_from([{}, {"region": 1}, {"region": True}, {"region": "420102"}]))
        order = (starts_us, draw(st.integers(0, 1)), "desk", f"{draw(st.integers(0, 9))}-{index}")
        person = f"P{draw(st.integers(1, people))}"
        kind = draw(st.sampled_from(TYPES))
        found.append(Touchpoint(person, kind, starts_us, time is None, order, fields))
    return found


def funnels(kind: ChainKind, entry: EntryRule) -> st.SearchStrategy[Funnel]:
    return st.builds(
        Funnel,
        steps=st.lists(st.sampled_from(STEPS), min_size=1, max_size=4).map(
            lambda steps: tuple(parse_step(step) for step in steps)
        ),
        from_day=st.sampled_from([date(2026, 2, 27), date(2026, 2, 28)]),
        to_day=st.sampled_from([date(2026, 3, 1), date(2026, 3, 9)]),
        window=st.sampled_from(WINDOWS).map(parse_window),
        kind=st.just(kind),
        entry=st.just(entry),
        by=st.sampled_from([None, "kind", "month"]),
    )
