"""A person's archive put together: what the cards say, every consent, and the timeline."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET, structs

from campaigns.events.base import PERSONAL_FIELDS
from crm.archives.consent_ledger import LedgerDecision, LedgerStanding, ledger_of
from crm.components.evaluation import Evaluation, PersonView
from crm.consents.uses import Closed
from crm.journal.logged_event import LoggedEvent

_OF_HEALTH = frozenset({"health"})


@dataclass(frozen=True, slots=True)
class ArchiveCard:
    """One card as it stands; nothing personal where it is erased or may not be seen."""

    card_id: str
    source: str
    source_kind: str
    region: str | None
    dealer: str | None
    activity_id: str | None
    erased: bool
    person: dict[str, Any]
    contact: dict[str, Any]
    health: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One event of the person, whatever became of it."""

    time: str
    timeprecision: str
    type: str
    card_id: str
    source: str
    id: str
    outcome: str
    reason: str | None
    waiting_for: str | None
    marks: tuple[str, ...]
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Archive:
    """Everything that the company knows of one person."""

    person_id: str
    household_id: str
    deceased: bool
    restricted: bool
    health_closed: bool
    cards: list[ArchiveCard]
    consents: list[LedgerDecision]
    standings: list[LedgerStanding]
    timeline: list[TimelineItem]


def archive_of(
    person: PersonView, evaluation: Evaluation, closed: Closed, *, hidden: bool
) -> Archive:
    """The archive; hidden: nothing personal in it is for this viewer.

    What is of health is shown to nobody while it is closed.
    """
    ledger = ledger_of(person, evaluation.at_us)
    subjects = {f"card/{card.card_id}" for card in person.cards}
    erased = {f"card/{card.card_id}" for card in person.cards if card.erased}
    health = _OF_HEALTH if closed.health else frozenset()
    return Archive(
        person.person_id,
        person.household_id,
        person.deceased,
        closed.archive,
        closed.health,
        [_card(card, hidden, closed.health) for card in person.cards],
        ledger.decisions,
        ledger.standings,
        [
            _item(
                event, evaluation, PERSONAL_FIELDS if hidden or event.subject in erased else health
            )
            for event in evaluation.events
            if event.subject in subjects
        ],
    )


def _card(card: Any, hidden: bool, is_closed: bool) -> ArchiveCard:
    def told(*names: str) -> dict[str, Any]:
        values = {} if hidden else {name: getattr(card, name) for name in names}
        return {name: value for name, value in values.items() if value not in (None, ())}

    return ArchiveCard(
        card.card_id,
        card.source,
        card.source_kind,
        card.region,
        card.dealer,
        card.activity_id,
        card.erased,
        told("name", "sex", "birth_date", "birth_year", "id_number"),
        told("phones", "address", "mail"),
        {} if is_closed else told("conditions", "medicines", "devices"),
    )


def _item(event: LoggedEvent, evaluation: Evaluation, hidden: Collection[str]) -> TimelineItem:
    outcome = evaluation.outcomes[event.key]
    data = {
        name: value
        for name, value in structs.asdict(event.data).items()
        if value is not None and value is not UNSET and name not in hidden
    }
    return TimelineItem(
        event.time,
        "day" if event.day_precision else "second",
        event.type_name,
        event.subject.partition("/")[2],
        event.source,
        event.id,
        outcome.outcome,
        outcome.reason,
        outcome.waiting_for,
        outcome.marks,
        msgspec.to_builtins(data),
    )
