"""What the season tells: references that exist, endings that hold, a funnel that narrows."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise

import pytest

from campaigns.ids import reward_id
from tests.unit.campaigns.season.seasons import (
    Event,
    happened,
    named,
    of_kind,
    received,
    season,
)

REFERENCES = (
    ("card_id", "card.registered"),
    ("other_card_id", "card.registered"),
    ("activity_id", "activity.planned"),
    ("purchase_id", "purchase.made"),
    ("member", "member.enrolled"),
    ("trial_id", "trial.started"),
    ("complaint_id", "complaint.raised"),
    ("contract_id", "dealer.contracted"),
    ("dealer", "dealer.contracted"),
)


@pytest.mark.parametrize(("field", "creation"), REFERENCES)
def test_what_an_event_refers_to_exists_somewhere_in_the_season(field: str, creation: str) -> None:
    created_as = "card_id" if field == "other_card_id" else field
    known = named(creation, created_as, season(1200))
    mentioned = {event["data"][field] for event in season(1200) if field in event["data"]}
    assert mentioned
    assert mentioned <= known


def test_a_void_names_an_event_of_its_own_source_and_subject() -> None:
    events = season(1200)
    known = {(event["source"], event["id"]): event["subject"] for event in events}
    voids = of_kind("event.voided", events)
    assert {void["data"]["reason_code"] for void in voids} == {"typed_wrong", "duplicate_entry"}
    for void in voids:
        named_event = (void["data"]["of_source"], void["data"]["of_id"])
        assert named_event[0] == void["source"]
        assert known[named_event] == void["subject"]


def test_what_was_typed_wrong_is_written_again() -> None:
    events = season(1200)
    voided = {
        (event["data"]["of_source"], event["data"]["of_id"])
        for event in of_kind("event.voided", events)
    }
    sales = defaultdict(list)
    for event in of_kind("purchase.made", events):
        sales[event["data"]["purchase_id"]].append((event["source"], event["id"]) in voided)
    written_twice = [flags for flags in sales.values() if len(flags) > 1]
    assert written_twice
    assert all(sorted(flags) == [False, True] for flags in written_twice)


def test_the_funnel_narrows_from_step_to_step() -> None:
    events = season(1200)
    reached = sum(event["data"]["reached"] for event in of_kind("activity.held", events))
    attended = len(of_kind("activity.attended", events))
    assert 3.3 * attended < reached < 5 * attended
    archived = {
        event["data"]["card_id"]
        for event in of_kind("consent.given", events)
        if event["data"]["purpose"] == "archive"
    }
    referring = named("referral.made", "member", events)
    referrers = {
        event["data"]["card_id"]
        for event in of_kind("member.enrolled", events)
        if event["data"]["member"] in referring and "card_id" in event["data"]
    }
    steps = [
        named("activity.attended", "card_id", events),
        archived,
        named("trial.started", "card_id", events),
        named("purchase.made", "card_id", events),
        referrers,
    ]
    sizes = [len(step) for step in steps]
    assert all(later < 0.9 * earlier for earlier, later in pairwise(sizes))
    assert sizes[-1] > 10


def test_no_fewer_were_reached_than_signed_in() -> None:
    events = season(1200)
    came = Counter(event["data"]["activity_id"] for event in of_kind("activity.attended", events))
    for event in of_kind("activity.held", events):
        data = event["data"]
        assert came[data["activity_id"]] <= data["reached"]
        assert data["cards_handed_out"] <= data["reached"]


def test_a_cancelled_activity_is_never_held() -> None:
    cancelled = named("activity.cancelled", "activity_id", season(1200))
    assert cancelled
    assert not cancelled & named("activity.held", "activity_id", season(1200))


def test_nothing_happens_to_a_person_after_their_death() -> None:
    deaths = {
        event["data"]["card_id"]: date.fromisoformat(event["data"]["on"])
        for event in of_kind("person.deceased", season(1200))
    }
    assert len(deaths) >= 2
    for event in season(1200):
        card = event["data"].get("card_id")
        if card in deaths and event["type"] != "jinxi.person.deceased.v1":
            assert happened(event).date() <= deaths[card]


def test_nothing_is_told_of_a_card_after_its_erasure() -> None:
    erasures = {
        event["data"]["card_id"]: happened(event) for event in of_kind("card.erased", season(1200))
    }
    assert len(erasures) >= 2
    for event in season(1200):
        for field in ("card_id", "other_card_id"):
            card = event["data"].get(field)
            if card in erasures and event["type"] != "jinxi.purchase.returned.v1":
                assert happened(event) <= erasures[card]


def test_a_dealer_is_replaced_in_the_middle_of_the_season() -> None:
    (ended,) = of_kind("dealer.ended", season())
    contracts = {event["data"]["dealer"]: event["data"] for event in _contracts()}
    regions = contracts[ended["data"]["dealer"]]["regions"]
    (new,) = (
        data
        for code, data in contracts.items()
        if data["regions"] == regions and code != ended["data"]["dealer"]
    )
    last_day = date.fromisoformat(ended["data"]["ends_on"])
    assert date.fromisoformat(new["starts_on"]) == last_day + timedelta(days=1)
    consents = [
        event
        for event in of_kind("consent.given", season(1200))
        if event["data"].get("dealer") == new["dealer"]
    ]
    assert consents


def test_one_contract_is_a_sub_dealers_and_one_overlaps_another() -> None:
    contracts = [event["data"] for event in _contracts()]
    assert [data["parent"] for data in contracts if data["kind"] == "sub"] == ["D02"]
    exclusive = Counter(
        region for data in contracts if data["kind"] == "exclusive" for region in data["regions"]
    )
    assert {region for region, count in exclusive.items() if count > 1} == {"310100", "110105"}


def _contracts() -> list[Event]:
    return of_kind("dealer.contracted", season())


def test_a_reward_is_named_by_its_purchase_its_member_and_the_default_policy() -> None:
    for kind in ("reward.approved", "reward.rejected", "reward.paid"):
        words = of_kind(kind, season(1200))
        assert words
        for event in words:
            data = event["data"]
            assert data["reward_id"] == reward_id(data["purchase_id"], data["member"], "default")


def test_nobody_approves_what_they_entered_or_pays_what_they_approved() -> None:
    events = season(1200)
    approvers = {event["source"] for event in of_kind("reward.approved", events)}
    for kind in ("purchase.made", "referral.made", "member.enrolled", "reward.paid"):
        assert not approvers & {event["source"] for event in of_kind(kind, events)}


def test_a_reward_follows_an_agreed_referral_and_is_paid_after_the_hold() -> None:
    events = season(1200)
    sold = {event["data"]["purchase_id"]: event for event in of_kind("purchase.made", events)}
    agreed = {
        (event["data"]["card_id"], event["data"]["member"]): event
        for event in of_kind("referral.made", events)
        if event["data"]["patient_agreed"]
    }
    for event in of_kind("reward.paid", events):
        sale = sold[event["data"]["purchase_id"]]
        referral = agreed[sale["data"]["card_id"], event["data"]["member"]]
        assert happened(referral).date() <= happened(sale).date()
        assert happened(event).date() > happened(sale).date() + timedelta(days=30)


def test_returns_come_before_and_after_the_payment_of_the_reward() -> None:
    events = season(1200)
    paid = {event["data"]["purchase_id"]: event for event in of_kind("reward.paid", events)}
    returns = of_kind("purchase.returned", events)
    after = [event for event in returns if event["data"]["purchase_id"] in paid
             and happened(event) > happened(paid[event["data"]["purchase_id"]])]  # fmt: skip
    assert after
    assert len(returns) > len(after)


def test_some_referrals_arrive_more_than_seven_days_after_their_purchase() -> None:
    events = season(1200)
    sold = {event["data"]["card_id"]: event for event in of_kind("purchase.made", events)}
    late = [
        referral
        for referral in of_kind("referral.made", events)
        if (sale := sold.get(referral["data"]["card_id"])) is not None
        and happened(referral) <= happened(sale) + timedelta(days=1)
        and received(referral) > received(sale) + timedelta(days=7)
    ]
    assert late


def test_some_free_clinics_have_no_filing_number_and_some_sales_are_made_at_one() -> None:
    events = season(1200)
    clinics = {
        event["data"]["activity_id"]: event["data"]
        for event in of_kind("activity.planned", events)
        if event["data"]["kind"] == "free_clinic"
    }
    unfiled = [data for data in clinics.values() if "filing_no" not in data]
    assert 0 < len(unfiled) < len(clinics) / 3
    assert set(clinics) & named("purchase.made", "activity_id", events)
    assert set(clinics) & named("trial.started", "activity_id", events)


def test_consents_are_given_refused_withdrawn_and_run_out_within_and_after_the_season() -> None:
    given = of_kind("consent.given", season(1200))
    assert {event["data"]["purpose"] for event in given} == {
        "archive",
        "health",
        "share_with_dealer",
        "marketing",
        "club",
    }
    ends = [date.fromisoformat(e["data"]["expires_on"]) for e in given if "expires_on" in e["data"]]
    assert min(ends) < date(2026, 8, 31) < max(ends)
    for event in given:
        shared = event["data"]["purpose"] == "share_with_dealer"
        assert ("dealer" in event["data"]) == shared
    withdrawn = [
        event["data"]
        for event in of_kind("consent.withdrawn", season(1200))
        if event["data"]["purpose"] == "share_with_dealer"
    ]
    assert {"dealer" in data for data in withdrawn} == {True, False}
