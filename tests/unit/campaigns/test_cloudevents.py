"""From bytes to a checked event: what is read, what is encrypted, what counts as content."""

import json
import tracemalloc
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.catalogue import WIRE_NAMES
from campaigns.cloudevents import LARGEST_EVENT_BYTES, CheckedEvent, Refusal, check, check_object
from campaigns.kinds import kind_of
from campaigns.times import DAY_US, SECOND_US, day_start_us, parse_instant_us
from tests.examples import HAPPENED, LATER_US, a_card, an_event, days_after, valid_data, written
from tests.profiles import examples

HAPPENED_US = parse_instant_us(HAPPENED)


def checked(
    event: dict[str, Any], now_us: int = LATER_US, *, history: bool = False
) -> CheckedEvent:
    found = check(written(event), now_us, history=history)
    assert isinstance(found, CheckedEvent), found
    return found


def refused(
    event: dict[str, Any], now_us: int = LATER_US, *, history: bool = False
) -> tuple[str, str]:
    found = check(written(event), now_us, history=history)
    assert isinstance(found, Refusal), found
    return found.reason, found.path


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_and_the_end_of_the_line_are_no_part_of_it(
    start: bytes, end: bytes
) -> None:
    found = check(start + written(a_card()) + end, LATER_US)
    assert isinstance(found, CheckedEvent)
    assert found.content == checked(a_card()).content


def test_a_line_of_the_largest_size_is_taken_whatever_its_end() -> None:
    room = LARGEST_EVENT_BYTES - len(written(a_card(private={"note": ""}, extra="")))
    note, rest = "x" * 20_000, "y" * (room - 20_000)
    event = a_card(private={"note": note}, extra=rest)
    assert isinstance(check(written(event) + b"\r\n", LATER_US), CheckedEvent)
    event = a_card(private={"note": note}, extra=rest + "z")
    assert check(written(event), LATER_US) == Refusal("too_large", "$")


def test_key_order_and_white_space_and_who_carried_it_are_no_content() -> None:
    event = a_card(quite="new", private={"note": "x"})
    shuffled = json.dumps(dict(reversed(event.items())), indent=2, ensure_ascii=True).encode()
    other = check(shuffled, LATER_US)
    assert isinstance(other, CheckedEvent)
    carried = checked(event | {"actor": "somebody", "receivedat": days_after(HAPPENED, 1)})
    assert checked(event).content == other.content == carried.content


@pytest.mark.parametrize(
    "change",
    [
        {"time": days_after(HAPPENED, -1)},
        {"sequence": 1},
        {"timeprecision": "day"},
        {"data": {**a_card()["data"], "colour": "blue"}},
        {"data": {**a_card()["data"], "person": {"name": "王秀英", "nickname": "英子"}}},
    ],
)
def test_whatever_else_the_sender_says_is_content(change: dict[str, Any]) -> None:
    assert checked(a_card() | change).content != checked(a_card()).content


retries = st.fixed_dictionaries(
    {},
    optional={
        "traceparent": st.from_regex(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", fullmatch=True),
        "tracestate": st.text(max_size=20),
        "partitionkey": st.integers(-(2**63), 2**63 - 1),
        "dataschema": st.just("https://example.org/card"),
        "colour": st.lists(st.text(max_size=5), max_size=2),
        "time": st.sampled_from(
            ("2026-05-03T01:12:00Z", "2026-05-03T09:12:00+08:00", "2026-05-02T18:12:00.000-07:00")
        ),
        "sequence": st.just(0),
        "timeprecision": st.just("second"),
        "datacontenttype": st.just("application/json"),
        "actor": st.text(max_size=9),
    },
)


@given(retries)
def test_a_retry_has_the_same_content_whatever_carries_it(carried: dict[str, Any]) -> None:
    first, again = checked(a_card()), checked(a_card() | carried)
    assert (again.content, again.twin) == (first.content, first.twin)


@given(clock=st.times())
def test_of_a_day_the_time_of_day_is_no_content(clock: time) -> None:
    event = a_card() | {"timeprecision": "day"}
    another = event | {"time": f"2026-05-03T{clock.isoformat()}+08:00"}
    assert checked(another).content == checked(event).content


def test_one_and_one_point_zero_are_the_same_number() -> None:
    whole, point = (a_card(score=number) for number in (1, 1.0))
    assert checked(whole).content == checked(point).content
    whole, point = (a_card(health={"weight": number}) for number in (1, 1.0))
    assert checked(whole).content == checked(point).content


def test_the_twin_of_a_creation_leaves_out_its_id_alone() -> None:
    twin = checked(a_card()).twin
    assert twin is not None and twin == checked(a_card() | {"id": "another"}).twin
    assert twin != checked(a_card() | {"time": days_after(HAPPENED, 1)}).twin
    attended = an_event("activity.attended", {"card_id": "c", "activity_id": "a"})
    assert checked(attended).twin is None


def test_day_precision_starts_at_midnight_in_shanghai_whatever_the_time_of_day() -> None:
    event = a_card() | {"timeprecision": "day"}
    for text, day in (
        ("2026-05-03T23:59:00+08:00", date(2026, 5, 3)),
        ("2026-05-03T17:00:00Z", date(2026, 5, 4)),
        ("2026-05-03T00:00:00+08:00", date(2026, 5, 3)),
    ):
        found = checked(event | {"time": text})
        assert (found.starts_us, found.day_precision) == (day_start_us(day), True)
        assert found.time == text
    assert checked(a_card()).starts_us == HAPPENED_US


def test_the_senders_own_order_is_kept_and_zero_when_not_said() -> None:
    assert checked(a_card() | {"sequence": -3}).sequence == -3
    assert checked(a_card()).sequence == 0
    assert refused(a_card() | {"sequence": "1"}) == ("bad_value", "$.sequence")
    assert refused(a_card() | {"sequence": 2**53}) == ("bad_value", "$.sequence")


def test_the_receipt_of_history_is_taken_from_the_event_and_only_there() -> None:
    event = a_card() | {"receivedat": days_after(HAPPENED, 2)}
    then_us = parse_instant_us(days_after(HAPPENED, 2))
    assert checked(event, history=True).received_us == then_us
    assert checked(event).received_us == LATER_US
    assert checked(a_card(), history=True).received_us == LATER_US


@pytest.mark.parametrize(
    "sent", ["2026-05-03T09:11:59+08:00", "2099-01-01T00:00:00Z", "yesterday", 5, "2026-05-03"]
)
def test_history_received_before_it_happened_or_after_now_is_a_bad_value(sent: Any) -> None:
    event = a_card() | {"receivedat": sent}
    assert refused(event, history=True) == ("bad_value", "$.receivedat")
    assert checked(event).received_us == LATER_US


def test_history_of_day_precision_may_be_received_on_its_day() -> None:
    event = a_card() | {"timeprecision": "day", "time": "2026-05-03T23:00:00+08:00"}
    sent = event | {"receivedat": "2026-05-03T10:00:00+08:00"}
    assert checked(sent, history=True).received_us == parse_instant_us("2026-05-03T10:00:00+08:00")


def test_an_event_may_lie_five_minutes_ahead_of_its_receipt_and_no_more() -> None:
    assert checked(a_card(), HAPPENED_US - 300 * SECOND_US).starts_us == HAPPENED_US
    late = refused(a_card(), HAPPENED_US - 300 * SECOND_US - 1)
    assert late == ("time_in_future", "$.time")
    tomorrow = a_card() | {"timeprecision": "day", "time": "2026-05-04T00:00:00+08:00"}
    assert refused(tomorrow, HAPPENED_US) == ("time_in_future", "$.time")


@pytest.mark.parametrize("precision", ["second", "day"])
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("0001-01-01T00:00:00+14:00", ("bad_value", "$.time")),
        ("1899-12-31T23:59:59+08:00", ("bad_value", "$.time")),
        ("9999-12-31T23:59:59-12:00", ("time_in_future", "$.time")),
    ],
)
def test_the_ends_of_the_calendar_are_answered_too(
    text: str, fault: tuple[str, str], precision: str
) -> None:
    assert refused(a_card() | {"time": text, "timeprecision": precision}) == fault


@given(
    fraction=st.from_regex(r"\.[0-9]{1,12}", fullmatch=True) | st.just("." + "9" * 7),
    clock=st.sampled_from(["23:59:59", "12:00:00", "00:00:00"]),
    precision=st.sampled_from(["second", "day"]),
)
def test_no_fraction_of_a_second_makes_a_day_the_next_one(
    fraction: str, clock: str, precision: str
) -> None:
    """Of what is finer than a microsecond nothing counts; it is never rounded up."""
    whole = parse_instant_us(f"2026-05-03T{clock}+08:00")
    text = f"2026-05-03T{clock}{fraction}+08:00"
    found = checked(a_card() | {"time": text, "timeprecision": precision})
    finer = int(fraction[1:7].ljust(6, "0"))
    day = day_start_us(date(2026, 5, 3))
    assert (found.starts_us, found.time) == (day if precision == "day" else whole + finer, text)
    history = a_card() | {"receivedat": text.replace("03T", "04T")}
    assert checked(history, history=True).received_us == whole + finer + DAY_US


@pytest.mark.parametrize("zone", ["+0800", "-0000"])
def test_a_zone_without_its_colon_is_no_time_of_rfc_3339_wherever_it_stands(zone: str) -> None:
    text = f"2026-05-03T09:12:00{zone}"
    assert refused(a_card() | {"time": text}) == ("bad_value", "$.time")
    received = a_card() | {"receivedat": text.replace("09:12", "23:12")}
    assert refused(received, history=True) == ("bad_value", "$.receivedat")
    checked(received)


@examples(1 / 10)
@given(st.data(), st.sampled_from(["+0800", "-0000"]))
def test_nor_is_it_one_in_any_field_that_holds_a_time(data: st.DataObject, zone: str) -> None:
    kinds = [kind for wire in WIRE_NAMES if (kind := kind_of(wire)) is not None and kind.moments]
    assert {kind.event.type_name for kind in kinds} >= {"activity.planned", "card.corrected"}
    for kind in kinds:
        name = kind.event.type_name
        for field in kind.moments:
            said = data.draw(valid_data(name))
            others = dict.fromkeys({"starts_at"} & said.keys(), "2026-05-01T09:12:00+08:00")
            said = {key: each for key, each in said.items() if key not in kind.moments} | others
            said[field] = f"2026-05-03T09:12:00{zone}"
            assert refused(an_event(name, said)) == ("bad_value", f"$.data.{field}")


def test_unknown_fields_are_kept_and_encrypted_wherever_they_stand() -> None:
    event = a_card(colour="blue", person={"name": "王秀英", "nickname": "英子"}) | {
        "traceparent": "t"
    }
    found = checked(event)
    assert found.plain == {"card_id": "card-1", "source_kind": "walk_in"}
    assert found.personal == {
        "person": {"name": "王秀英", "nickname": "英子"},
        "$extra": {"colour": "blue", "$attributes": {"traceparent": "t"}},
    }


def test_unknown_fields_within_objects_that_stay_in_plain_are_encrypted() -> None:
    buyer = {"relation": "child", "nickname": "小王"}
    data = {"purchase_id": "P1", "card_id": "c", "sku": "S", "quantity": 1, "unit_price_fen": 100}
    found = checked(an_event("purchase.made", data | {"channel": "dealer", "buyer": buyer}))
    assert found.plain["buyer"] == {"relation": "child"}
    assert found.personal == {"$extra": {"buyer": buyer}}
    rule = {
        **{"member_kind": "clerk", "mode": "TRACK_ONLY", "basis": "per_unit", "amount_fen": 0},
        **{"window_days": 90, "which": "last", "hold_days": 30, "training_required": False},
    }
    rules = [rule, rule | {"remark": "小王"}]
    policy = {"policy": "P", "effective_from": "2026-01-01", "rules": rules}
    found = checked(an_event("reward_policy.published", policy))
    assert list(found.plain["rules"]) == [rule, rule]
    assert found.personal == {"$extra": {"rules": rules}}


@given(st.integers(1, 1_000))
def test_however_deep_unknown_fields_are_nested_there_is_an_answer(depth: int) -> None:
    line = written(a_card(deep=0)).replace(b'"deep":0', b'"deep":' + b"[" * depth + b"]" * depth)
    found = check(line, LATER_US)
    if depth <= 62:
        assert isinstance(found, CheckedEvent)
    else:
        assert isinstance(found, Refusal) and (found.reason, found.path) == ("bad_value", "$")


def test_unknown_numbers_of_any_size_are_kept() -> None:
    found = checked(a_card(serial_no=2**63, small=1e-300))
    assert found.personal["$extra"] == {"serial_no": 2**63, "small": 1e-300}


@pytest.mark.parametrize(
    "personal",
    ["13812345678", "8613812345678", "138-1234-5678", "138.1234.5678", "11010519491231002X"],
)
def test_a_personal_number_is_no_name_of_a_thing(personal: str) -> None:
    attended = {"card_id": "c", "activity_id": "a"}
    for event, path in (
        (a_card() | {"id": personal}, "$.id"),
        (a_card() | {"source": f"/phones/{personal}"}, "$.source"),
        (a_card(personal), "$.subject"),
        (an_event("activity.attended", attended | {"activity_id": personal}), "$.data.activity_id"),
        (a_card(dealer=personal), "$.data.dealer"),
        (an_event("club.joined", {"card_id": "c", "club": personal}), "$.data.club"),
    ):
        assert checked(event).faults[0] == ("id_is_personal", path)


def test_each_of_a_list_of_names_is_looked_at() -> None:
    data = {
        **{
            "activity_id": "a",
            "programme": "p",
            "kind": "free_clinic",
            "title": "t",
            "dealer": "D",
        },
        **{"region": "130102", "starts_at": HAPPENED, "co_organizers": ["老龄办", "13812345678"]},
    }
    faults = checked(an_event("activity.planned", data)).faults
    assert faults == (("id_is_personal", "$.data.co_organizers[1]"),)


def test_each_name_in_a_list_of_things_is_looked_at() -> None:
    things = [{"item": "易拉宝", "quantity": 1}, {"item": "13812345678", "quantity": 1}]
    for more in ({}, {"colour": "red"}):
        data = {"activity_id": "a", "materials": [each | more for each in things]}
        faults = checked(an_event("activity.changed", data)).faults
        assert faults == (("id_is_personal", "$.data.materials[1].item"),)


@pytest.mark.parametrize(
    ("materials", "path"),
    [
        ([{"item": "礼品", "quantity": 1}, {"item": "礼品", "quantity": 2}], "[1].item"),
        ([{"item": "礼品", "quantity": 0}], "[0].quantity"),
        ([{"item": "", "quantity": 1}], "[0].item"),
        ([{"item": f"礼品{n}", "quantity": 1} for n in range(51)], ""),
    ],
)
def test_what_is_taken_along_is_bounded_and_each_thing_once(
    materials: list[dict[str, object]], path: str
) -> None:
    refused = check(
        written(an_event("activity.changed", {"activity_id": "a", "materials": materials})),
        LATER_US,
    )
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.path) == ("bad_value", f"$.data.materials{path}")


@pytest.mark.parametrize(
    "harmless",
    [
        "0b5c9a3e-7d1f-4c52-9f0e-1a2b3c4d5e6f",
        "2026-05-03",
        "20260503-091200",
        "12345678901",
        "110105194912310021",
        "A13812345678",
        "13812345678-2",
        "K-13812345678",
    ],
)
def test_uuids_dates_and_other_numbers_are_names_like_any(harmless: str) -> None:
    event = a_card(harmless) | {"id": harmless, "source": f"/sheets/{harmless}"}
    assert checked(event).faults == ()


def test_serial_numbers_may_look_like_telephones() -> None:
    data = {"trial_id": "T", "card_id": "c", "sku": "S", "serial": "13812345678"}
    assert checked(an_event("trial.started", data)).faults == ()


def test_a_day_is_named_by_its_subject_alone() -> None:
    event = an_event("day.reached", {}, subject="day/2026-05-03")
    assert checked(event).plain == {"day": "2026-05-03"}
    assert refused(event | {"subject": "day/2026-02-31"})[0] == "bad_value"


def test_the_actor_is_never_what_the_sender_writes() -> None:
    found = checked(a_card() | {"actor": "headquarters"})
    assert "headquarters" not in str(found)


def test_times_are_compared_in_one_zone() -> None:
    found = checked(a_card() | {"time": "2026-05-03T01:12:00.5Z"})
    assert found.starts_us == HAPPENED_US + SECOND_US // 2
    assert datetime.fromtimestamp(found.starts_us / SECOND_US, UTC).hour == 1


def test_saying_that_the_data_are_json_is_no_content() -> None:
    said = a_card() | {"datacontenttype": "application/json; charset=utf-8"}
    unsaid = a_card()
    first, second = check(written(said), LATER_US), check(written(unsaid), LATER_US)
    assert isinstance(first, CheckedEvent) and isinstance(second, CheckedEvent)
    assert first.content == second.content


MOST = 10**12


@pytest.mark.parametrize(
    ("type_name", "changed", "place"),
    [
        ("gift.given", {"value_fen": MOST + 1}, "value_fen"),
        ("value.transferred", {"value_fen": 2**53 - 1}, "value_fen"),
        ("activity.planned", {"cost_fen": MOST + 1}, "cost_fen"),
        ("activity.changed", {"cost_fen": MOST + 1}, "cost_fen"),
        ("reward.paid", {"amount_fen": MOST + 1}, "amount_fen"),
        ("purchase.made", {"unit_price_fen": MOST + 1, "quantity": 1}, "unit_price_fen"),
        ("purchase.made", {"unit_price_fen": MOST, "quantity": 2}, "unit_price_fen"),
        ("purchase.made", {"unit_price_fen": 10**6 + 1, "quantity": 10**6}, "unit_price_fen"),
    ],
)
def test_no_amount_is_more_than_can_be_added_up(
    type_name: str, changed: dict[str, int], place: str
) -> None:
    data = {**AMOUNTS[type_name], **changed}
    assert refused(an_event(type_name, data)) == ("bad_value", f"$.data.{place}")
    most = {name: MOST // data.get("quantity", 1) for name in changed if name != "quantity"}
    assert checked(an_event(type_name, {**data, **most}))


def test_no_policy_grants_more_than_can_be_added_up() -> None:
    rule: dict[str, Any] = {"member_kind": "clerk", "mode": "ALLOWED", "basis": "per_unit"}
    rule |= {"window_days": 90, "which": "last", "hold_days": 30, "training_required": True}
    for rules, place in (
        ([{**rule, "amount_fen": MOST}, {**rule, "amount_fen": MOST + 1}], "rules[1].amount_fen"),
        (
            [{**rule, "amount_fen": 1, "tiers": [{"from_units": 2, "amount_fen": MOST + 1}]}],
            "rules[0].tiers[0].amount_fen",
        ),
    ):
        data = {"policy": "P1", "effective_from": "2026-01-01", "rules": rules}
        said = an_event("reward_policy.published", data)
        assert refused(said) == ("bad_value", f"$.data.{place}")


AMOUNTS: dict[str, dict[str, Any]] = {
    "gift.given": {"card_id": "c1", "item": "毛巾"},
    "value.transferred": {"member": "M1", "item": "书", "form": "book"},
    "activity.planned": {
        **{"activity_id": "A1", "programme": "g", "kind": "promotion", "title": "促销"},
        **{"region": "110105", "dealer": "D1", "starts_at": "2026-05-03T09:00:00+08:00"},
    },
    "activity.changed": {"activity_id": "A1"},
    "reward.paid": {
        **{"reward_id": "00000000-0000-5000-8000-000000000000", "purchase_id": "p1"},
        **{"member": "M1", "reference": "r1"},
    },
    "purchase.made": {"purchase_id": "p1", "card_id": "c1", "sku": "S", "channel": "dealer"},
}
"""What each type asks for beside its amounts."""


@pytest.mark.parametrize("attribute", ["type", "source", "id", "subject", "time"])
def test_what_is_refused_stays_in_no_memory(attribute: str) -> None:
    size, times = 100_000, 50
    check_object(a_card() | {attribute: "x"}, LATER_US)
    tracemalloc.start()
    try:
        for number in range(times):
            refused = check_object(a_card() | {attribute: f"{number}-" + "x" * size}, LATER_US)
            assert isinstance(refused, Refusal)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < size * times / 10
