"""A policy held against the law: each line that the law asks about, with its article; pure.

A finding forbids nothing: it is a question to compliance, whose word is kept with the policy. What
no policy can change (one level only, nothing for recruiting, no reward to oneself, the patient's
agreement, four eyes) is not looked for here: it is code.

Sources: Anti-Unfair-Competition Law of 2025, art. 8; the nine rules of integrity for medical staff
(2021), 1, 5, 6, 9; Law on the Protection of Consumers' Rights, art. 25; Regulations on Direct
Selling, art. 24; Regulations on the Prohibition of Pyramid Selling, art. 7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from campaigns.events.rewards import PolicyRule
from crm.rewards.policy import DEFAULT_POLICY, pays

Code = Literal[
    "pays_doctor",
    "pays_public_hospital",
    "clerk_without_review",
    "cash_to_consumer",
    "before_return_window",
    "short_hold",
    "without_training",
    "high_percent",
    "without_cap",
    "retroactive",
    "never_reached",
    "kind_missing",
]
NEEDS_NO_AGREEMENT: frozenset[Code] = frozenset({"never_reached", "kind_missing", "without_cap"})
"""What is only told: it makes nothing riskier, but is rarely meant."""

_RETURN_WINDOW_DAYS = 7
_HIGHEST_PERCENT_BP = 3_000
_CAUTIOUS_HOLD_DAYS = min(rule.hold_days for rule in DEFAULT_POLICY.rules)


@dataclass(frozen=True, slots=True)
class Finding:
    """One question of the law. rule_number: from 1; None: the policy as a whole."""

    rule_number: int | None
    code: Code

    @property
    def needs_agreement(self) -> bool:
        """Whether it is published only with compliance's agreement."""
        return self.code not in NEEDS_NO_AGREEMENT


def findings(rules: Sequence[PolicyRule], effective_from: date, today: date) -> list[Finding]:
    """Everything that the law asks about a policy, rule by rule; today is the Shanghai day."""
    found = [Finding(None, "retroactive")] if effective_from < today else []
    for number, rule in enumerate(rules, 1):
        if any(_covers(earlier, rule) for earlier in rules[: number - 1]):
            found.append(Finding(number, "never_reached"))
        if pays(rule):
            found += [Finding(number, code) for code in _codes(rule)]
    kinds = {rule.member_kind for rule in rules}
    if kinds != {rule.member_kind for rule in DEFAULT_POLICY.rules}:
        found.append(Finding(None, "kind_missing"))
    return found


def _codes(rule: PolicyRule) -> list[Code]:
    """What is asked about a rule that pays."""
    is_cash = rule.mode != "NON_CASH"
    highest_bp = max([rule.percent_bp or 0, *(t.percent_bp or 0 for t in rule.tiers or ())])
    asked: list[tuple[bool, Code]] = [
        (rule.member_kind == "doctor", "pays_doctor"),
        (
            rule.institution_kind == "public_hospital" and rule.member_kind != "doctor",
            "pays_public_hospital",
        ),
        (rule.member_kind == "clerk" and rule.mode == "ALLOWED", "clerk_without_review"),
        (rule.member_kind == "consumer" and is_cash, "cash_to_consumer"),
        (rule.hold_days < _RETURN_WINDOW_DAYS, "before_return_window"),
        (_RETURN_WINDOW_DAYS <= rule.hold_days < _CAUTIOUS_HOLD_DAYS, "short_hold"),
        (rule.member_kind != "consumer" and not rule.training_required, "without_training"),
        (highest_bp > _HIGHEST_PERCENT_BP, "high_percent"),
        (is_cash and rule.cap_fen_month is None and rule.cap_fen_year is None, "without_cap"),
    ]
    return [code for is_so, code in asked if is_so]


def _covers(earlier: PolicyRule, rule: PolicyRule) -> bool:
    """Whether an earlier rule takes everything that a rule would fit."""
    return (
        earlier.member_kind == rule.member_kind
        and earlier.institution_kind in (None, rule.institution_kind)
        and earlier.region in (None, rule.region)
        and earlier.trigger in (None, rule.trigger)
    )
