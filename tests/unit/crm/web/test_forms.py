"""The phone's form: what it says as events, and what is found wrong with it beforehand."""

from typing import Any

import pytest

from campaigns.times import day_start_us, parse_instant_us, shanghai_day
from crm.web.view.forms import Entry, checked
from tests.unit.crm.web.form_entries import FORM_ID, NOW_US, STAFF, STARTS_US, entry


def said(filled: Entry) -> dict[str, dict[str, Any]]:
    return {event["type"]: event for event in filled.events("/phones/u-1")}


def faults(filled: Entry) -> list[tuple[str | None, str]]:
    looked_at = checked(filled, "/phones/u-1", STAFF, NOW_US)
    return [(fault.field, fault.reason) for fault in looked_at.faults]


def test_the_same_form_says_the_same_events_each_time() -> None:
    typed = {"name": "王桂英", "attended": "1", "consent_archive": "1", "trial": "1"}
    assert entry(**typed).events("/phones/u-1") == entry(**typed).events("/phones/u-1")


def test_each_thing_said_has_an_id_of_its_own_and_its_place_in_the_order() -> None:
    events = entry(name="王", attended="1", consent_archive="1", consent_health="1").events("/p")
    assert len({event["id"] for event in events}) == len(events) == 4
    assert [event["sequence"] for event in events] == [1, 2, 3, 4]
    assert {event["id"].startswith(FORM_ID) for event in events} == {True}


def test_what_is_written_on_the_day_has_its_instant() -> None:
    (event,) = entry("C1", attended="1").events("/p")
    assert event["time"] == "2026-05-03T09:12:00+08:00"
    assert "timeprecision" not in event


@pytest.mark.parametrize("written_at", ["2026-05-04T09:12:00+08:00", "nonsense"])
def test_what_is_entered_afterwards_is_known_by_the_day_of_the_activity(written_at: str) -> None:
    (event,) = entry("C1", written_at, attended="1").events("/p")
    if written_at == "nonsense":
        assert shanghai_day(parse_instant_us(event["time"])) == shanghai_day(STARTS_US)
    else:
        assert event["timeprecision"] == "day"
        assert parse_instant_us(event["time"]) == day_start_us(shanghai_day(STARTS_US))


@pytest.mark.parametrize(
    ("born", "birth"),
    [
        ("1950", {"birth_year": 1950}),
        ("1950-3-2", {"birth_date": "1950-03-02"}),
        ("1950年3月2日", {"birth_date": "1950-03-02"}),
        ("19500302", {"birth_date": "1950-03-02"}),
        ("1950.03.02", {"birth_date": "1950-03-02"}),
    ],
)
def test_a_birth_is_read_in_every_way_in_which_it_is_written(
    born: str, birth: dict[str, Any]
) -> None:
    person = said(entry(name="王", born=born))["jinxi.card.registered.v1"]["data"]["person"]
    assert person == {"name": "王", **birth}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({}, [("name", "missing_field")]),
        ({"name": "王", "born": "1950-2-31"}, [("born", "out_of_range")]),
        ({"name": "王", "born": "2030"}, [("born", "bad_value")]),
        ({"name": "王", "systolic_mmhg": "12.8"}, [("systolic_mmhg", "out_of_range")]),
        ({"name": "王", "pulse_bpm": "999"}, [("pulse_bpm", "out_of_range")]),
        (
            {"name": "王", "purchase": "1", "purchase_sku": "X"},
            [("quantity", "not_filled"), ("price", "not_filled")],
        ),
        ({"name": "王", "attended": "1"}, []),
    ],
)
def test_what_is_wrong_is_found_with_its_field(
    typed: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    assert faults(entry(**typed)) == expected


def test_of_a_known_person_something_must_be_said() -> None:
    assert faults(entry("C1")) == [(None, "nothing_said")]


def test_a_price_in_yuan_becomes_exact_fen() -> None:
    typed = {"purchase": "1", "purchase_sku": "JX-B4", "quantity": "2", "price": "1,234.5"}
    assert said(entry("C1", **typed))["jinxi.purchase.made.v1"]["data"]["unit_price_fen"] == 123450


def test_only_sharing_with_the_dealer_names_the_dealer_of_the_activity() -> None:
    events = entry("C1", consent_archive="1", consent_share_with_dealer="1").events("/p")
    assert [event["data"].get("dealer") for event in events] == [None, "D1"]


def test_another_source_than_ones_own_is_not_allowed() -> None:
    looked_at = checked(entry("C1", attended="1"), "/phones/u-2", STAFF, NOW_US)
    assert [fault.reason for fault in looked_at.faults] == ["not_allowed"]


def test_what_looks_odd_is_told_once_each() -> None:
    filled = entry(name="王", phone="12345", id_number="123", attended="1")
    looked_at = checked(filled, "/phones/u-1", STAFF, NOW_US)
    assert looked_at.faults == []
    assert looked_at.warnings == ("id_number_unverified", "phone_unusual")
