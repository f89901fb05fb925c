"""The whole judgement: from persons, members and policies to rewards, refusals and balances.

Decided here, where the published rules are silent:
- `reason` is given for the state `blocked` only; of a blocked reward that was paid all the same
  the receivable and `nothing_due` among its marks tell;
- a set-off looks at the whole set of facts, not at who paid first: the member's receivable is what
  all its rewards were overpaid by; payments that fell short take from it in effective order (of
  each reward's last payment), each whole or not at all;
- two claims under one id happen only when a payment carries another reward's id: the reward that
  is owed keeps the row, the balances of both stand under the id.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Literal, TypeVar

from msgspec import Struct

from campaigns.events.rewards import Mode
from crm.rewards.attribution import membership_of
from crm.rewards.caps import capped_fen
from crm.rewards.claims import Bench, Claim, claims_of
from crm.rewards.facts import EventKey, MemberFact, PersonFacts, PolicyFact
from crm.rewards.policy import timetable
from crm.rewards.postings import balances_of
from crm.rewards.states import Reason, State
from crm.rewards.tiers import graded_fen

Mark = Literal["approver_paid", "paid_early", "nothing_due", "capped"]

NO_MARKS: frozenset[Mark] = frozenset()

_Key = TypeVar("_Key")


class Reward(Struct, frozen=True, gc=False):
    """One reward as it stands.

    reward_id, purchase_id, member: what it is and whose
    referral_id: the referral that earned it; None when only a payment names it
    policy, mode: the policy that judged it and the rule's mode; None when no rule stands behind it
    state, reason: where it stands; why it is blocked
    amount_fen: what is left after returns and caps; 0 when nothing is due
    releases_on: the Shanghai day from which the hold is over
    marks: approver_paid, paid_early (of any of its payments), nothing_due (paid though tracked,
        blocked, rejected or owed to nobody), capped (less than the rule grants)
    granted_fen: what is due before the caps of month and year
    card_id, bought_on, quantity, returned: whose purchase, its Shanghai day, its units
    rule_number: which of the policy's rules, from 1
    entered_by, approvers, payers: actors; nobody may be of two
    paid_fen: all that was paid for it
    outlet: where it was bought
    entered_late_us: how long after the purchase its referral was received; 0: not after it
    """

    reward_id: str
    purchase_id: str
    member: str
    referral_id: str | None
    policy: str | None
    mode: Mode | None
    state: State
    amount_fen: int
    reason: Reason | None
    releases_on: date | None
    marks: frozenset[Mark]
    granted_fen: int = 0
    card_id: str | None = None
    bought_on: date | None = None
    quantity: int = 0
    returned: int = 0
    rule_number: int | None = None
    entered_by: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    payers: tuple[str, ...] = ()
    paid_fen: int = 0
    outlet: str | None = None
    entered_late_us: int = 0


class Judgement(Struct, frozen=True, gc=False):
    """Rewards by id, approvals that are `not_allowed`, marks of payments, balances by reward.

    `balances` leaves out accounts at zero and rewards without any; each reward's sum is zero.
    """

    rewards: tuple[Reward, ...]
    refused_verdicts: frozenset[EventKey]
    payment_marks: Mapping[EventKey, frozenset[Mark]]
    balances: Mapping[str, Mapping[str, int]]


def judge(
    persons: Iterable[PersonFacts],
    members: Mapping[str, MemberFact],
    policies: Iterable[PolicyFact],
    reached_day: date | None,
) -> Judgement:
    """Judge every purchase of the persons.

    `persons` must be closed under their members: caps and set-offs look at all rewards of a
    member, so every person by whose purchases a member concerned has or had a reward belongs to
    it. Only where no policy has caps and a member has no payment may persons be judged alone.
    `policies` are the published ones; the shipped one is added. `reached_day` is the last Shanghai
    day that was reached. ValueError: a verdict names a purchase that was not given.
    """
    memberships = {
        member: membership
        for member, fact in members.items()
        if (membership := membership_of(fact)) is not None
    }
    bench = Bench(memberships, timetable(policies), reached_day)
    claims: list[Claim] = []
    refused: set[EventKey] = set()
    for person in persons:
        more, not_allowed = claims_of(person, bench)
        claims += more
        refused |= not_allowed
    return judge_claims(claims, frozenset(refused))


class JudgedClaim(Struct, frozen=True, gc=False):
    """A claim and what it comes to among those that it concerns.

    granted_fen: after tiers, before the caps of month and year; due_fen: after them; paid_fen: all
    that was paid for it.
    """

    claim: Claim
    granted_fen: int
    due_fen: int
    paid_fen: int

    @property
    def is_unsettled(self) -> bool:
        """Whether a payment was another one than what is due."""
        return bool(self.claim.verdicts.payments) and self.due_fen != self.paid_fen

    def balances(self, *, set_off: bool) -> dict[str, int]:
        """Account → fen; set_off: what was paid too little the member owes back elsewhere."""
        return balances_of(
            self.claim.member,
            held=self.claim.standing == "held",
            due_fen=self.due_fen,
            paid_fen=self.paid_fen,
            set_off=set_off,
        )

    def reward(self) -> Reward:
        """The reward as it stands."""
        marks = NO_MARKS
        if self.claim.verdicts.payments:
            marks = marks.union(*payment_marks(self.claim).values())
        if self.due_fen < self.granted_fen:
            marks |= {"capped"}
        return _reward(self.claim, self.granted_fen, self.due_fen, self.paid_fen, marks)


def judge_claims(claims: Iterable[Claim], refused: frozenset[EventKey] = frozenset()) -> Judgement:
    """Judge claims that are there already: all that concern each other must be among them.

    Claims concern each other when they are one member's and any has a payment or a cap, or when
    they have the same reward id. What changes claim by claim is kept by accounts.py.
    """
    listed = list(claims)
    judged = [
        JudgedClaim(claim, granted_fen, due_fen, claim.verdicts.paid_fen)
        for claim, granted_fen, due_fen in zip(listed, *fen_of(listed), strict=True)
    ]
    set_off = covered({place: each for place, each in enumerate(judged) if each.is_unsettled})
    rows: dict[str, Reward] = {}
    marked: dict[EventKey, frozenset[Mark]] = {}
    balances: dict[str, dict[str, int]] = {}
    for place, each in enumerate(judged):
        if each.claim.verdicts.payments:
            marked |= payment_marks(each.claim)
        reward = each.reward()
        other = rows.get(reward.reward_id)
        rows[reward.reward_id] = reward if other is None else row_that_stays(reward, other)
        add_balances(balances, reward.reward_id, each.balances(set_off=place in set_off))
    rewards = tuple(rows[reward_id] for reward_id in sorted(rows))
    return Judgement(rewards, refused, marked, balances)


def fen_of(claims: Sequence[Claim]) -> tuple[list[int], list[int]]:
    """What is granted by claims that look at each other, and what of it is due, in fen each."""
    granted_fen = graded_fen(claims)
    return granted_fen, capped_fen(claims, granted_fen)


def covered(unsettled: Mapping[_Key, JudgedClaim]) -> frozenset[_Key]:
    """Those whose payment fell short by what the member's receivable covers."""
    receivable_fen: dict[str, int] = {}
    short = []
    for key, each in unsettled.items():
        member, rest_fen = each.claim.member, each.due_fen - each.paid_fen
        if rest_fen > 0:
            short.append((each.claim.verdicts.payments[-1].moment.order, key, rest_fen))
        else:
            receivable_fen[member] = receivable_fen.get(member, 0) - rest_fen
    found = set()
    for _, key, rest_fen in sorted(short, key=itemgetter(0)):
        member = unsettled[key].claim.member
        if rest_fen <= receivable_fen.get(member, 0):
            receivable_fen[member] -= rest_fen
            found.add(key)
    return frozenset(found)


def payment_marks(claim: Claim) -> dict[EventKey, frozenset[Mark]]:
    """The marks of each payment that has any."""
    marked: dict[EventKey, frozenset[Mark]] = {}
    for payment in claim.verdicts.payments:
        marks: set[Mark] = set()
        if payment.moment.actor in claim.verdicts.approvers:
            marks.add("approver_paid")
        if claim.releases_on is not None and payment.moment.day < claim.releases_on:
            marks.add("paid_early")
        if marks:
            marked[payment.moment.key] = frozenset(marks)
    return marked


def _reward(
    claim: Claim, granted_fen: int, due_fen: int, paid_fen: int, marks: frozenset[Mark]
) -> Reward:
    if claim.verdicts.payments and claim.standing not in ("held", "payable"):
        marks |= {"nothing_due"}
    # By place: to find twenty-two fields by their names takes a microsecond, for each reward.
    return Reward(
        claim.reward_id,
        claim.purchase_id,
        claim.member,
        claim.referral_id,
        claim.policy,
        claim.mode,
        claim.state,
        due_fen,
        claim.reason if claim.state == "blocked" else None,
        claim.releases_on,
        marks,
        granted_fen,
        claim.card_id,
        claim.bought_on,
        claim.quantity,
        claim.returned,
        claim.rule_number,
        claim.entered_by,
        claim.verdicts.approvers,
        claim.verdicts.payers,
        paid_fen,
        claim.outlet,
        claim.entered_late_us,
    )


def row_that_stays(one: Reward, other: Reward) -> Reward:
    """Of two rows under one id that of what is owed, then the smaller."""
    return min(one, other, key=lambda row: (row.referral_id is None, row.purchase_id, row.member))


def add_balances(
    balances: dict[str, dict[str, int]], reward_id: str, more: Mapping[str, int]
) -> None:
    """Add balances to those under the id; accounts that come to zero are left out."""
    if not more:
        return
    account_fen = balances.setdefault(reward_id, {})
    for account, amount_fen in more.items():
        account_fen[account] = account_fen.get(account, 0) + amount_fen
        if not account_fen[account]:
            del account_fen[account]
