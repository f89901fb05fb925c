"""A member's rewards, kept up to date claim by claim.

What claims come to together is said by `judge_claims`. An account comes to the same after every
change, and looks only at what the change concerns: the claims that changed, the others of a month
or year where caps or tiers look at them, and those that a set-off reaches. So to pay a reward costs
the same whether it is a member's first or thousandth.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm.rewards.claims import Claim
from crm.rewards.judgement import (
    JudgedClaim,
    Reward,
    add_balances,
    covered,
    fen_of,
    row_that_stays,
)

ClaimKey = tuple[str, str]
"""(reward id, purchase id)."""
Balances = dict[str, dict[str, int]]
"""Reward id → account → fen."""
Month = tuple[int, int]
"""(year, month)."""


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

    Of those that concern what will change all must be among them: whatever was paid another amount
    than is due (`JudgedClaim.is_unsettled`), all of a month or year in which any looks at others
    (`Claim.looks_at`), all under one reward id.
    """

    def __init__(self, stored: Iterable[JudgedClaim] = ()) -> None:
        self._judged: dict[ClaimKey, JudgedClaim] = {}
        self._of_month: dict[Month, set[ClaimKey]] = {}
        self._of_reward: dict[str, set[ClaimKey]] = {}
        self._looking: Counter[Month] = Counter()
        """How many look at the others of a month; month 0: of the whole year."""
        self._unsettled: dict[ClaimKey, JudgedClaim] = {}
        for judged in stored:
            self._enter(judged.claim)
            self._keep(key_of(judged.claim), judged)
        self._set_off = covered(self._unsettled)

    def judged(self, key: ClaimKey) -> JudgedClaim:
        """What a claim comes to."""
        return self._judged[key]

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
            if seen_by_others(old[key].claim) == seen_by_others(new[key])
        }
        for each in old.values():
            self._leave(each.claim)
        for claim in new.values():
            self._enter(claim)
        judged = {
            key: JudgedClaim(
                new[key], old[key].granted_fen, old[key].due_fen, new[key].verdicts.paid_fen
            )
            for key in alike
        }
        moved = [each.claim for key, each in old.items() if key not in alike]
        moved += [claim for key, claim in new.items() if key not in alike]
        for group in self._groups(moved, new):
            keys = sorted(group)
            claims = [new[key] if key in new else self._judged[key].claim for key in keys]
            for key, claim, granted_fen, due_fen in zip(keys, claims, *fen_of(claims), strict=True):
                if key not in new:
                    stored = self._judged[key]
                    if (stored.granted_fen, stored.due_fen) == (granted_fen, due_fen):
                        continue
                    before[key] = stored
                judged[key] = JudgedClaim(claim, granted_fen, due_fen, claim.verdicts.paid_fen)
        for key in before:
            self._keep(key, judged.get(key))
        set_off, self._set_off = self._set_off, covered(self._unsettled)
        for key in set_off ^ self._set_off:
            before.setdefault(key, self._judged.get(key))
        return before

    def _groups(
        self, moved: Iterable[Claim], new: Mapping[ClaimKey, Claim]
    ) -> Iterable[set[ClaimKey]]:
        """The claims that are judged together, where some moved."""
        groups: dict[Month, set[ClaimKey]] = {}
        alone = []
        for claim in moved:
            month = month_of(claim)
            if month is not None and self._looking[month[0], 0]:
                wide = [(month[0], number) for number in range(1, 13)]
                together = set[ClaimKey]().union(*(self._of_month.get(each, ()) for each in wide))
                groups.setdefault((month[0], 0), together)
            elif month is not None and self._looking[month]:
                groups.setdefault(month, self._of_month[month])
            elif new.get(key_of(claim)) is claim:
                alone.append({key_of(claim)})
        return [*groups.values(), *alone]

    def _leave(self, claim: Claim) -> None:
        key, month = key_of(claim), month_of(claim)
        self._of_reward[claim.reward_id].remove(key)
        if month is not None:
            self._of_month[month].remove(key)
            self._looking.subtract(_looked_at(claim, month))

    def _enter(self, claim: Claim) -> None:
        key, month = key_of(claim), month_of(claim)
        self._of_reward.setdefault(claim.reward_id, set()).add(key)
        if month is not None:
            self._of_month.setdefault(month, set()).add(key)
            self._looking.update(_looked_at(claim, month))

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


def month_of(claim: Claim) -> Month | None:
    """The Shanghai year and month of its purchase; None: nothing is due by it."""
    return None if claim.bought_on is None else (claim.bought_on.year, claim.bought_on.month)


def _looked_at(claim: Claim, month: Month) -> list[Month]:
    found = [month] if claim.looks_at == "month" else []
    return [(month[0], 0)] if claim.looks_at == "year" else found


def seen_by_others(claim: Claim) -> tuple[Any, ...]:
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
