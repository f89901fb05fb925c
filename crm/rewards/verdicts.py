"""Headquarters' verdicts on the rewards of one purchase: who may approve, which decision holds.

Nobody approves what they entered: neither the purchase, nor the referral it is owed to, nor the
enrolment of the member. A payment is never refused: money that moved is a fact.

Decided here, where the published rules are silent:
- an approval is judged even when the reward it names is owed to nobody: then by the purchase and
  the enrolment alone;
- who entered something may still reject it;
- a verdict counts only when reward, purchase and member agree with each other;
- who approved once is an approver of the reward, also when a later one took it back.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from crm.rewards.attribution import Attribution, Membership
from crm.rewards.facts import EventKey, PurchaseFact, VerdictFact
from crm.rewards.states import Decision

Named = tuple[str, str]
"""What a verdict on a purchase names: (reward id, member)."""


class Verdicts(Struct, frozen=True, gc=False):
    """The verdicts on one reward: the later one of yes and no, who approved, and the payments.

    `approvers` are sorted: what is stored has one spelling.
    """

    decision: Decision | None = field(default=None, name="word")
    """Stored as `word`, and `Claim.verdicts` as `words`: claims of earlier versions are read on."""
    approvers: tuple[str, ...] = ()
    payments: tuple[VerdictFact, ...] = ()

    @property
    def paid_fen(self) -> int:
        """All that was paid, in fen."""
        if not self.payments:
            return 0
        return sum([payment.amount_fen for payment in self.payments])

    @property
    def payers(self) -> tuple[str, ...]:
        """Who paid, sorted."""
        if len(self.payments) <= 1:
            return tuple([payment.moment.actor for payment in self.payments])
        return tuple(sorted({payment.moment.actor for payment in self.payments}))


NO_VERDICTS = Verdicts()


def refused_approvals(
    purchase: PurchaseFact,
    attribution: Attribution | None,
    memberships: Mapping[str, Membership],
    verdicts: Iterable[VerdictFact],
) -> frozenset[EventKey]:
    """The approvals of a purchase's rewards by somebody who entered what they approve."""
    refused = set()
    for verdict in verdicts:
        if verdict.kind != "approved":
            continue
        owed = attribution
        if owed is not None and owed.membership.member != verdict.member:
            owed = None
        if verdict.moment.actor in entered_by(purchase, memberships.get(verdict.member), owed):
            refused.add(verdict.moment.key)
    return frozenset(refused)


def entered_by(
    purchase: PurchaseFact, membership: Membership | None, attribution: Attribution | None
) -> frozenset[str]:
    """Who entered what a reward rests on, and so may not approve it."""
    actors = {purchase.moment.actor}
    if membership is not None:
        actors.add(membership.enrolled.actor)
    if attribution is not None:
        actors.add(attribution.referral.moment.actor)
    return frozenset(actors)


def verdicts_on(
    verdicts: Sequence[VerdictFact], refused: frozenset[EventKey]
) -> dict[Named, Verdicts]:
    """Those on each reward that the verdicts on one purchase name, refused ones left out."""
    if not verdicts:
        return {}
    grouped: dict[Named, list[VerdictFact]] = {}
    for verdict in sorted(verdicts, key=lambda each: each.moment.order):
        if not refused or verdict.moment.key not in refused:
            grouped.setdefault((verdict.reward_id, verdict.member), []).append(verdict)
    return {named: _verdicts(group) for named, group in grouped.items()}


def _verdicts(verdicts: list[VerdictFact]) -> Verdicts:
    """What verdicts in effective order come to."""
    decision: Decision | None = None
    approvers: set[str] = set()
    payments: list[VerdictFact] = []
    for verdict in verdicts:
        if verdict.kind == "paid":
            payments.append(verdict)
            continue
        decision = verdict.kind
        if decision == "approved":
            approvers.add(verdict.moment.actor)
    return Verdicts(decision, tuple(sorted(approvers)), tuple(payments))
