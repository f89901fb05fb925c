"""Which rule judges a purchase, and what the rule grants.

The marketing handbook wants members rewarded by sales and names no rate; the shipped policy is a
cautious placeholder under today's law (Anti-Unfair-Competition Law art. 8, nine rules for medical
staff): a doctor is only tracked, a clerk is reviewed and paid through the employer, a consumer
gets a small gift.

Decided here, where the published rules are silent:
- a rule with a region fits a purchase in that region or below it, never one without a region;
- a rule with an institution kind fits no member of whom none is known;
- a percentage is taken of quantity × unit price; any broken fen stays with the company;
- a cash amount for a whole purchase is taken back by the returned share of its units.
"""

from collections.abc import Iterable
from datetime import date

from campaigns.events.rewards import PolicyRule, Tier
from campaigns.regions import covers
from campaigns.wording.catalogues import N_
from crm.rewards.facts import PolicyFact, PurchaseFact

DEFAULT_POLICY = PolicyFact(
    policy="default",
    effective_from=date.min,
    rules=(
        PolicyRule(
            member_kind="doctor",
            mode="TRACK_ONLY",
            basis="per_unit",
            amount_fen=0,
            window_days=90,
            which="last",
            hold_days=30,
            training_required=True,
            law=N_(
                "反不正当竞争法第八条；廉洁从业九项准则一、五、六、九：只登记和报告，什么也不付"
            ),
        ),
        PolicyRule(
            member_kind="clerk",
            mode="HOLD_FOR_REVIEW",
            basis="per_unit",
            amount_fen=2_000,
            window_days=90,
            which="last",
            hold_days=30,
            training_required=True,
            law=N_("反不正当竞争法第八条第二款：经用人单位书面协议、如实入账，逐份审核"),
        ),
        PolicyRule(
            member_kind="consumer",
            mode="NON_CASH",
            basis="per_purchase",
            amount_fen=1_000,
            window_days=90,
            which="last",
            hold_days=30,
            training_required=False,
            law=N_("禁止传销条例第七条的界线：只一层，只送小礼品"),
        ),
    ),
    order=(0, 0, "", ""),
)
"""The shipped policy. It always stands, below every published one."""


def timetable(published: Iterable[PolicyFact]) -> tuple[PolicyFact, ...]:
    """Every policy, the shipped one included; of those begun by a day the first is in force."""
    known = [DEFAULT_POLICY, *published]
    known.sort(key=lambda each: (each.effective_from, each.order), reverse=True)
    return tuple(known)


def in_force(policies: tuple[PolicyFact, ...], day: date) -> PolicyFact:
    """The policy of a timetable that judges the purchases of a Shanghai day."""
    for policy in policies:
        if policy.effective_from <= day:
            return policy
    raise ValueError(f"no policy holds on {day}: the shipped one is missing")


def rule_for(
    policy: PolicyFact,
    kind: str | None,
    institution_kind: str | None,
    region: str | None,
    *,
    is_first: bool | None = None,
) -> PolicyRule | None:
    """The first rule that fits a member's kind and institution, a purchase's region and place.

    is_first: whether the person bought nothing before; None where the purchase is not known: a
    rule with a trigger fits then never.
    """
    for rule in policy.rules:
        if (
            rule.member_kind == kind
            and rule.institution_kind in (None, institution_kind)
            and (rule.region is None or (region is not None and covers(rule.region, region)))
            and _is_triggered(rule, is_first)
        ):
            return rule
    return None


def _is_triggered(rule: PolicyRule, is_first: bool | None) -> bool:
    return rule.trigger is None or (rule.trigger == "first_purchase") is is_first


def pays(rule: PolicyRule) -> bool:
    """Whether anything is granted under the rule at all."""
    return rule.mode not in ("TRACK_ONLY", "FORBIDDEN")


def steps_of(rule: PolicyRule) -> tuple[Tier, ...]:
    """A rule's tiers from the first unit on, in order; none where every unit is granted alike."""
    if not rule.tiers or not pays(rule) or rule.mode == "NON_CASH" or rule.basis == "per_purchase":
        return ()
    by_percent = rule.basis == "percent"
    first = Tier(
        from_units=1,
        amount_fen=None if by_percent else rule.amount_fen,
        percent_bp=rule.percent_bp if by_percent else None,
    )
    return first, *sorted(rule.tiers, key=lambda tier: tier.from_units)


def granted_fen(rule: PolicyRule, purchase: PurchaseFact, returned_units: int) -> int:
    """What the rule grants after returns, in fen, before tiers and the caps of month and year.

    Whole fen, rounded down; never more than the rule's cap for one purchase.
    """
    granted = _uncapped_fen(rule, purchase, returned_units)
    return granted if rule.cap_fen_event is None else min(granted, rule.cap_fen_event)


def _uncapped_fen(rule: PolicyRule, purchase: PurchaseFact, returned_units: int) -> int:
    left_units = max(purchase.quantity - returned_units, 0)
    if not pays(rule) or left_units == 0:
        return 0
    # A gift cannot be given back by halves: it stands until everything is returned.
    units = purchase.quantity if rule.mode == "NON_CASH" else left_units
    if rule.basis == "percent":
        return purchase.unit_price_fen * units * (rule.percent_bp or 0) // 10_000
    amount_fen = rule.amount_fen or 0
    if rule.basis == "per_unit":
        return amount_fen * units
    return amount_fen * units // purchase.quantity
