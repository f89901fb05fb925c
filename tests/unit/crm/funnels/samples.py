"""Touchpoints and funnels for the tests, written the short way."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from campaigns.times import SHANGHAI, instant_us
from crm.funnels.answers import FunnelResult, answer
from crm.funnels.definition import ChainKind, EntryRule, Funnel, parse_step, parse_window
from crm.funnels.gathering import columns_of
from crm.funnels.touchpoint import Touchpoint

SHORT = {
    "attended": "activity.attended",
    "trial": "trial.started",
    "bought": "purchase.made",
    "gift": "gift.given",
}


def touchpoint(
    what: str,
    when: str,
    fields: Mapping[str, object] | None = None,
    person: str = "P1",
    rank: int = 0,
) -> Touchpoint:
    """A touchpoint at `2026-03-01 10:00`, or with day precision on `2026-03-01`."""
    day_precision = len(when) == 10
    starts_us = instant_us(datetime.fromisoformat(when).replace(tzinfo=SHANGHAI))
    return Touchpoint(
        person,
        SHORT.get(what, what),
        starts_us,
        day_precision,
        (starts_us, rank, "desk", f"{person}-{what}-{when}-{rank}"),
        fields or {},
    )


def funnel(
    steps: str,
    window: str = "30d",
    kind: str = "sequential",
    entry: str = "best",
    by: str | None = None,
) -> Funnel:
    """A funnel over the entries of March 2026; the steps separated by spaces."""
    return Funnel(
        tuple(parse_step(_long(step)) for step in steps.split()),
        date(2026, 3, 1),
        date(2026, 4, 1),
        parse_window(window),
        ChainKind(kind),
        EntryRule(entry),
        by,
    )


def compute(asked: Funnel, touchpoints: Iterable[Touchpoint]) -> FunnelResult:
    """The funnel over touchpoints."""
    return answer(asked, columns_of(touchpoints))


def counts(asked: Funnel, touchpoints: Sequence[Touchpoint]) -> list[int]:
    """The people of each step."""
    return people_of(compute(asked, touchpoints))


def people_of(result: FunnelResult) -> list[int]:
    """The people of each step of a result."""
    return [step.people for step in result.steps]


def medians_of(result: FunnelResult) -> list[int | float | None]:
    """The median seconds of each step of a result."""
    return [step.median_seconds for step in result.steps]


def _long(step: str) -> str:
    name, colon, rest = step.partition(":")
    return SHORT.get(name, name) + colon + rest
