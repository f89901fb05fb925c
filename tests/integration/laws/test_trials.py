"""A policy is tried on what is recorded, and comes out as if all of history were folded anew."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from campaigns.events.members import MemberKind
from campaigns.events.rewards import PolicyRule
from crm.components.as_of import whole_past
from crm.components.event_filter import effective_up_to
from crm.policies.recorded import recorded_facts
from crm.policies.trial import LAST_ORDER, tried
from crm.rewards.claims import Bench
from crm.rewards.facts import PersonFacts, PolicyFact
from crm.storage.database import reading
from tests.installations import Installation, clock
from tests.worlds import CLOCK_US, FEW, Sent, worlds

_MODES = st.sampled_from(("ALLOWED", "HOLD_FOR_REVIEW", "TRACK_ONLY", "FORBIDDEN", "NON_CASH"))
_RULES = st.fixed_dictionaries(
    {
        "mode": _MODES,
        "basis": st.sampled_from(("per_unit", "per_purchase")),
        "amount_fen": st.sampled_from((1_000, 2_500)),
        "window_days": st.sampled_from((3, 90)),
        "which": st.sampled_from(("first", "last")),
        "hold_days": st.sampled_from((0, 30)),
        "training_required": st.booleans(),
        "cap_fen_month": st.sampled_from((None, 3_000)),
    }
)


def policy(parts: list[dict[str, Any]]) -> PolicyFact:
    rules = tuple(
        PolicyRule(member_kind=kind, **part)
        for kind, part in zip(get_args(MemberKind), parts, strict=True)
    )
    return PolicyFact("tried", date(2026, 1, 1), rules, LAST_ORDER)


def in_order(facts: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(facts, key=lambda fact: fact.moment.order))


def unordered(persons: list[PersonFacts], bench: Bench) -> tuple[Any, ...]:
    """All that is judged, whatever came first; of those whom nobody ever referred nothing."""
    voided = {each.purchase_id for person in persons for each in person.voided}
    told = {
        replace(
            person,
            purchases=in_order(person.purchases),
            referrals=in_order(person.referrals),
            returns=in_order(person.returns),
            verdicts=in_order(person.verdicts),
        )
        for person in persons
        if person.purchases and (person.referrals or person.verdicts)
    }
    if not told | voided:
        return ()
    return told, voided, bench.memberships, bench.policies, bench.reached_day


@given(worlds(90), st.lists(_RULES, min_size=3, max_size=3))
@FEW
def test_a_trial_on_what_is_recorded_is_one_on_all_of_history(
    events: list[Sent], parts: list[dict[str, Any]]
) -> None:
    fact, days = policy(parts), (date(2025, 1, 1), date(2027, 1, 1))
    with clock(), Installation() as installation:
        installation.accept(events)
        installation.work()
        with reading(installation.engine) as connection:
            keyring = installation.keyring
            found = recorded_facts(connection, keyring, CLOCK_US)
            past = whole_past(connection, keyring, CLOCK_US, effective_up_to(CLOCK_US))
    expected = past.reward_facts
    assert tried(*found, fact, *days) == tried(*expected, fact, *days)
    assert unordered(*found) == unordered(*expected)
