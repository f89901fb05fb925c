"""The written rule of rewards, read line by line with no thought of speed: an oracle for tests."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from campaigns.events.rewards import PolicyRule
from campaigns.times import OrderKey
from crm.rewards.facts import (
    EventKey,
    MemberEvent,
    MemberFact,
    PersonFacts,
    PolicyFact,
    PurchaseFact,
    ReferralFact,
    VerdictFact,
)
from crm.rewards.policy import DEFAULT_POLICY

SPACE = uuid5(NAMESPACE_DNS, "jinxi.example")
Work = dict[str, Any]
Row = tuple[Any, ...]
Rows = dict[str, Row]
Marks = dict[EventKey, frozenset[str]]
Balances = dict[str, dict[str, int]]

WEEK_US = 7 * 24 * 3600 * 1_000_000


def naive_judgement(
    persons: Sequence[PersonFacts],
    members: Mapping[str, MemberFact],
    policies: Sequence[PolicyFact],
    reached_day: date | None,
) -> tuple[Any, ...]:
    """(rows by reward id, refused approvals, payment marks, balances by reward and account)."""
    policies = [DEFAULT_POLICY, *policies]
    works: list[Work] = []
    refused: set[EventKey] = set()
    for person in persons:
        for purchase in person.purchases:
            works += rewards_of(purchase, person, members, policies, reached_day, refused)
        for voided in person.voided:
            works += strays(
                voided.purchase_id, None, (None, None), person, members, policies, refused
            )
    apply_caps(works)
    apply_set_off(works)
    rows: Rows = {}
    marks: Marks = {}
    books: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for work in works:
        for payment in work["payments"]:
            found = set()
            if payment.moment.actor in work["approvers"]:
                found.add("approver_paid")
            if work["free_on"] and payment.moment.day < work["free_on"]:
                found.add("paid_early")
            if found:
                marks[payment.moment.key] = frozenset(found)
        rows[work["id"]] = row_of(work, marks)
        book(work, books[work["id"]])
    books = {
        id: {account: fen for account, fen in accounts.items() if fen}
        for id, accounts in books.items()
    }
    return rows, refused, marks, {id: accounts for id, accounts in books.items() if accounts}


def row_of(work: Work, marks: Marks) -> Row:
    found: set[str] = set()
    for payment in work["payments"]:
        found |= marks.get(payment.moment.key, frozenset())
    if work["payments"] and work["base"] not in ("held", "payable"):
        found.add("nothing_due")
    if work["due"] < work["uncapped"]:
        found.add("capped")
    state = work["base"]
    if work["payments"]:
        state = "clawed_back" if work["undone"] else "paid"
    reason = work["reason"] if state == "blocked" else None
    keep = (work["purchase_id"], work["member"], work["referral_id"], work["policy"])
    return (*keep, work["mode"], state, work["due"], reason, work["free_on"], frozenset(found))


def book(work: Work, accounts: dict[str, int]) -> None:
    member, due, paid = work["member"], work["due"], work["paid"]
    accounts["company:reward_expense"] += due
    accounts["company:bank"] -= paid
    if paid == 0:
        where = "held" if work["base"] == "held" else "payable"
        accounts[f"member:{member}:{where}"] -= due
    elif paid > due:
        accounts[f"member:{member}:receivable"] += paid - due
    elif work["set_off"]:
        accounts[f"member:{member}:receivable"] -= due - paid
    else:
        accounts[f"member:{member}:payable"] -= due - paid


def apply_caps(works: list[Work]) -> None:
    owed = [work for work in works if work["purchase"] is not None and work["rule"] is not None]
    owed.sort(key=lambda work: work["purchase"].moment.order)
    for place, work in enumerate(owed):
        day, rule = work["purchase"].moment.day, work["rule"]
        same_year = [
            earlier
            for earlier in owed[:place]
            if earlier["member"] == work["member"]
            and earlier["purchase"].moment.day.year == day.year
        ]
        same_month = [e for e in same_year if e["purchase"].moment.day.month == day.month]
        for cap, group in ((rule.cap_fen_month, same_month), (rule.cap_fen_year, same_year)):
            if cap is not None:
                room = cap - sum(earlier["due"] for earlier in group)
                work["due"] = min(work["due"], max(room, 0))


def apply_set_off(works: list[Work]) -> None:
    for member in {work["member"] for work in works}:
        paid = [work for work in works if work["member"] == member and work["payments"]]
        owes = sum(work["paid"] - work["due"] for work in paid if work["paid"] > work["due"])
        paid.sort(key=lambda work: max(p.moment.order for p in work["payments"]))
        for work in paid:
            short = work["due"] - work["paid"]
            if 0 < short <= owes:
                work["set_off"] = True
                owes -= short


def rewards_of(
    purchase: PurchaseFact,
    person: PersonFacts,
    members: Mapping[str, MemberFact],
    policies: Sequence[PolicyFact],
    reached_day: date | None,
    refused: set[EventKey],
) -> list[Work]:
    day = purchase.moment.day
    policy = max(
        (each for each in policies if each.effective_from <= day),
        key=lambda each: (each.effective_from, each.order),
    )
    referral = counted_referral(purchase, person, members, policy)
    for verdict in person.verdicts:
        if verdict.kind != "approved" or verdict.purchase_id != purchase.purchase_id:
            continue
        barred = [purchase.moment.actor]
        barred += [e.moment.actor for e in enrolments(members, verdict.member)]
        if referral is not None and referral.member == verdict.member:
            barred.append(referral.moment.actor)
        if verdict.moment.actor in barred:
            refused.add(verdict.moment.key)
    works: list[Work] = []
    mine = owner = None
    rule = None
    if referral is not None:
        rule = fitting_rule(policy, purchase, members[referral.member])
    if referral is not None and rule is not None:
        owner = referral.member
        mine = reward_id(purchase.purchase_id, referral.member, policy.policy)
        works.append(
            owed(mine, purchase, referral, rule, policy, person, members, reached_day, refused)
        )
    works += strays(
        purchase.purchase_id, purchase, (mine, owner), person, members, policies, refused
    )
    return works


def owed(
    id: str,
    purchase: PurchaseFact,
    referral: ReferralFact,
    rule: PolicyRule,
    policy: PolicyFact,
    person: PersonFacts,
    members: Mapping[str, MemberFact],
    reached_day: date | None,
    refused: set[EventKey],
) -> Work:
    said = verdicts_on(person, id, purchase.purchase_id, referral.member, refused)
    words = [v for v in said if v.kind != "paid"]
    payments = [v for v in said if v.kind == "paid"]
    word = words[-1].kind if words else None
    back = sum(r.quantity for r in person.returns if r.purchase_id == purchase.purchase_id)
    left = purchase.quantity - back
    free_on = purchase.moment.day + timedelta(days=rule.hold_days) + timedelta(days=1)
    reasons = blocks(purchase, referral, rule, person, members[referral.member], word, payments)
    if reasons:
        base = "blocked"
    elif rule.mode == "TRACK_ONLY":
        base = "clawed_back" if left <= 0 else "tracked"
    elif word == "rejected":
        base = "rejected"
    elif left <= 0:
        base = "clawed_back"
    else:
        waits = reached_day is None or reached_day < free_on
        needs_word = rule.mode == "HOLD_FOR_REVIEW" and word != "approved"
        base = "held" if waits or needs_word else "payable"
    due = amount(rule, purchase, left) if base in ("held", "payable") else 0
    return {
        "id": id,
        "purchase_id": purchase.purchase_id,
        "purchase": purchase,
        "member": referral.member,
        "referral_id": referral.referral_id,
        "policy": policy.policy,
        "rule": rule,
        "mode": rule.mode,
        "reason": reasons[0] if reasons else None,
        "base": base,
        "undone": left <= 0,
        "due": due,
        "uncapped": due,
        "free_on": free_on,
        "payments": payments,
        "paid": sum(p.amount_fen for p in payments),
        "approvers": {v.moment.actor for v in words if v.kind == "approved"},
        "set_off": False,
    }


def strays(
    purchase_id: str,
    purchase: PurchaseFact | None,
    taken: tuple[str | None, str | None],
    person: PersonFacts,
    members: Mapping[str, MemberFact],
    policies: Sequence[PolicyFact],
    refused: set[EventKey],
) -> list[Work]:
    named = {
        (v.reward_id, v.member)
        for v in person.verdicts
        if v.kind == "paid" and v.purchase_id == purchase_id
    }
    works: list[Work] = []
    for id, member in sorted(named - {taken}):
        said = verdicts_on(person, id, purchase_id, member, refused)
        payments = [v for v in said if v.kind == "paid"]
        policy, mode = None, None
        for each in sorted(policies, key=lambda p: (p.effective_from, p.order)):
            if reward_id(purchase_id, member, each.policy) == id:
                policy, mode = each.policy, None
                if any(enrolments(members, member)):
                    rule = fitting_rule(each, purchase, members[member])
                    mode = rule.mode if rule else None
        works.append(
            {
                "id": id,
                "purchase_id": purchase_id,
                "purchase": None,
                "member": member,
                "referral_id": None,
                "policy": policy,
                "rule": None,
                "mode": mode,
                "reason": None,
                "base": "clawed_back",
                "undone": True,
                "due": 0,
                "uncapped": 0,
                "free_on": None,
                "payments": payments,
                "paid": sum(p.amount_fen for p in payments),
                "approvers": {v.moment.actor for v in said if v.kind == "approved"},
                "set_off": False,
            }
        )
    return works


def verdicts_on(
    person: PersonFacts, id: str, purchase_id: str, member: str, refused: set[EventKey]
) -> list[VerdictFact]:
    return sorted(
        (
            v
            for v in person.verdicts
            if (v.reward_id, v.purchase_id, v.member) == (id, purchase_id, member)
            and v.moment.key not in refused
        ),
        key=lambda v: v.moment.order,
    )


def blocks(
    purchase: PurchaseFact,
    referral: ReferralFact,
    rule: PolicyRule,
    person: PersonFacts,
    member: MemberFact,
    word: str | None,
    payments: list[VerdictFact],
) -> list[str]:
    reasons = []
    if member.card_id in person.patient.cards or member.phones & person.patient.phones:
        reasons.append("self_referral")
    if purchase.compliance_breach:
        reasons.append("compliance_breach")
    passed = [e for e in member.events if e.type == "trained" and e.passed]
    if rule.training_required and not any(e.moment.day <= purchase.moment.day for e in passed):
        reasons.append("not_trained")
    if purchase.erased and not payments:
        reasons.append("erased")
    if rule.mode == "FORBIDDEN":
        reasons.append("forbidden")
    late = referral.moment.received_us - purchase.moment.received_us > WEEK_US
    if late and word != "approved":
        reasons.append("late_referral")
    return reasons


def amount(rule: PolicyRule, purchase: PurchaseFact, left: int) -> int:
    if rule.mode in ("TRACK_ONLY", "FORBIDDEN"):
        return 0
    if rule.mode == "NON_CASH":
        left = purchase.quantity
    if rule.basis == "per_unit":
        return (rule.amount_fen or 0) * left
    if rule.basis == "percent":
        return int(purchase.unit_price_fen * left * (rule.percent_bp or 0) // 10_000)
    return (rule.amount_fen or 0) * left // purchase.quantity


def counted_referral(
    purchase: PurchaseFact,
    person: PersonFacts,
    members: Mapping[str, MemberFact],
    policy: PolicyFact,
) -> ReferralFact | None:
    counted = []
    for referral in sorted(person.referrals, key=lambda r: r.moment.order):
        if not enrolled_at(members, referral.member, referral.moment.order):
            continue
        before = (purchase.moment.day - referral.moment.day).days
        if before < 0:
            continue
        clocks = not (referral.moment.day_precision or purchase.moment.day_precision)
        after = referral.moment.starts_us > purchase.moment.starts_us
        if before == 0 and clocks and after:
            continue
        rule = fitting_rule(policy, purchase, members[referral.member])
        windows = [rule.window_days] if rule else [each.window_days for each in policy.rules]
        if any(before <= window for window in windows):
            counted.append((referral, rule))
    if not counted:
        return None
    referral, rule = counted[-1]
    return counted[0][0] if rule and rule.which == "first" else referral


def enrolments(members: Mapping[str, MemberFact], code: str) -> list[MemberEvent]:
    if code not in members:
        return []
    events = sorted(members[code].events, key=lambda e: e.moment.order)
    return [e for e in events if e.type == "enrolled"][:1]


def enrolled_at(members: Mapping[str, MemberFact], code: str, order: OrderKey) -> bool:
    if not any(e.moment.order < order for e in enrolments(members, code)):
        return False
    return not any(e.type == "left" and e.moment.order < order for e in members[code].events)


def fitting_rule(
    policy: PolicyFact, purchase: PurchaseFact | None, member: MemberFact
) -> PolicyRule | None:
    (enrolment,) = enrolments({member.member: member}, member.member)
    values = dict(enrolment.values)
    for event in sorted(member.events, key=lambda e: e.moment.order):
        in_time = purchase is None or event.moment.order < purchase.moment.order
        if event.type == "changed" and in_time:
            values.update(event.values)
    for rule in policy.rules:
        if rule.member_kind != values["kind"]:
            continue
        if rule.institution_kind and rule.institution_kind != values.get("institution_kind"):
            continue
        if rule.region:
            region = purchase.region if purchase is not None else None
            significant = rule.region
            while significant.endswith("00"):
                significant = significant[:-2]
            if region is None or not region.startswith(significant):
                continue
        return rule
    return None


def reward_id(purchase_id: str, member: str, policy: str) -> str:
    return str(uuid5(SPACE, f"reward/{purchase_id}/{member}/{policy}"))
