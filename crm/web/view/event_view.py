"""One event as its page shows it: what it said, in words; what is personal stays in the archive."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec

from campaigns.events.base import PERSONAL_FIELDS
from campaigns.field_labels import field_label
from campaigns.regions import region_name
from campaigns.times import moment_of, parse_instant_us
from campaigns.wording.catalogues import LISTED
from campaigns.wording.days import said_day, whole_day_text
from campaigns.wording.languages import Language
from crm.journal.logged_event import LoggedEvent
from crm.money import yuan_text
from crm.web.view.code_words import code_word, level_word

_LINKS = {
    "activity_id": "/activities/{}",
    "card_id": "/people/{}",
    "other_card_id": "/people/{}",
    "member": "/members/{}",
    "reward_id": "/rewards/{}",
}
_PAGES = {"card": "/people/{}", "activity": "/activities/{}"}


@dataclass(frozen=True, slots=True)
class SaidField:
    """One line of what an event said; href: where the thing stands that it names."""

    label: str
    text: str
    href: str = ""


def address_of(source: str, event_id: str) -> str:
    """Where the page of an event stands."""
    return f"/event?source={quote(source, safe='')}&id={quote(event_id, safe='')}"


def page_of(event: LoggedEvent) -> str:
    """Where the thing stands whose history it belongs to; empty: it has no page."""
    kind, _, name = event.subject.partition("/")
    return _PAGES[kind].format(quote(name, safe="")) if kind in _PAGES else ""


def has_personal(event: LoggedEvent) -> bool:
    """Whether it holds something that its page does not show."""
    return any(getattr(event.data, name, None) is not None for name in PERSONAL_FIELDS)


CARD_FIELDS = frozenset({"card_id", "other_card_id"})


def said_fields(
    event: LoggedEvent,
    language: Language,
    say: Callable[[str], str],
    *,
    hidden: frozenset[str] = frozenset(),
) -> Iterator[SaidField]:
    """What it said, field by field and in words, without what is personal and what is hidden."""
    data: dict[str, Any] = msgspec.to_builtins(event.data)
    left_out = {*PERSONAL_FIELDS, *hidden}
    plain = {name: value for name, value in data.items() if name not in left_out}
    yield from _FieldTexts(event.type_name, language, say).fields(plain, "$.data")


@dataclass(frozen=True, slots=True)
class _FieldTexts:
    """The values of one type of event in a language."""

    type_name: str
    language: Language
    say: Callable[[str], str]

    def fields(self, said: Mapping[str, Any], path: str) -> Iterator[SaidField]:
        for name, value in said.items():
            here = f"{path}.{name}"
            if isinstance(value, dict):
                yield from self.fields(value, here)
            elif isinstance(value, list | tuple) and any(isinstance(each, dict) for each in value):
                for place, each in enumerate(value):
                    label = field_label(f"{here}[{place}]", self.language)
                    yield SaidField(label, self._line(each))
            else:
                link = _LINKS.get(name, "").format(value) if isinstance(value, str) else ""
                yield SaidField(field_label(here, self.language), self._text(name, value), link)

    def _line(self, said: Mapping[str, Any]) -> str:
        """An object of a list, as one line."""
        told = [
            f"{field_label(f'$.data.{name}', self.language)} {self._text(name, value, said)}"
            for name, value in said.items()
            if value is not None
        ]
        return " · ".join(told)

    def _text(self, name: str, value: Any, around: Mapping[str, Any] | None = None) -> str:
        if isinstance(value, dict):
            return f"({self._line(value)})"
        if isinstance(value, list | tuple):
            return self.say(LISTED).join(self._text(name, each) for each in value)
        if isinstance(value, str) and name == "level":
            return self.say(level_word(str((around or {}).get("thing", "")), value))
        if isinstance(value, str):
            return self.say(code_word(self.type_name, name, self._plain(name, value)))
        return self._plain(name, value)

    def _plain(self, name: str, value: Any) -> str:
        if isinstance(value, bool):
            return "✓" if value else "✗"
        if isinstance(value, int) and name.endswith("_fen"):
            return yuan_text(value)
        if name.endswith("_at") and isinstance(value, str):
            at = moment_of(parse_instant_us(value))
            return f"{whole_day_text(at.date(), self.language)} {at:%H:%M}"
        if name in ("region", "regions") and isinstance(value, str):
            return region_name(value) or value
        return "–" if value is None else said_day(str(value), self.language)
