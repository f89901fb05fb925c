"""The person's own copy: everything that is held about them, in plain words (PIPL art. 45).

What is not theirs is left out: other people's cards, the buyer's name and phone, who referred them;
so are the company's marks (which cards are one person, rewards). Notes of staff may speak of
others, so they are counted here and handed over once somebody has read them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns.events.base import PrivateNote
from campaigns.events.care import ClinicConsulted, ComplaintRaised, ComplaintResolved
from campaigns.events.consents import ConsentGiven, ConsentRefused, ConsentWithdrawn
from campaigns.events.people import CardCorrected, CardRegistered
from campaigns.field_labels import field_label
from campaigns.regions import region_name
from campaigns.times import moment_of
from campaigns.wording.catalogues import LISTED, translated
from campaigns.wording.languages import Language
from crm.cards.card import Card
from crm.components.evaluation import Evaluation, PersonView
from crm.copies.copy_rows import CopyRow
from crm.copies.recalls import Recall
from crm.journal.logged_event import LoggedEvent
from crm.money import yuan_text
from crm.rights import sentences as said
from crm.rights.parts import Entry, Line, OwnCopy, Section

Label = Callable[[str, str], str]
"""(group, code) → what it is called in the language of the copy."""

_PERSON = ("name", "sex", "birth_date", "birth_year", "id_number")
_CONTACT = ("phones", "address", "mail", "region")
_HEALTH = ("conditions", "medicines", "devices")
_CODES = (
    *("sku", "serial", "serials", "quantity", "unit_price_fen", "channel", "item", "value_fen"),
    *("club", "outcome", "kind", "reason_code", "relation", "source_kind"),
)
_NOT_OF_THE_PERSON = ("identity.", "event.", "referral.", "reward")
"""Events that are the company's own marks, or speak of who referred somebody."""
_WORDS = ConsentGiven | ConsentRefused | ConsentWithdrawn


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keeps the archive, as the person is told it; no contact: the staff tell it."""

    name: str
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """What the company holds: the person, the evaluation that says it, the rows of every copy.

    recalls: what was taken back of the person's rows, and nobody has said to be deleted.
    """

    person: PersonView
    evaluation: Evaluation
    rows: Sequence[CopyRow]
    recalls: Sequence[Recall] = ()


def own_copy(holding: Holding, keeper: Keeper, language: Language, label: Label) -> OwnCopy:
    """The copy as of the evaluation's instant."""
    person, evaluation = holding.person, holding.evaluation
    held = holding.rows, holding.recalls
    return _Writer(person, evaluation, *held, keeper, language, label).written()


@dataclass(frozen=True)
class _Writer:
    person: PersonView
    evaluation: Evaluation
    rows: Sequence[CopyRow]
    recalls: Sequence[Recall]
    keeper: Keeper
    language: Language
    label: Label

    def written(self) -> OwnCopy:
        sections = [
            self._about(),
            self._held(),
            self._happened(),
            self._said(),
            self._copies(),
            self._rights(),
        ]
        made = self.say(said.MADE, time=_clock(self.evaluation.at_us))
        return OwnCopy(self.language, self.say(said.TITLE), made, sections)

    def say(self, text: str, **values: object) -> str:
        return translated(text, self.language, **values)

    def _about(self) -> Section:
        contact = self.keeper.contact
        reach = self.say(said.CONTACT, contact=contact) if contact else self.say(said.NO_CONTACT)
        who = self.say(said.COMPANY, company=self.keeper.name)
        return Section("keeper", self.say(said.WHO_WE_ARE), [who, reach], [])

    def _held(self) -> Section:
        notes = sum(map(_has_note, self._events()))
        paragraphs = [self.say(said.NOTES, count=notes)] if notes else []
        entries = [self._card(card) for card in self.person.cards]
        return Section("held", self.say(said.WHAT_WE_HOLD), paragraphs, entries)

    def _card(self, card: Card) -> Entry:
        title = self.say(said.CARD, card_id=card.card_id)
        if card.erased:
            return Entry(title, [Line("erased", self.say(said.ERASED), "")])
        lines = [self._line(name, getattr(card, name)) for name in _PERSON + _CONTACT + _HEALTH]
        kept = [line for line in lines if line is not None]
        return Entry(title, kept, self._origin(card.events[0]))

    def _line(self, name: str, value: Any) -> Line | None:
        if value in (None, "", (), []):
            return None
        return Line(name, field_label(f"$.data.{name}", self.language), self._value(name, value))

    def _value(self, name: str, value: Any) -> str | int | list[str]:
        if isinstance(value, list | tuple):
            return [str(each) for each in value]
        if name == "region":
            return region_name(value) or str(value)
        if name.endswith("_fen"):
            return yuan_text(value)
        if isinstance(value, int):
            return value
        return self.label("value", str(value)) if name in _CODED else str(value)

    def _events(self) -> Iterator[LoggedEvent]:
        """Everything that is kept of the person, whatever became of it, in effective order."""
        subjects = {f"card/{card.card_id}" for card in self.person.cards}
        for event in self.evaluation.events:
            if event.subject in subjects and not event.type_name.startswith(_NOT_OF_THE_PERSON):
                yield event

    def _happened(self) -> Section:
        entries = [
            self._happening(event) for event in self._events() if not isinstance(event.data, _WORDS)
        ]
        return Section("events", self.say(said.WHERE_FROM), [], entries)

    def _happening(self, event: LoggedEvent) -> Entry:
        lines = [self._line(name, getattr(event.data, name, None)) for name in _CODES]
        lines.append(self._activity(event))
        lines += self._personal(event)
        outcome = self.evaluation.outcomes[event.key].outcome
        if outcome != "recorded":
            told = self.label("outcome", outcome)
            lines.append(Line("state", field_label("$.data.outcome", self.language), told))
        kept = [line for line in lines if line is not None]
        return Entry(self._title(event), kept, self._origin(event))

    def _title(self, event: LoggedEvent) -> str:
        when = _clock(event.starts_us, day_only=event.day_precision)
        return f"{when} {self.label('event', event.type_name)}"

    def _activity(self, event: LoggedEvent) -> Line | None:
        activity_id = getattr(event.data, "activity_id", None)
        activity = self.evaluation.context.activity(activity_id) if activity_id else None
        return self._line("title", activity.title if activity else None)

    def _personal(self, event: LoggedEvent) -> Iterable[Line | None]:
        """What only this event says: a reading, the words of a complaint, what was corrected."""
        data = event.data
        if event.blank or self._is_erased(event):
            return []
        if isinstance(data, ClinicConsulted):
            names = ("systolic_mmhg", "diastolic_mmhg", "pulse_bpm", "note")
            return [self._line(name, getattr(data.health, name)) for name in names]
        if isinstance(data, ComplaintRaised | ComplaintResolved):
            return [self._line("text", getattr(data.private, "text", None))]
        if isinstance(data, CardRegistered | CardCorrected):
            parts = (data.person, data.contact, data.health, data)
            fields = (_PERSON, ("phones", "address", "mail"), _HEALTH, ("region",))
            return [
                self._line(name, _written(getattr(part, name, None)))
                for part, each in zip(parts, fields, strict=True)
                for name in each
            ]
        return []

    def _is_erased(self, event: LoggedEvent) -> bool:
        cards = self.person.cards
        return any(card.erased and event.subject == f"card/{card.card_id}" for card in cards)

    def _origin(self, event: LoggedEvent) -> str:
        if event.role.startswith("dealer/"):
            who = self.say(said.BY_DEALER, name=self._dealer(event.role.partition("/")[2]))
        else:
            who = self.say(said.STAFF if event.role == "staff" else said.HEADQUARTERS)
        return self.say(said.RECEIVED, who=who, time=_clock(event.received_us))

    def _dealer(self, code: str) -> str:
        contracts = self.evaluation.context.contracts
        names = [fact.data.name for fact in contracts if fact.data.dealer == code]
        return names[-1] if names else code

    def _said(self) -> Section:
        entries = [self._word(event) for event in self._events() if isinstance(event.data, _WORDS)]
        silence = [] if entries else [self.say(said.NO_WORD)]
        return Section("consents", self.say(said.WHAT_YOU_SAID), silence, entries)

    def _word(self, event: LoggedEvent) -> Entry:
        data = event.data
        assert isinstance(data, _WORDS)
        lines = [self._line("purpose", self.label("purpose", data.purpose))]
        if data.dealer is not None:
            lines.append(self._line("dealer", self._dealer(data.dealer)))
        if isinstance(data, ConsentGiven):
            lines += [
                self._line("categories", self._categories(data.categories or ())),
                self._line("method", data.method),
                self._line("by", self.say(said.BY[data.by])),
                self._line("giver_name", data.private and data.private.giver_name),
                self._line("notice_version", data.notice_version),
                self._line("expires_on", data.expires_on and data.expires_on.isoformat()),
            ]
        kept = [line for line in lines if line is not None]
        return Entry(self._title(event), kept, self._origin(event))

    def _categories(self, names: Iterable[str]) -> list[str]:
        return [self.say(said.CATEGORIES[name]) for name in names]

    def _copies(self) -> Section:
        mine = {card.card_id for card in self.person.cards}
        rows = [row for row in self.rows if mine & {*row.cards}]
        told = [
            self.say(
                said.COPY_OF,
                name=self._dealer(row.dealer),
                dealer=row.dealer,
                categories=self._join(
                    said.CATEGORIES[n] for n in said.CATEGORIES if n in row.content
                ),
            )
            for row in sorted(rows, key=lambda row: row.dealer)
        ]
        told += [self._recalled(recall) for recall in self.recalls]
        title = self.say(said.WHO_HAS_A_COPY)
        return Section("copies", title, told or [self.say(said.NO_COPY)], [])

    def _recalled(self, recall: Recall) -> str:
        when, name = _clock(recall.since_us, day_only=True), self._dealer(recall.dealer)
        return self.say(said.COPY_RECALLED, name=name, dealer=recall.dealer, when=when)

    def _join(self, words: Iterable[str]) -> str:
        return translated(LISTED, self.language).join(map(self.say, words))

    def _rights(self) -> Section:
        paragraphs = [self.say(words) for words in (*said.RIGHTS, said.LEFT_OUT)]
        return Section("rights", self.say(said.YOUR_RIGHTS), paragraphs, [])


_CODED = frozenset(
    {"sex", "channel", "outcome", "kind", "reason_code", "relation", "source_kind", "method"}
)
"""Fields whose values are codes with a word of their own."""


def _written(value: Any) -> Any:
    """A value of a correction: what is not named, and what was cleared, says nothing."""
    return value if isinstance(value, str | int | tuple | list) or hasattr(value, "year") else None


def _has_note(event: LoggedEvent) -> bool:
    private = getattr(event.data, "private", None)
    return isinstance(private, PrivateNote) and bool(private.note)


def _clock(at_us: int, *, day_only: bool = False) -> str:
    return moment_of(at_us).strftime("%Y-%m-%d" if day_only else "%Y-%m-%d %H:%M")
