"""A policy tried on what has happened: who would gain, who would lose, what it would cost; pure.

The same functions judge that judge when a policy is in force, once with the policies as they are
and once with one more; so what a trial says is what would be recorded.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from crm.rewards.claims import Bench, Claim, claims_of
from crm.rewards.facts import PersonFacts, PolicyFact
from crm.rewards.judgement import Judgement, Reward, judge_claims

LAST_ORDER = (1 << 62, 0, "~", "~")
"""After every event that was said: of two policies from one day on the later holds."""


@dataclass(frozen=True, slots=True)
class Side:
    """What some purchases come to. Amounts in fen; by_state: how many rewards."""

    amount_fen: int
    by_state: dict[str, int]
    capped: int
    forbidden: int
    owed_back_fen: int


@dataclass(frozen=True, slots=True)
class MemberChange:
    """One member: how many rewards and how much is left of them, before and after, in fen."""

    member: str
    before: int
    before_fen: int
    after: int
    after_fen: int

    @property
    def gain_fen(self) -> int:
        """What the member would gain; below 0: lose."""
        return self.after_fen - self.before_fen


@dataclass(frozen=True, slots=True)
class Trial:
    """What came out. rewards: those after, by id; members: whom it changes, most gain first."""

    starts: date
    ends: date
    before: Side
    after: Side
    members: tuple[MemberChange, ...]
    unchanged: int
    rewards: tuple[Reward, ...]


def tried(
    persons: Sequence[PersonFacts], bench: Bench, fact: PolicyFact, starts: date, ends: date
) -> Trial:
    """The purchases of some Shanghai days, both inclusive, as if the policy had been in force from
    the first of them on; everything else as it is."""
    with_it = replace(fact, effective_from=starts, order=LAST_ORDER)
    policies = sorted(
        (with_it, *bench.policies), key=lambda each: (each.effective_from, each.order), reverse=True
    )
    other = replace(bench, policies=tuple(policies))
    before, after = _judged(persons, bench), _judged(persons, other)
    was = _in_days(before, starts, ends)
    would = _in_days(after, starts, ends)
    mine, then = _by_member(was), _by_member(would)
    changes = [
        MemberChange(member, *mine.get(member, (0, 0)), *then.get(member, (0, 0)))
        for member in sorted({*mine, *then})
    ]
    changed = [each for each in changes if each.before_fen != each.after_fen]
    changed.sort(key=lambda each: (-each.gain_fen, each.member))
    return Trial(
        starts,
        ends,
        _side(was, before),
        _side(would, after),
        tuple(changed),
        len(changes) - len(changed),
        would,
    )


def _judged(persons: Iterable[PersonFacts], bench: Bench) -> Judgement:
    claims: list[Claim] = []
    for person in persons:
        claims += claims_of(person, bench)[0]
    return judge_claims(claims)


def _in_days(judgement: Judgement, starts: date, ends: date) -> tuple[Reward, ...]:
    return tuple(
        reward
        for reward in judgement.rewards
        if reward.bought_on is not None and starts <= reward.bought_on <= ends
    )


def _by_member(rewards: Iterable[Reward]) -> dict[str, tuple[int, int]]:
    """Member → (how many rewards, how much is left of them in fen)."""
    found: dict[str, tuple[int, int]] = {}
    for reward in rewards:
        count, fen = found.get(reward.member, (0, 0))
        found[reward.member] = count + 1, fen + reward.amount_fen
    return found


def _side(rewards: Sequence[Reward], judgement: Judgement) -> Side:
    by_state: dict[str, int] = {}
    for reward in rewards:
        by_state[reward.state] = by_state.get(reward.state, 0) + 1
    return Side(
        sum(reward.amount_fen for reward in rewards),
        dict(sorted(by_state.items())),
        sum("capped" in reward.marks for reward in rewards),
        sum(reward.mode == "FORBIDDEN" for reward in rewards),
        sum(
            fen
            for balances in judgement.balances.values()
            for account, fen in balances.items()
            if account.endswith(":receivable") and fen > 0
        ),
    )
