"""A small and a middling season, made once, and small ways to read them."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache
from typing import Any

from campaigns.season import generate

STARTS_ON = date(2026, 3, 2)
LAST_DAY = date(2026, 8, 31)
PERSONAL = ("person", "contact", "health", "private")

Event = dict[str, Any]


@cache
def season(people: int = 400, seed: int = 7) -> tuple[Event, ...]:
    """Every event of a season, in order of arrival."""
    return tuple(generate(people, seed, STARTS_ON))


def of_kind(kind: str, events: Iterable[Event]) -> list[Event]:
    """The events of a kind (without prefix and version), each once."""
    found = {
        (event["source"], event["id"]): event
        for event in events
        if event["type"] == f"jinxi.{kind}.v1"
    }
    return list(found.values())


def named(kind: str, field: str, events: Iterable[Event]) -> set[str]:
    """The values of a field of the data, over the events of a kind."""
    return {event["data"][field] for event in of_kind(kind, events) if field in event["data"]}


def happened(event: Event) -> datetime:
    return datetime.fromisoformat(event["time"])


def received(event: Event) -> datetime:
    return datetime.fromisoformat(event["receivedat"])


def texts(value: object) -> Iterator[str]:
    """Every string within a JSON value, keys aside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
