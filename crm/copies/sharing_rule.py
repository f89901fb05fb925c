"""The rule of sharing: whether a card is in a dealer's copy, with which categories, and why not.

A card contributes to a copy when the dealer has a contract and a ground to know the person, when
the card's own consent for this dealer holds, and when no card of the person objects. Source:
marketing handbook p. 39 (archive in two copies); PIPL art. 23, 28–30 (consent per handler and for
health).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crm.consents.consents import (
    NOTHING_NAMED,
    ONLY_WITH_HEALTH,
    decisions_on,
    has_expired,
    is_allowed,
    last_decision,
    objection_to,
    restricted,
)
from crm.consents.facts import ActivityInfo, ConsentDecision, Contract, SharedCard
from crm.copies.contracts import Territory, territories


class Ground(StrEnum):
    """Why a dealer with a contract may ask for a card at all; one is enough."""

    TERRITORY = "territory"
    """Its contracts cover the card's region."""
    ACTIVITY = "activity"
    """It carries out the activity at which the card was registered."""
    NAMED = "named_on_card"
    """The card names it as its dealer."""


class Obstacle(StrEnum):
    """Why a card does not contribute; each is enough."""

    ERASED = "erased"
    RESTRICTED = "restricted"
    """The person's last decision on the archive is a no, or has expired."""
    NO_CONTRACT = "no_contract"
    """The dealer has no contract on this day."""
    NO_GROUND = "no_ground"
    NO_CONSENT = "no_consent"
    """The card says nothing on this dealer."""
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "consent_expired"
    OVERRULED = "overruled_by_person"
    """A refusal or withdrawal among all cards of the person stands above this card's consent."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What holds for everybody at one instant: who has a contract, who carries out what."""

    at_us: int
    territories: Mapping[str, Territory]
    activities: Mapping[str, ActivityInfo]

    def carries_out(self, dealer: str, activity_id: str | None) -> bool:
        """Whether the activity is known and this dealer's."""
        activity = self.activities.get(activity_id) if activity_id is not None else None
        return activity is not None and activity.dealer == dealer


def circumstances(
    contracts: Iterable[Contract], activities: Mapping[str, ActivityInfo], at_us: int
) -> Circumstances:
    """The circumstances at `at_us`; `activities` by their id, as they stand at that time."""
    return Circumstances(at_us, territories(contracts, at_us), activities)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one card gives to one dealer's copy, and why or why not.

    `categories` is what the dealer gets of this card, `withheld` what was consented to but lacks
    the consent `health` on this card. Both are empty when there is an obstacle.
    """

    grounds: tuple[Ground, ...]
    obstacles: tuple[Obstacle, ...]
    categories: frozenset[str]
    withheld: frozenset[str]

    @property
    def contributes(self) -> bool:
        """Whether the card is in the copy."""
        return not self.obstacles


def contribution_of(
    card: SharedCard, dealer: str, person: Sequence[SharedCard], at: Circumstances
) -> Contribution:
    """What the card gives to the dealer's copy, or what stands in the way.

    `person` holds all cards that the person has at that time, this one included.
    """
    grounds = tuple(_grounds(card, dealer, at))
    decision = last_decision(card.consents, "share_with_dealer", at.at_us, dealer)
    everybody = [said for other in person for said in other.consents]
    obstacles = (
        *_obstacles_of_standing(card, dealer, person, grounds, at),
        *obstacles_of_consent(card.consents, everybody, dealer, at.at_us),
    )
    if obstacles or decision is None:
        return Contribution(grounds, obstacles, frozenset(), frozenset())
    named = decision.categories or NOTHING_NAMED
    withheld = frozenset(
        category
        for category in named & ONLY_WITH_HEALTH
        if not is_allowed(card.consents, "share_with_dealer", at.at_us, dealer, category, everybody)
    )
    return Contribution(grounds, obstacles, named - withheld, withheld)


def _grounds(card: SharedCard, dealer: str, at: Circumstances) -> Iterable[Ground]:
    territory = at.territories.get(dealer)
    if territory is not None and territory.covers(card.region):
        yield Ground.TERRITORY
    if at.carries_out(dealer, card.activity_id):
        yield Ground.ACTIVITY
    if card.dealer == dealer:
        yield Ground.NAMED


def _obstacles_of_standing(
    card: SharedCard,
    dealer: str,
    person: Sequence[SharedCard],
    grounds: Sequence[Ground],
    at: Circumstances,
) -> Iterable[Obstacle]:
    if card.erased:
        yield Obstacle.ERASED
    if restricted((other.consents for other in person), at.at_us):
        yield Obstacle.RESTRICTED
    if dealer not in at.territories:
        yield Obstacle.NO_CONTRACT
    if not grounds:
        yield Obstacle.NO_GROUND


def obstacles_of_consent(
    card: Sequence[ConsentDecision],
    everybody: Iterable[ConsentDecision],
    dealer: str,
    at_us: int,
) -> Iterable[Obstacle]:
    """What of its decisions, and of those of all the person's cards, keeps a card from a dealer."""
    decision = last_decision(card, "share_with_dealer", at_us, dealer)
    if decision is None:
        yield Obstacle.NO_CONSENT
    elif not decision.is_consent:
        yield Obstacle.REFUSED if decision.kind == "refused" else Obstacle.WITHDRAWN
    else:
        if has_expired(decision, at_us):
            yield Obstacle.EXPIRED
        said, of_card = (
            decisions_on(each, "share_with_dealer", at_us, dealer) for each in (everybody, card)
        )
        if objection_to(decision, said, of_card):
            yield Obstacle.OVERRULED
