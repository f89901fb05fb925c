"""From a component's cards and events to what matching looks at."""

from dataclasses import replace
from functools import lru_cache

from campaigns.events.people import IdentityDifferent, IdentitySame, IdentityUndecided
from campaigns.ids import household_id, person_id
from crm.cards.card import Card, as_told
from crm.identity.resolution import Link, Person, Resolution, resolve
from crm.identity.traits import IdentityCard, PairDecision
from crm.identity.weights import Weights
from crm.journal.logged_event import LoggedEvent

RESOLUTIONS_REMEMBERED = 2_048


def alone(card_id: str) -> Resolution:
    """Who is who where there is one card."""
    who = person_id(card_id)
    person = Person(who, (card_id,), household_id(who))
    return Resolution((person,), (Link(card_id, who, "alone", None),), {who: who})


@lru_cache(RESOLUTIONS_REMEMBERED)
def resolved(
    cards: tuple[IdentityCard, ...], decisions: tuple[PairDecision, ...], weights: Weights | None
) -> Resolution:
    """Most events change nothing of who is who."""
    return resolve(cards, decisions, weights=weights)


def identity_card(card: Card) -> IdentityCard:
    """What matching may look at."""
    return as_it_stands(as_told(card))


def as_it_stands(card: Card) -> IdentityCard:
    """Who the card is about by the values in force, whoever wrote them."""
    return IdentityCard(
        card_id=card.card_id,
        order=card.order,
        name=card.name,
        sex=card.sex,
        birth_date=card.birth_date,
        birth_year=card.birth_year,
        id_number=card.id_number,
        phones=card.phones,
        region=card.region,
        address=card.address,
    )


def proving_less(card: IdentityCard) -> IdentityCard:
    """A card that was rewritten so often that its name with birth date or place proves nothing."""
    year = card.birth_date.year if card.birth_date is not None else card.birth_year
    return replace(card, region=None, address=None, birth_date=None, birth_year=year)


def pair_decision(event: LoggedEvent) -> PairDecision | None:
    """What a human said of two cards, if that is what the event is."""
    data = event.data
    if isinstance(data, IdentitySame):
        return PairDecision(data.card_id, data.other_card_id, "same", event.order)
    if isinstance(data, IdentityDifferent):
        return PairDecision(data.card_id, data.other_card_id, "different", event.order)
    if isinstance(data, IdentityUndecided):
        return PairDecision(data.card_id, data.other_card_id, "undecided", event.order)
    return None
