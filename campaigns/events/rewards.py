"""Rewards: the policy, and headquarters' word on each reward."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from campaigns.events.base import (
    LARGEST_FEN,
    Day,
    EventData,
    Fault,
    Fen,
    FenOrZero,
    Id,
    Region,
    Text,
)
from campaigns.events.members import InstitutionKind, MemberKind

Days = Annotated[int, Meta(ge=0, le=36_500)]
"""A number of days, up to a hundred years."""

Mode = Literal["FORBIDDEN", "TRACK_ONLY", "HOLD_FOR_REVIEW", "NON_CASH", "ALLOWED"]


Trigger = Literal["first_purchase", "repeat_purchase"]


class Tier(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """From which unit of a member's month on another amount is granted for each unit."""

    from_units: Annotated[int, Meta(ge=1, le=1_000_000)]
    amount_fen: FenOrZero | None = None
    percent_bp: Annotated[int, Meta(ge=0, le=10_000)] | None = None


class PolicyRule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a member of a kind earns; of a policy's rules the first that fits applies."""

    member_kind: MemberKind
    institution_kind: InstitutionKind | None = None
    region: Region | None = None
    trigger: Trigger | None = None
    mode: Mode
    basis: Literal["per_unit", "percent", "per_purchase"]
    amount_fen: FenOrZero | None = None
    percent_bp: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    tiers: tuple[Tier, ...] | None = None
    cap_fen_event: FenOrZero | None = None
    cap_fen_month: FenOrZero | None = None
    cap_fen_year: FenOrZero | None = None
    window_days: Days
    which: Literal["last", "first"]
    hold_days: Days
    training_required: bool
    law: Text | None = None


class RewardPolicyPublished(EventData, frozen=True, kw_only=True):
    """A reward policy was published.

    policy: the policy's code
    effective_from: first Shanghai day of the purchases that it judges
    rules: the rules in order: member_kind, institution_kind, region, trigger, mode, basis,
        amount_fen or percent_bp (hundredths of a percent), tiers, cap_fen_event, cap_fen_month,
        cap_fen_year, window_days, which, hold_days, training_required, law (why it may be so)
    drafted_by: who wrote it, an actor
    agreed_by: who of compliance agreed to what the law asks about, an actor
    digest: SHA-256 of the document that was agreed to
    """

    type_name = "reward_policy.published"
    subject_kind, subject_field = "policy", "policy"
    creates = ("policy", "policy")
    headquarters_only = True

    policy: Id
    effective_from: Day
    rules: tuple[PolicyRule, ...]
    drafted_by: Id | None = None
    agreed_by: Id | None = None
    digest: Id | None = None

    @classmethod
    def lacks(cls, data: dict[str, Any]) -> Iterable[str]:
        """A rule by percent names a percentage; the others name an amount."""
        rules = data.get("rules")
        for index, rule in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(rule, dict) and "basis" in rule:
                needed = "percent_bp" if rule["basis"] == "percent" else "amount_fen"
                if rule.get(needed) is None:
                    yield f"rules[{index}].{needed}"

    def faults(self) -> Iterable[Fault]:
        """What is granted for a unit or a purchase is an amount as any other."""
        for index, rule in enumerate(self.rules):
            for place, amount_fen in _granted(rule):
                if amount_fen is not None and amount_fen > LARGEST_FEN:
                    yield "bad_value", f"rules[{index}].{place}"


def _granted(rule: PolicyRule) -> Iterable[tuple[str, int | None]]:
    yield "amount_fen", rule.amount_fen
    for number, tier in enumerate(rule.tiers or ()):
        yield f"tiers[{number}].amount_fen", tier.amount_fen


class _Verdict(EventData, frozen=True, kw_only=True):
    """Headquarters' word on one reward."""

    subject_kind, subject_field = "reward", "reward_id"
    refers = (("purchase", "purchase_id"), ("member", "member"))
    headquarters_only = True

    reward_id: Id
    purchase_id: Id
    member: Id
    amount_fen: Fen


class RewardApproved(_Verdict, frozen=True, kw_only=True):
    """A reward was approved.

    reward_id: the reward
    purchase_id: the purchase it is for
    member: who earned it
    amount_fen: the amount that the approver saw, fen; it changes nothing
    reason_code: why
    """

    type_name = "reward.approved"

    reason_code: Text | None = None


class RewardRejected(_Verdict, frozen=True, kw_only=True):
    """A reward was rejected.

    reward_id: the reward
    purchase_id: the purchase it is for
    member: who would have earned it
    amount_fen: the amount that was seen, fen; it changes nothing
    reason_code: why
    """

    type_name = "reward.rejected"

    reason_code: Text | None = None


class RewardPaid(_Verdict, frozen=True, kw_only=True):
    """Money went to a member.

    reward_id: the reward
    purchase_id: the purchase it is for
    member: who was paid
    amount_fen: what was paid, fen
    reference: of the payment
    """

    type_name = "reward.paid"
    stable = False

    reference: Text


EVENTS = (RewardPolicyPublished, RewardApproved, RewardRejected, RewardPaid)
