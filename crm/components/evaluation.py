"""One component: cards that must be looked at together, evaluated from their events alone.

A component is closed under everything by which one card can concern another: a phone, an ID
number, a name with a birth date, a human's decision, a thing that both speak of. Its evaluation is
a pure function of its events and surroundings, so no order of arrival can show in it. Every view is
made of evaluations; docs/architecture.md shows the way of an event.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from campaigns.events.purchases import PurchaseMade
from crm.cards.card import Card
from crm.components.fold import Fold
from crm.consents.consents import restricted
from crm.consents.facts import ConsentDecision, SharedCard
from crm.identity.resolution import Link, Resolution
from crm.journal.logged_event import EventKey, LoggedEvent
from crm.outcomes.cards import CardOutcomes
from crm.outcomes.outcome import Outcome, rejected
from crm.outcomes.shared import EvaluationContext
from crm.rewards.claims import Bench, Claim
from crm.rewards.earnings import Earnings, earnings_after, earnings_of
from crm.rewards.facts import PersonFacts
from crm.rewards.gathering import facts_of_people
from crm.rewards.judgement import payment_marks

JUDGED_BY_CLAIMS = frozenset({"reward.approved", "reward.paid"})
"""Only these have outcomes that hang on what members may have earned."""


@dataclass(frozen=True, slots=True)
class PersonView:
    """One person: the cards in effective order, and what holds for all of them."""

    person_id: str
    household_id: str
    cards: tuple[Card, ...]
    deceased: bool
    restricted: bool
    consents: tuple[tuple[ConsentDecision, ...], ...]
    """The consent decisions of each card."""
    shared: tuple[SharedCard, ...]


class Evaluation:
    """Everything that one component's events say, up to a point in the journal, at a moment.

    context: the contracts, policies and the day reached. at_us: the instant for which expiry is
    judged.
    """

    def __init__(self, fold: Fold, context: EvaluationContext, at_us: int) -> None:
        self.fold = fold
        self.context = context
        self.at_us = at_us

    @classmethod
    def of(
        cls, events: Sequence[LoggedEvent], context: EvaluationContext, at_us: int
    ) -> "Evaluation":
        """All events folded anew."""
        return cls(Fold(events, context), context, at_us)

    @property
    def events(self) -> Sequence[LoggedEvent]:
        """In effective order."""
        return self.fold.events

    @property
    def judged(self) -> CardOutcomes:
        """Outcomes of all events; approvals that are not allowed are in `outcomes` only."""
        return self.fold.judged

    @property
    def cards(self) -> dict[str, Card]:
        """Every known card, by id."""
        return self.fold.cards

    @property
    def resolution(self) -> Resolution:
        """Who is who."""
        return self.fold.resolution

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
        decisions = tuple(map(self.fold.decisions_of, cards))
        return PersonView(
            person_id,
            household_id,
            cards,
            deceased=any(card.deceased for card in cards),
            restricted=restricted(decisions, self.at_us),
            consents=decisions,
            shared=tuple(map(self.fold.shared_of, cards)),
        )

    def subject_of_purchase(self, purchase_id: str) -> str:
        """The subject of the event that made the purchase, even of a voided one."""
        made = self.judged.created.get(("purchase", purchase_id))
        if made is not None:
            return made.subject
        return min(
            event.subject
            for event in self.events
            if isinstance(event.data, PurchaseMade) and event.data.purchase_id == purchase_id
        )

    @property
    def claims(self) -> list[Claim]:
        """What members may have earned by the component's purchases, before caps."""
        return list(self.earnings.claims) if self.fold.may_have_claims else []

    @cached_property
    def outcomes(self) -> dict[EventKey, Outcome]:
        """The final outcome of every event, with the marks of payments."""
        if self.fold.types.isdisjoint(JUDGED_BY_CLAIMS):
            return self.judged.outcomes
        final = dict(self.judged.outcomes)
        for key in self.earnings.refused:
            final[EventKey(*key)] = rejected("not_allowed")
        for claim in self.earnings.claims:
            for key, marks in payment_marks(claim).items():
                final[EventKey(*key)] = Outcome("recorded", marks=tuple(sorted(marks)))
        return final

    @property
    def reward_facts(self) -> tuple[list[PersonFacts], Bench]:
        """What the component's purchases are judged by, person by person."""
        return facts_of_people(self._people(), self.events, self.judged, self.context)

    @cached_property
    def earnings(self) -> Earnings:
        """What members may have earned by each purchase; kept with the fold."""
        fold, context = self.fold, self.context
        if fold.earnings is not None and fold.earnings.hold_in(context):
            about = [event for name in fold.touched for event in fold.about_purchase(name)]
            fold.earnings = earnings_after(
                fold.earnings, fold.touched, self._buyers(), about, self.judged, context
            )
        else:
            fold.earnings = earnings_of(self._people(), self.events, self.judged, context)
        fold.touched = frozenset()
        return fold.earnings

    def _people(self) -> Iterator[tuple[Card, ...]]:
        for person in self.resolution.persons:
            yield tuple(self.cards[card_id] for card_id in person.card_ids)

    def _buyers(self) -> Iterator[tuple[Card, ...]]:
        """Whoever bought what more has been said of."""
        together, created = self.fold.cards_together, self.judged.created
        made = (created.get(("purchase", name)) for name in self.fold.touched)
        cards = {event.subject.partition("/")[2] for event in made if event is not None}
        for card_ids in {together[card_id] for card_id in cards}:
            yield tuple(self.cards[card_id] for card_id in card_ids)
