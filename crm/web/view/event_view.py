"""One event as its page shows it: what it said, in words; what is personal stays in the archive."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec

from campaigns.events.base import PERSONAL_FIELDS
from campaigns.field_labels import field_label
from campaigns.regions import region_name
from campaigns.times import moment_of, parse_instant_us
from campaigns.wording.languages import Language
from crm.journal.logged_event import LoggedEvent
from crm.money import yuan_text

_LINKS = {
    "activity_id": "/activities/{}",
    "card_id": "/people/{}",
    "other_card_id": "/people/{}",
}
_HOMES = {"card": "/people/{}", "activity": "/activities/{}"}


@dataclass(frozen=True, slots=True)
class SaidField:
    """One line of what an event said; href: where the thing stands that it names."""

    label: str
    text: str
    href: str = ""


def address_of(source: str, event_id: str) -> str:
    """Where the page of an event stands."""
    return f"/event?source={quote(source, safe='')}&id={quote(event_id, safe='')}"


def home_of(event: LoggedEvent) -> str:
    """Where the thing stands whose history it belongs to; empty: it has no page."""
    kind, _, name = event.home.partition("/")
    return _HOMES[kind].format(quote(name, safe="")) if kind in _HOMES else ""


def has_personal(event: LoggedEvent) -> bool:
    """Whether it holds something that its page does not show."""
    return any(getattr(event.data, name, None) is not None for name in PERSONAL_FIELDS)


CARD_FIELDS = frozenset({"card_id", "other_card_id"})


def said_fields(
    event: LoggedEvent, language: Language, *, hidden: frozenset[str] = frozenset()
) -> Iterator[SaidField]:
    """What it said, field by field, without what is personal and what is hidden besides."""
    data: dict[str, Any] = msgspec.to_builtins(event.data)
    left_out = {*PERSONAL_FIELDS, *hidden}
    plain = {name: value for name, value in data.items() if name not in left_out}
    yield from _fields(plain, "$.data", language)


def _fields(said: Mapping[str, Any], path: str, language: Language) -> Iterator[SaidField]:
    for name, value in said.items():
        here = f"{path}.{name}"
        if isinstance(value, dict):
            yield from _fields(value, here, language)
        elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
            for place, each in enumerate(value):
                yield from _fields(each, f"{here}[{place}]", language)
        else:
            link = _LINKS.get(name, "").format(value) if isinstance(value, str) else ""
            yield SaidField(field_label(here, language), _text(name, value), link)


def _text(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "、".join(_text(name, each) for each in value)
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, int) and name.endswith("_fen"):
        return yuan_text(value)
    if name.endswith("_at") and isinstance(value, str):
        return f"{moment_of(parse_instant_us(value)):%Y-%m-%d %H:%M}"
    if name in ("region", "regions") and isinstance(value, str):
        return region_name(value) or value
    return "–" if value is None else str(value)
