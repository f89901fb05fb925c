"""What members may have earned by the purchases of one component, purchase by purchase.

Most events move the claims of one purchase or of none: the others are taken over, so that a
person's thousandth purchase costs little more than the second.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date

from campaigns.events.purchases import PurchaseMade, PurchaseReturned, ReferralMade
from campaigns.events.rewards import RewardApproved, RewardPaid, RewardRejected
from crm.journal.logged_event import LoggedEvent
from crm.outcomes.cards import CardOutcomes
from crm.outcomes.shared import EvaluationContext, Member
from crm.rewards.claims import Claim, PurchaseClaims, claims_by_purchase
from crm.rewards.facts import EventKey, PersonFacts
from crm.rewards.gathering import Cards, facts_of_people, moment


@dataclass(frozen=True, slots=True)
class Earnings:
    """The claims by each purchase, and what they hang on beside the component's events.

    members: whoever is spoken of; None: nobody has that code.
    """

    by_purchase: Mapping[str, PurchaseClaims]
    members: Mapping[str, Member | None]
    policies: Sequence[LoggedEvent]
    reached_day: date | None

    @property
    def claims(self) -> Iterator[Claim]:
        """By all purchases."""
        return (claim for claims, _ in self.by_purchase.values() for claim in claims)

    @property
    def refused(self) -> Iterator[EventKey]:
        """The approvals that are not allowed."""
        return (key for _, refused in self.by_purchase.values() for key in refused)

    def hold_in(self, context: EvaluationContext) -> bool:
        """Whether the same is earned as policies, members and the day are now."""
        return (
            context.policies == self.policies
            and all(context.member(code) == member for code, member in self.members.items())
            and not self._ends_between(context.reached_day)
        )

    def _ends_between(self, day: date | None) -> bool:
        """Whether any hold ends between the day that was reached and another."""
        if day == self.reached_day:
            return False
        low, high = sorted((self.reached_day or date.min, day or date.min))
        return any(
            claim.releases_on is not None and low < claim.releases_on <= high
            for claim in self.claims
        )


def earnings_of(
    persons: Iterable[Cards],
    events: Sequence[LoggedEvent],
    judged: CardOutcomes,
    context: EvaluationContext,
) -> Earnings:
    """What is earned by all purchases of some people."""
    facts, bench = facts_of_people(persons, events, judged, context)
    found = {
        name: claims for fact in facts for name, claims in claims_by_purchase(fact, bench).items()
    }
    return Earnings(found, _members(facts, context), context.policies, context.reached_day)


def earnings_after(
    earlier: Earnings,
    touched: Set[str],
    persons: Iterable[Cards],
    events: Sequence[LoggedEvent],
    judged: CardOutcomes,
    context: EvaluationContext,
) -> Earnings:
    """The same where only some purchases were touched since; the others hold in the context."""
    if not touched:
        return replace(earlier, reached_day=context.reached_day)
    facts, bench = facts_of_people(persons, events, judged, context, only=touched)
    found = dict(earlier.by_purchase)
    for name in touched:
        found.pop(name, None)
    for fact in facts:
        found |= claims_by_purchase(fact, bench)
    members = {**earlier.members, **_members(facts, context)}
    return Earnings(found, members, context.policies, context.reached_day)


def _members(facts: Iterable[PersonFacts], context: EvaluationContext) -> dict[str, Member | None]:
    codes: set[str] = set()
    for fact in facts:
        codes.update(referral.member for referral in fact.referrals)
        codes.update(verdict.member for verdict in fact.verdicts)
    return {code: context.member(code) for code in sorted(codes)}


def purchases_touched(event: LoggedEvent, events: Sequence[LoggedEvent]) -> frozenset[str]:
    """The purchases whose claims may be others by an event that comes after all the others.

    It is last in effective order, takes nothing back and says nothing of who is who.
    """
    data = event.data
    if isinstance(
        data, PurchaseMade | PurchaseReturned | RewardApproved | RewardRejected | RewardPaid
    ):
        return frozenset({data.purchase_id})
    if not isinstance(data, ReferralMade):
        return frozenset()
    # Where the clock is not known a referral counts for what was bought on the same day before it.
    day = moment(event).day
    return frozenset(
        other.data.purchase_id
        for other in events
        if isinstance(other.data, PurchaseMade) and moment(other).day == day
    )
