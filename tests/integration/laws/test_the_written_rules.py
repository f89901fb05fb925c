"""Outcomes, people, copies, rewards, balances and funnels are what the written rules say."""

from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from crm.funnels.definition import ChainKind, EntryRule, Funnel, parse_step, parse_window
from crm.funnels.queries import funnel_now
from crm.people.tables import CARD, LINK
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.installations import Installation, clock
from tests.naive_funnels import naive_touchpoints
from tests.naive_history import History
from tests.oracles import assert_as_written, reached_days
from tests.unit.crm.funnels.naive_funnel import naive_funnel
from tests.worlds import FEW, FIRST_DAY, Sent, make_world, worlds

STEPS = (
    "activity.attended",
    "activity.attended:kind=promotion",
    "consent.given:purpose=archive",
    "card.registered",
    "trial.started",
    "purchase.made",
    "referral.received",
    "referral.given",
    "club.joined",
)


@FEW
@given(worlds())
def test_what_is_stored_is_what_the_rules_say(events: list[Sent]) -> None:
    with clock(), Installation() as installation:
        installation.accept(events)
        installation.work()
        assert_as_written(events, installation)


@pytest.mark.long
def test_the_worlds_hold_every_outcome_reason_and_mark() -> None:
    told = set()
    states = set()
    for seed in range(40):
        with clock(), Installation() as installation:
            installation.accept(make_world(seed))
            installation.work()
            found = installation.snapshot()
            told |= {(row[2], row[3]) for row in found["outcome"]} | {
                row[5] for row in found["outcome"]
            }
            states |= {row[7] for row in found["reward"]}
    rejections = (
        *("already_exists", "card_taken", "more_returned_than_bought", "territory_overlap"),
        *("not_allowed", "evidence_needed", "erased"),
    )
    assert {("rejected", reason) for reason in rejections} <= told
    assert {("recorded", None), ("waiting", None), ("voided", None)} <= told
    assert "compliance_breach" in told
    assert {"blocked", "tracked", "payable", "held", "clawed_back", "paid"} <= states


@FEW
@given(worlds())
def test_a_card_has_one_link_and_no_more(events: list[Sent]) -> None:
    with clock(), Installation() as installation:
        installation.accept(events)
        installation.work()
        with reading(installation.engine) as connection:
            cards = connection.execute(select(func.count()).select_from(CARD)).scalar_one()
            linked = connection.execute(select(LINK.c.card_id)).scalars().all()
        assert len(linked) == len(set(linked)) == cards


@FEW
@given(worlds(), st.randoms(use_true_random=False))
def test_funnels_are_what_the_rules_say(events: list[Sent], random: Random) -> None:
    funnel = Funnel(
        tuple(parse_step(random.choice(STEPS)) for _ in range(random.choice((1, 2, 3)))),
        FIRST_DAY + timedelta(days=random.choice((0, 0, 5))),
        FIRST_DAY + timedelta(days=random.choice((10, 40))),
        parse_window(random.choice(("30d", "3d", "48h", "0d"))),
        random.choice(list(ChainKind)),
        random.choice(list(EntryRule)),
        random.choice((None, None, "month", "kind", "purpose")),
    )
    with clock(), Installation() as installation:
        installation.accept(events)
        installation.work()
        with reading(installation.engine) as connection:
            found = funnel_now(HEADQUARTERS_SCOPE, connection, funnel)
    wanted = naive_funnel(funnel, naive_touchpoints(History(events, reached_days(events))))
    assert _told(found) == wanted


def _told(found: Any) -> Mapping[str, Any]:
    return {
        "steps": [(step.people, step.median_seconds) for step in found.steps],
        "groups": {
            group.value: [(step.people, step.median_seconds) for step in group.steps]
            for group in found.groups
        },
        "people": [set(found.people[n]) for n in range(len(found.steps))],
    }
