"""One component: cards that must be looked at together, evaluated from their events alone.

A component is closed under everything by which one card can concern another: a phone, an ID
number, a name with a birth date, a human's word, a thing that both speak of. Its evaluation is a
pure function of its events and surroundings, so no order of arrival can show in it. Every view is
made of evaluations; docs/architecture.md shows the way of an event.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import attrgetter

from campaigns.events.people import (
    IdentityDifferent,
    IdentitySame,
    IdentityUndecided,
)
from campaigns.events.purchases import PurchaseMade
from crm.cards.card import Card, fold_card
from crm.consents.consents import restricted
from crm.consents.facts import ConsentWord, SharedCard
from crm.consents.gathering import consent_words, shared_card
from crm.identity.resolution import Link, Resolution, nobody_crowds, resolve
from crm.identity.traits import HumanWord, IdentityCard
from crm.journal.logged_event import EventKey, LoggedEvent
from crm.outcomes.cards import CardOutcomes, judge_cards
from crm.outcomes.outcome import Outcome, rejected
from crm.outcomes.shared import Surroundings
from crm.rewards.claims import Claim
from crm.rewards.gathering import claims_of_people
from crm.rewards.judgement import payment_marks

RESOLUTIONS_REMEMBERED = 8_192


@dataclass(frozen=True, slots=True)
class PersonView:
    """One person: the cards in effective order, and what holds for all of them."""

    person_id: str
    household_id: str
    cards: tuple[Card, ...]
    deceased: bool
    restricted: bool
    consents: tuple[tuple[ConsentWord, ...], ...]
    """The consent words of each card."""
    shared: tuple[SharedCard, ...]


class Evaluation:
    """Everything that one component's events say, up to a point in the journal.

    at_us: the instant for which expiry is judged.
    """

    def __init__(self, events: Sequence[LoggedEvent], around: Surroundings, at_us: int) -> None:
        self.events = sorted(events, key=attrgetter("order"))
        self.around = around
        self.at_us = at_us

    @cached_property
    def judged(self) -> CardOutcomes:
        """Outcomes of all events; approvals that are not allowed are in `outcomes` only."""
        return judge_cards(self.events, self.around)

    @cached_property
    def cards(self) -> dict[str, Card]:
        """Every known card, by id."""
        effective: dict[str, list[LoggedEvent]] = {}
        outcomes = self.judged.outcomes
        for event in self.events:
            if event.type_name != "card.registered" and outcomes[event.key].takes_effect:
                effective.setdefault(event.home, []).append(event)
        return {
            name: fold_card(
                event,
                effective.get(event.home, ()),
                erased=event.home in self.judged.erased_from,
            )
            for (kind, name), event in self.judged.created.items()
            if kind == "card"
        }

    @cached_property
    def resolution(self) -> Resolution:
        """Who is who."""
        words = tuple(
            word
            for event in self.events
            if event.type_name.startswith("identity.")
            and self.judged.outcomes[event.key].takes_effect
            and (word := human_word(event)) is not None
        )
        cards = tuple(map(identity_card, self.cards.values()))
        if self.around.is_crowded is nobody_crowds:
            return _resolved(cards, words)
        return resolve(cards, words, self.around.is_crowded)

    @cached_property
    def links(self) -> dict[str, Link]:
        """The link of each card."""
        return {link.card_id: link for link in self.resolution.links}

    @cached_property
    def persons(self) -> list[PersonView]:
        """Every person of the component."""
        return [
            self._person(person.person_id, person.household_id, person.card_ids)
            for person in self.resolution.persons
        ]

    def _person(self, person_id: str, household_id: str, card_ids: Iterable[str]) -> PersonView:
        cards = tuple(self.cards[card_id] for card_id in card_ids)
        words = tuple(consent_words(card) for card in cards)
        returned = self.judged.returned_units
        return PersonView(
            person_id,
            household_id,
            cards,
            deceased=any(card.deceased for card in cards),
            restricted=restricted(words, self.at_us),
            consents=words,
            shared=tuple(
                shared_card(card, said, returned) for card, said in zip(cards, words, strict=True)
            ),
        )

    def home_of_purchase(self, purchase_id: str) -> str:
        """The home of the event that made the purchase, even of a voided one."""
        made = self.judged.created.get(("purchase", purchase_id))
        if made is not None:
            return made.home
        return min(
            event.home
            for event in self.events
            if isinstance(event.data, PurchaseMade) and event.data.purchase_id == purchase_id
        )

    @cached_property
    def claims(self) -> list[Claim]:
        """What members may have earned by the component's purchases, before caps."""
        return self._claims_and_refusals[0]

    @cached_property
    def outcomes(self) -> dict[EventKey, Outcome]:
        """The final outcome of every event, with the marks of payments."""
        claims, refused = self._claims_and_refusals
        final = dict(self.judged.outcomes)
        for key in refused:
            final[EventKey(*key)] = rejected("not_allowed")
        for claim in claims:
            for key, marks in payment_marks(claim).items():
                final[EventKey(*key)] = Outcome("recorded", marks=tuple(sorted(marks)))
        return final

    @cached_property
    def _claims_and_refusals(self) -> tuple[list[Claim], frozenset[tuple[str, str]]]:
        return claims_of_people(self.persons, self.events, self.judged, self.around)


@lru_cache(RESOLUTIONS_REMEMBERED)
def _resolved(cards: tuple[IdentityCard, ...], words: tuple[HumanWord, ...]) -> Resolution:
    """Most events change nothing of who is who."""
    return resolve(cards, words)


def identity_card(card: Card) -> IdentityCard:
    """What matching may look at."""
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
    )


def human_word(event: LoggedEvent) -> HumanWord | None:
    """What a human said of two cards, if that is what the event is."""
    data = event.data
    if isinstance(data, IdentitySame):
        return HumanWord(data.card_id, data.other_card_id, "same", event.order)
    if isinstance(data, IdentityDifferent):
        return HumanWord(data.card_id, data.other_card_id, "different", event.order)
    if isinstance(data, IdentityUndecided):
        return HumanWord(data.card_id, data.other_card_id, "undecided", event.order)
    return None
