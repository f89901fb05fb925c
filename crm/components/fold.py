"""What the events of one component come to, as far as no day, contract or policy plays a part.

A fold is a pure function of the events and of the activities and members that they name. It never
changes: one more event gives another fold, at the cost of that event alone where it comes last in
effective order and takes nothing back (`Fold.then`), and otherwise at that of all events.
"""

from collections.abc import Mapping, Sequence, Set
from functools import cached_property
from operator import attrgetter

from crm.cards.card import Card, card_with, fold_card
from crm.components.index_keys import are_rewritten
from crm.components.matched_cards import (
    alone,
    identity_card,
    pair_decision,
    proving_less,
    resolved,
)
from crm.consents.facts import ConsentDecision, SharedCard
from crm.consents.gathering import (
    CONSENT_TYPES,
    consent_decision,
    consent_decisions,
    is_shared,
    shared_card,
)
from crm.identity.resolution import Resolution, nobody_crowds, resolve
from crm.identity.traits import PairDecision
from crm.journal.logged_event import LoggedEvent
from crm.outcomes.cards import CardOutcomes, is_claimed_by_another, judge_cards, judge_next
from crm.outcomes.creations import Key, thing_created
from crm.outcomes.shared import EvaluationContext
from crm.rewards.earnings import Earnings, purchases_touched

MOST_GROWN = 64
"""How often a fold grows by an event before all is folded anew: each growth copies what the events
come to. Where members may earn something every step is looked at, and to grow is always less."""

GROWS_BY = frozenset(
    {
        "activity.attended",
        "clinic.consulted",
        "trial.started",
        "trial.ended",
        "gift.given",
        "club.joined",
        "club.left",
        "follow_up.done",
        "complaint.raised",
        "complaint.resolved",
        "purchase.made",
        "purchase.returned",
        "referral.made",
        "relation.stated",
        "consent.given",
        "consent.refused",
        "consent.withdrawn",
        "reward.approved",
        "reward.rejected",
        "reward.paid",
    }
)
"""Events that neither take anything back nor say anything of who is who."""


_NO_CONTEXT = EvaluationContext(lambda _: None, lambda _: None)


def may_have_claims(types: Set[str]) -> bool:
    """Whether events of these types may come to claims, or may have come to some that are gone."""
    return "reward.paid" in types or {"purchase.made", "referral.made"} <= types


class Fold:
    """The events of one component in effective order, and what they come to."""

    def __init__(self, events: Sequence[LoggedEvent], context: EvaluationContext) -> None:
        self.events: Sequence[LoggedEvent] = sorted(events, key=attrgetter("order"))
        self.context = context
        self.weights = context.weights
        self._resolutions: list[Resolution] = []
        """None or one, shared with all that grow out of this fold, as is the next."""
        self._together: dict[str, tuple[str, ...]] = {}
        self._decisions: dict[str, tuple[ConsentDecision, ...]] = {}
        self._shared: dict[str, SharedCard] = {}
        self._grown = 0
        self.earnings: Earnings | None = None
        """What members may have earned, as far as that was asked; evaluations keep it."""
        self.touched: frozenset[str] = frozenset()
        """The purchases of which more has been said since."""

    @classmethod
    def restored(
        cls, events: Sequence[LoggedEvent], judged: CardOutcomes, resolution: Resolution | None
    ) -> "Fold":
        """That of events in effective order whose outcomes are known, and perhaps who is who."""
        fold = cls((), _NO_CONTEXT)
        fold.events = events
        fold.judged = judged
        fold._resolutions = [] if resolution is None else [resolution]
        return fold

    @property
    def known_resolution(self) -> Resolution | None:
        """Who is who, where that is worked out already."""
        return self._resolutions[0] if self._resolutions else None

    def then(self, event: LoggedEvent, context: EvaluationContext) -> "Fold | None":
        """The fold of one event more; None where all must be folded anew."""
        if event.type_name not in GROWS_BY or self.is_waiting:
            return None
        if self._grown >= MOST_GROWN and not self.may_have_claims:
            return None
        if not self.events or event.order <= self.events[-1].order:
            return None
        thing = thing_created(event)
        if thing is not None and is_claimed_by_another(event, self._about.get(thing, ())):
            return None
        grown = Fold((), context)
        grown.events = [*self.events, event]
        grown._resolutions, grown._together = self._resolutions, self._together
        grown._grown = self._grown + 1
        grown.judged = judge_next(self.judged, event, context)
        grown.types = self.types | {event.type_name}
        outcome = grown.judged.outcomes[event.key]
        grown.is_waiting = outcome.outcome == "waiting"
        self._hand_on(grown, event if outcome.takes_effect else None)
        grown.earnings = self.earnings
        grown.touched = self.touched | purchases_touched(event, self.events)
        return grown

    def _hand_on(self, grown: "Fold", event: LoggedEvent | None) -> None:
        """What is worked out already holds for the grown fold too, but for the event's card."""
        about = self.__dict__.get("_about")
        if about is not None:
            grown._about = _with(about.copy(), grown.events[-1])
        cards = self.__dict__.get("cards")
        if cards is None:
            return
        kind, _, name = ("", "", "") if event is None else event.subject.partition("/")
        card = cards.get(name) if kind == "card" else None
        grown._decisions = self._decisions.copy()
        grown._shared = self._shared.copy()
        if event is None or card is None:
            grown.cards = cards
            return
        grown.cards = cards | {name: card_with(card, event)}
        decision = consent_decision(event) if event.type_name in CONSENT_TYPES else None
        if decision is not None and name in grown._decisions:
            grown._decisions[name] += (decision,)
        if event.type_name == "purchase.returned":
            # The purchase may stand on another card.
            grown._shared.clear()
        grown._shared.pop(name, None)

    def settled(self) -> "Fold":
        """Itself, with all that needs the context worked out: it holds on to nothing else."""
        _ = self.judged, self.is_waiting, self.resolution if self.weights else None
        self.context = _NO_CONTEXT
        return self

    def about_purchase(self, purchase_id: str) -> Sequence[LoggedEvent]:
        """What was said of a purchase, whatever became of it."""
        return self._about.get(("purchase", purchase_id), ())

    @cached_property
    def _about(self) -> dict[Key, tuple[LoggedEvent, ...]]:
        """Thing → the events that would bring it into being, and what is said of purchases."""
        about: dict[Key, tuple[LoggedEvent, ...]] = {}
        for event in self.events:
            _with(about, event)
        return about

    @property
    def cards_together(self) -> Mapping[str, tuple[str, ...]]:
        """Card → all cards of its person."""
        if not self._together:
            for person in self.resolution.persons:
                self._together.update(dict.fromkeys(person.card_ids, person.card_ids))
        return self._together

    @cached_property
    def judged(self) -> CardOutcomes:
        """Outcomes of all events; approvals that are not allowed are recorded ones here."""
        return judge_cards(self.events, self.context)

    @cached_property
    def types(self) -> frozenset[str]:
        """The types of all events."""
        return frozenset(event.type_name for event in self.events)

    @cached_property
    def is_waiting(self) -> bool:
        """Whether anything waits, so that the next event may be what it waits for."""
        return any(each.outcome == "waiting" for each in self.judged.outcomes.values())

    @property
    def may_have_claims(self) -> bool:
        """Whether there may be claims now, or may have been some that are gone again."""
        return may_have_claims(self.types)

    @cached_property
    def cards(self) -> dict[str, Card]:
        """Every known card, by id."""
        effective: dict[str, list[LoggedEvent]] = {}
        outcomes = self.judged.outcomes
        erased = {*self.judged.erased_from, *self.context.erased_later}
        for event in self.events:
            if event.type_name != "card.registered" and outcomes[event.key].takes_effect:
                effective.setdefault(event.subject, []).append(event)
        return {
            name: fold_card(
                event,
                effective.get(event.subject, ()),
                erased=event.subject in erased,
            )
            for (kind, name), event in self.judged.created.items()
            if kind == "card"
        }

    @property
    def resolution(self) -> Resolution:
        """Who is who."""
        if not self._resolutions:
            self._resolutions.append(self._resolve())
        return self._resolutions[0]

    @property
    def pair_decisions(self) -> tuple[PairDecision, ...]:
        """What people said of who is who, as far as it takes effect."""
        return tuple(
            decision
            for event in self.events
            if event.type_name.startswith("identity.")
            and self.judged.outcomes[event.key].takes_effect
            and (decision := pair_decision(event)) is not None
        )

    def _resolve(self) -> Resolution:
        if len(self.cards) == 1:
            return alone(next(iter(self.cards)))
        rewritten = are_rewritten(self.events, [card.events[0] for card in self.cards.values()])
        cards = tuple(
            proving_less(card) if card.card_id in rewritten else card
            for card in map(identity_card, self.cards.values())
        )
        if self.context.is_crowded is nobody_crowds:
            return resolved(cards, self.pair_decisions, self.weights)
        return resolve(cards, self.pair_decisions, self.context.is_crowded, self.weights)

    def decisions_of(self, card: Card) -> tuple[ConsentDecision, ...]:
        """The consent words of one of the cards."""
        decisions = self._decisions.get(card.card_id)
        if decisions is None:
            decisions = self._decisions[card.card_id] = consent_decisions(card)
        return decisions

    def shared_of(self, card: Card) -> SharedCard:
        """One of the cards as the rules of the copies look at it."""
        shared = self._shared.get(card.card_id)
        if shared is None:
            shared = shared_card(card, self.decisions_of(card), self.judged.returned_units)
            self._shared[card.card_id] = shared
        return shared

    @cached_property
    def is_shared(self) -> bool:
        """Whether any card ever agreed to be shared with a dealer."""
        return any(is_shared(self.decisions_of(card)) for card in self.cards.values())


def _with(
    about: dict[Key, tuple[LoggedEvent, ...]], event: LoggedEvent
) -> dict[Key, tuple[LoggedEvent, ...]]:
    things = {thing_created(event)}
    purchase_id = getattr(event.data, "purchase_id", None)
    if purchase_id is not None:
        things.add(("purchase", purchase_id))
    for thing in things:
        if thing is not None:
            about[thing] = (*about.get(thing, ()), event)
    return about
