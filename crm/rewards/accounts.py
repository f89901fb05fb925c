"""A member's rewards, kept up to date claim by claim.

What claims come to together is said by `judge_claims`. An account comes to the same after every
change, and looks only at what the change concerns: the claims that changed, the others of a year
in which caps or tiers look at them, and those that a set-off reaches. So to pay a reward costs the
same whether it is a member's first or thousandth.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from crm.rewards.claims import Claim
from crm.rewards.judgement import (
    JudgedClaim,
    Reward,
    add_balances,
    covered,
    judged_claims,
    row_that_stays,
)

ClaimKey = tuple[str, str]
"""(reward id, purchase id)."""
Balances = dict[str, dict[str, int]]
"""Reward id → account → fen."""
_Judged = dict[ClaimKey, JudgedClaim]


@dataclass(frozen=True, slots=True)
class Movement:
    """What a change of claims moved.

    rewards: ids of the rewards that may be others now; before, after: the balances of the claims
    that moved, whose difference is to be booked.
    """

    rewards: set[str] = field(default_factory=set)
    before: Balances = field(default_factory=dict)
    after: Balances = field(default_factory=dict)


class MemberAccount:
    """One member's claims, and what they come to.

    All that concern each other must be among them: those whose payment was another than what is due
    (`is_unsettled`), all of a year in which any has a cap or a tier, all under one reward id.
    """

    def __init__(self, claims: Iterable[Claim]) -> None:
        self._claims: dict[ClaimKey, Claim] = {}
        self._of_year: dict[int, set[ClaimKey]] = {}
        self._of_reward: dict[str, set[ClaimKey]] = {}
        self._looking: Counter[int] = Counter()
        """Year → how many of its claims look at the others."""
        self._judged: _Judged = {}
        self._unsettled: _Judged = {}
        self._set_off: frozenset[ClaimKey] = frozenset()
        self._replace((), claims)

    def __contains__(self, key: ClaimKey) -> bool:
        return key in self._claims

    def is_unsettled(self, key: ClaimKey) -> bool:
        """Whether a claim was paid another amount than is due."""
        return key in self._unsettled

    def reward(self, reward_id: str) -> Reward | None:
        """The reward under an id as it stands; None where no claim has it."""
        rows = [self._judged[key].reward() for key in self._of_reward.get(reward_id, ())]
        if len(rows) <= 1:
            return rows[0] if rows else None
        first, *others = rows
        for other in others:
            first = row_that_stays(first, other)
        return first

    def balances(self, reward_id: str) -> dict[str, int]:
        """Account → fen of what stands under an id; accounts at zero are left out."""
        found: Balances = {}
        for key in self._of_reward.get(reward_id, ()):
            add_balances(found, reward_id, self._judged[key].balances(set_off=key in self._set_off))
        return found.get(reward_id, {})

    def change(self, gone: Iterable[Claim], fresh: Iterable[Claim]) -> Movement:
        """Take claims out and others in, which may be later versions of the same."""
        set_off = self._set_off
        before = self._replace(gone, fresh)
        moved = Movement({reward_id for reward_id, _ in before})
        for key, was in before.items():
            now = self._judged.get(key)
            old = {} if was is None else was.balances(set_off=key in set_off)
            new = {} if now is None else now.balances(set_off=key in self._set_off)
            if old != new:
                add_balances(moved.before, key[0], old)
                add_balances(moved.after, key[0], new)
        return moved

    def _replace(
        self, gone: Iterable[Claim], fresh: Iterable[Claim]
    ) -> dict[ClaimKey, JudgedClaim | None]:
        """Those that moved, as they were judged before; None: they were not there."""
        old = {key_of(claim): self._judged[key_of(claim)] for claim in gone}
        new = {key_of(claim): claim for claim in fresh}
        before: dict[ClaimKey, JudgedClaim | None] = {**dict.fromkeys(new), **old}
        alike = {
            key
            for key in old.keys() & new.keys()
            if _seen_by_others(old[key].claim) == _seen_by_others(new[key])
        }
        others = [each.claim for key, each in old.items() if key not in alike]
        others += [claim for key, claim in new.items() if key not in alike]
        years = {claim.bought_on.year for claim in others if claim.bought_on is not None}
        for each in old.values():
            self._leave(each.claim)
        for claim in new.values():
            self._enter(claim)
        looking = {year for year in years if self._looking[year]}
        judged = {
            key: JudgedClaim(
                new[key], old[key].granted_fen, old[key].due_fen, new[key].verdicts.paid_fen
            )
            for key in alike
        }
        alone = [[new[key]] for key in new if key not in alike and _year(new[key]) not in looking]
        for group in (*alone, *map(self._claims_of_year, sorted(looking))):
            for each in judged_claims(group):
                key = key_of(each.claim)
                judged[key] = each
                if key not in before and _fen(self._judged[key]) != _fen(each):
                    before[key] = self._judged[key]
        for key in before:
            self._keep(key, judged.get(key))
        set_off, self._set_off = self._set_off, covered(self._unsettled)
        for key in set_off ^ self._set_off:
            before.setdefault(key, self._judged.get(key))
        return before

    def _claims_of_year(self, year: int) -> list[Claim]:
        return [self._claims[key] for key in sorted(self._of_year.get(year, ()))]

    def _leave(self, claim: Claim) -> None:
        key, year = key_of(claim), _year(claim)
        del self._claims[key]
        self._of_reward[claim.reward_id].remove(key)
        if year is not None:
            self._of_year[year].remove(key)
            self._looking[year] -= claim.looks_at_others

    def _enter(self, claim: Claim) -> None:
        key, year = key_of(claim), _year(claim)
        self._claims[key] = claim
        self._of_reward.setdefault(claim.reward_id, set()).add(key)
        if year is not None:
            self._of_year.setdefault(year, set()).add(key)
            self._looking[year] += claim.looks_at_others

    def _keep(self, key: ClaimKey, judged: JudgedClaim | None) -> None:
        self._judged.pop(key, None)
        self._unsettled.pop(key, None)
        if judged is not None:
            self._judged[key] = judged
            if judged.is_unsettled:
                self._unsettled[key] = judged


def key_of(claim: Claim) -> ClaimKey:
    """What tells two claims of a member apart."""
    return claim.reward_id, claim.purchase_id


def _year(claim: Claim) -> int | None:
    """The year in which caps and tiers look at it, if they do."""
    return None if claim.bought_on is None else claim.bought_on.year


def _fen(judged: JudgedClaim) -> tuple[int, int]:
    return judged.granted_fen, judged.due_fen


def _seen_by_others(claim: Claim) -> tuple[Any, ...]:
    """What caps and tiers look at, of the claim and of those beside it; words of headquarters are
    not among it, but for what the claim comes to by them."""
    return (
        claim.order,
        claim.bought_on,
        claim.standing,
        claim.due_fen,
        claim.quantity,
        claim.returned,
        claim.unit_price_fen,
        claim.tiers,
        claim.cap_fen_event,
        claim.cap_fen_month,
        claim.cap_fen_year,
    )
