"""From a card's recorded events to what the copies are made of."""

from collections.abc import Iterable, Mapping

from msgspec import structs

from campaigns.events.base import PERSONAL_FIELDS
from campaigns.events.care import ClinicConsulted
from campaigns.events.consents import ConsentGiven, ConsentRefused, ConsentWithdrawn
from campaigns.events.purchases import PurchaseMade
from campaigns.identifiers import mobile_e164
from crm.cards.card import Card
from crm.consents.facts import (
    ConsentDecision,
    HistoryItem,
    Purchase,
    Reading,
    SharedCard,
)
from crm.journal.logged_event import COMPANY, LoggedEvent

HISTORY_TYPES = frozenset(
    {
        "activity.attended",
        "clinic.consulted",
        "trial.started",
        "trial.ended",
        "follow_up.done",
        "club.joined",
        "club.left",
    }
)
CONSENT_TYPES = frozenset({"consent.given", "consent.refused", "consent.withdrawn"})
_NO_CODES = frozenset({"card_id", "activity_id", *PERSONAL_FIELDS})


def consent_decisions(card: Card) -> tuple[ConsentDecision, ...]:
    """Every recorded decision of the card on any purpose, in effective order."""
    return tuple(
        decision
        for event in card.events
        if event.type_name in CONSENT_TYPES and (decision := consent_decision(event)) is not None
    )


def is_shared(decisions: Iterable[ConsentDecision]) -> bool:
    """Whether a card with these decisions ever agreed to be shared with a dealer."""
    return any(
        decision.purpose == "share_with_dealer" and decision.is_consent for decision in decisions
    )


def shared_card(
    card: Card, decisions: tuple[ConsentDecision, ...], returned_units: Mapping[str, int]
) -> SharedCard:
    """The card as the rules of the copies look at it."""
    if not is_shared(decisions):
        # Nothing of it can be in a copy, and most cards are like that.
        return SharedCard(
            card.card_id, card.order, consents=decisions, deceased=card.deceased, erased=card.erased
        )
    return SharedCard(
        card_id=card.card_id,
        order=card.order,
        names=(card.name,) if card.name else (),
        sex=card.sex,
        birth_date=card.birth_date,
        birth_year=card.birth_year,
        phones=card.phones,
        address=card.address,
        region=card.region,
        dealer=card.dealer,
        activity_id=card.activity_id,
        conditions=card.conditions,
        medicines=card.medicines,
        devices=card.devices,
        readings=tuple(_readings(card)),
        history=tuple(_history_item(e) for e in card.events if e.type_name in HISTORY_TYPES),
        purchases=tuple(
            _purchase(event, event.data, returned_units)
            for event in card.events
            if event.type_name == "purchase.made" and isinstance(event.data, PurchaseMade)
        ),
        consents=decisions,
        deceased=card.deceased,
        erased=card.erased,
    )


def mobiles(card: Card) -> frozenset[str]:
    """The mainland mobiles on the card, E.164."""
    return frozenset(filter(None, map(mobile_e164, card.phones)))


def consent_decision(event: LoggedEvent) -> ConsentDecision | None:
    """What the event says on a purpose, if that is what it speaks of."""
    data = event.data
    if isinstance(data, ConsentGiven):
        return ConsentDecision(
            "given",
            data.purpose,
            data.dealer,
            frozenset(data.categories or ()),
            data.expires_on,
            event.order,
            event.day_precision,
            event.party == COMPANY or event.evidenced,
        )
    if isinstance(data, ConsentRefused | ConsentWithdrawn):
        return ConsentDecision(
            "refused" if isinstance(data, ConsentRefused) else "withdrawn",
            data.purpose,
            _of_whom(event, data),
            frozenset(),
            None,
            event.order,
            event.day_precision,
        )
    return None


def _of_whom(event: LoggedEvent, data: ConsentRefused | ConsentWithdrawn) -> str | None:
    """Which dealer is refused: what a dealer says counts for itself alone, all others' it is not
    to say."""
    if data.purpose == "share_with_dealer" and event.party != COMPANY:
        return event.party.partition("/")[2]
    return data.dealer


def _readings(card: Card) -> list[Reading]:
    return [
        Reading(
            event.time,
            event.starts_us,
            event.data.health.systolic_mmhg,
            event.data.health.diastolic_mmhg,
            event.data.health.pulse_bpm,
            event.data.health.note,
        )
        for event in card.events
        if event.type_name == "clinic.consulted" and isinstance(event.data, ClinicConsulted)
    ]


def _history_item(event: LoggedEvent) -> HistoryItem:
    fields = structs.asdict(event.data)
    return HistoryItem(
        event.type_name,
        event.time,
        event.order,
        "day" if event.day_precision else "second",
        fields.get("activity_id"),
        tuple(
            (name, value)
            for name, value in fields.items()
            if name not in _NO_CODES and isinstance(value, str)
        ),
    )


def _purchase(
    event: LoggedEvent, data: PurchaseMade, returned_units: Mapping[str, int]
) -> Purchase:
    return Purchase(
        data.purchase_id,
        event.time,
        event.starts_us,
        data.sku,
        data.quantity,
        returned_units.get(data.purchase_id, 0),
        data.unit_price_fen,
        data.channel,
        data.serials or (),
    )
