"""Refusals: each reason with its place, and of several the one that stands first in the list."""

from typing import Any

import msgspec
import pytest

from campaigns.catalogue import CATALOGUE
from campaigns.cloudevents import CheckedEvent, Refusal, check
from campaigns.faults import REASONS, gravest
from tests.examples import HAPPENED, LATER_US, a_card, an_event, days_after, written

CONSENT = {
    **{"card_id": "c", "purpose": "archive", "notice_version": "n1"},
    **{"method": "paper", "by": "self"},
}
READING = {"card_id": "c", "health": {"systolic_mmhg": 128}}
PURCHASE = {
    **{"purchase_id": "P", "card_id": "c", "sku": "S", "quantity": 1},
    **{"unit_price_fen": 128_000, "channel": "dealer"},
}
CONTRACT = {
    **{"dealer": "D1", "contract_id": "C1", "name": "金秋", "regions": ["130102"]},
    **{"kind": "sub", "starts_on": "2026-01-01"},
}
ACTIVITY = {
    **{"activity_id": "A1", "programme": "p", "kind": "free_clinic", "title": "t"},
    **{"region": "130102", "dealer": "D1", "starts_at": HAPPENED},
}
RULE = {
    **{"member_kind": "clerk", "mode": "TRACK_ONLY", "basis": "per_unit", "amount_fen": 0},
    **{"window_days": 90, "which": "last", "hold_days": 30, "training_required": False},
}


def fault_of(line: bytes | dict[str, Any]) -> tuple[str, str]:
    found = check(line if isinstance(line, bytes) else written(line), LATER_US)
    assert isinstance(found, Refusal), found
    return found.reason, found.path


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"not json",
        written(a_card())[:-20],
        written(a_card()).replace("王秀英".encode(), "王秀英".encode("gbk")),
        written(a_card(n=0)).replace(b'"n":0', b'"n":NaN'),
        written(a_card(n=0)).replace(b'"n":0', b'"n":"\\ud800"'),
        written(a_card()) + written(a_card()),
    ],
    ids=["empty", "words", "truncated", "GBK", "NaN", "half a character", "two on a line"],
)
def test_what_cannot_be_read_is_not_json(line: bytes) -> None:
    assert fault_of(line) == ("not_json", "$")


@pytest.mark.parametrize("line", [b"[]", b"3", b'"x"', b"null", b"{}", b'{"id":"e"}'])
def test_json_that_is_no_event_is_not_cloudevents(line: bytes) -> None:
    assert fault_of(line) == ("not_cloudevents", "$")


def test_a_line_of_more_than_64_kib_is_too_large() -> None:
    assert fault_of(b" " * 65_536 + b"{}") == ("too_large", "$")


@pytest.mark.parametrize("name", ["jinxi.card.registered.v2", "card.registered", "", "person.born"])
def test_a_type_that_is_not_in_the_catalogue_is_unknown(name: str) -> None:
    assert fault_of(a_card() | {"type": name}) == ("unknown_type", "$.type")


@pytest.mark.parametrize("name", ["id", "source", "type", "time", "subject", "data"])
def test_a_missing_attribute_is_named(name: str) -> None:
    assert fault_of(a_card(attributes={name: ...})) == ("missing_field", f"$.{name}")


@pytest.mark.parametrize(
    ("event", "path"),
    [
        (a_card(person={}), "$.data.person.name"),
        (an_event("card.registered", {"card_id": "c"}), "$.data.person"),
        (an_event("consent.given", CONSENT | {"purpose": "share_with_dealer"}), "$.data.dealer"),
        (
            an_event(
                "reward_policy.published",
                {
                    **{"policy": "p", "effective_from": "2026-01-01"},
                    "rules": [RULE, RULE | {"basis": "percent"}],
                },
            ),
            "$.data.rules[1].percent_bp",
        ),
    ],
)
def test_a_missing_field_is_named_by_its_path(event: dict[str, Any], path: str) -> None:
    assert fault_of(event) == ("missing_field", path)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("specversion", "0.3"),
        ("specversion", 1.0),
        ("id", ""),
        ("id", "x" * 65),
        ("id", "a b"),
        ("id", "e-1\n"),
        ("id", 7),
        ("source", ""),
        ("source", "two words"),
        ("source", "x" * 257),
        ("type", 3),
        ("time", "2026-05-03"),
        ("time", "2026-02-31T09:00:00+08:00"),
        ("time", "2026-05-03T09:12:00"),
        ("time", 1_777_770_000),
        ("subject", "card-1"),
        ("subject", "card/another"),
        ("subject", "member/card-1"),
        ("datacontenttype", "text/plain"),
        ("timeprecision", "hour"),
        ("data", None),
        ("data", []),
        ("data", "{}"),
    ],
)
def test_a_malformed_attribute_is_named(attribute: str, value: Any) -> None:
    assert fault_of(a_card() | {attribute: value}) == ("bad_value", f"$.{attribute}")


@pytest.mark.parametrize(
    ("event", "path"),
    [
        (a_card(person={"name": "王", "birth_date": "1949-02-31"}), "$.data.person.birth_date"),
        (a_card(person={"name": "王", "birth_date": "2026-05-04"}), "$.data.person.birth_date"),
        (a_card(person={"name": "王", "birth_year": 2027}), "$.data.person.birth_year"),
        (a_card(person={"name": "王", "birth_year": 1849}), "$.data.person.birth_year"),
        (a_card(person={"name": ""}), "$.data.person.name"),
        (a_card(person={"name": "王", "sex": "F"}), "$.data.person.sex"),
        (a_card(person=None), "$.data.person"),
        (a_card(contact={"phones": ["1", 2]}), "$.data.contact.phones[1]"),
        (a_card(contact={"phones": "1"}), "$.data.contact.phones"),
        (a_card(region="1301"), "$.data.region"),
        (a_card(region="１３０１０２"), "$.data.region"),
        (an_event("card.corrected", {"card_id": "c", "person": {"name": None}}),
         "$.data.person.name"),
        (an_event("clinic.consulted", READING | {"health": {"systolic_mmhg": 16.0}}),
         "$.data.health.systolic_mmhg"),
        (an_event("clinic.consulted", READING | {"health": {"systolic_mmhg": 17}}),
         "$.data.health.systolic_mmhg"),
        (an_event("clinic.consulted", READING | {"health": {"pulse_bpm": "72"}}),
         "$.data.health.pulse_bpm"),
        (an_event("purchase.made", PURCHASE | {"unit_price_fen": 1280.5}), "$.data.unit_price_fen"),
        (an_event("purchase.made", PURCHASE | {"unit_price_fen": "1280"}), "$.data.unit_price_fen"),
        (an_event("purchase.made", PURCHASE | {"unit_price_fen": -1}), "$.data.unit_price_fen"),
        (an_event("purchase.made", PURCHASE | {"quantity": 0}), "$.data.quantity"),
        (an_event("purchase.made", PURCHASE | {"quantity": True}), "$.data.quantity"),
        (an_event("purchase.made", PURCHASE | {"buyer": {"relation": "boss"}}),
         "$.data.buyer.relation"),
        (an_event("gift.given", {"card_id": "c", "item": "书", "value_fen": 0}),
         "$.data.value_fen"),
        (an_event("consent.given", CONSENT | {"dealer": "D1"}), "$.data.dealer"),
        (an_event("consent.refused", {"card_id": "c", "purpose": "club", "dealer": "D"}),
         "$.data.dealer"),
        (an_event("consent.withdrawn", {"card_id": "c", "purpose": "health", "dealer": "D"}),
         "$.data.dealer"),
        (an_event("consent.given", CONSENT | {"categories": ["identity", "all"]}),
         "$.data.categories[1]"),
        (an_event("identity.undecided", {"card_id": "c", "other_card_id": "c"}),
         "$.data.other_card_id"),
        (an_event("dealer.contracted", CONTRACT | {"ends_on": "2025-12-31"}), "$.data.ends_on"),
        (an_event("dealer.contracted", CONTRACT | {"regions": ["130102", "x"]}),
         "$.data.regions[1]"),
        (an_event("activity.planned", ACTIVITY | {"ends_at": days_after(HAPPENED, -1)}),
         "$.data.ends_at"),
        (an_event("activity.planned", ACTIVITY | {"starts_at": "0001-01-01T00:00:00+14:00"}),
         "$.data.starts_at"),
        (an_event("activity.changed", {"activity_id": "a", "title": None}), "$.data.title"),
        (an_event("event.voided", {"of_source": "/s", "of_id": "e", "reason_code": "typed_wrong"},
                  subject="installation/content"), "$.subject"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_is_named_by_its_path(event: dict[str, Any], path: str) -> None:
    assert fault_of(event) == ("bad_value", path)


@pytest.mark.parametrize("purpose", ["consent.refused", "consent.withdrawn"])
def test_to_refuse_or_take_back_sharing_no_dealer_need_be_named(purpose: str) -> None:
    event = an_event(purpose, {"card_id": "c", "purpose": "share_with_dealer"})
    assert not isinstance(check(written(event), LATER_US), Refusal)


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        (a_card() | {"type": "x", "id": ""}, ("unknown_type", "$.type")),
        (a_card(attributes={"time": ..., "type": "x"}), ("unknown_type", "$.type")),
        (a_card(attributes={"time": ..., "id": ""}), ("missing_field", "$.time")),
        (a_card(attributes={"time": "x"}, person={}), ("missing_field", "$.data.person.name")),
        (a_card(attributes={"id": ""}, region="x"), ("bad_value", "$.id")),
        (a_card(attributes={"time": days_after(HAPPENED, 9999)}, region="x"),
         ("bad_value", "$.data.region")),
        (a_card("13812345678", attributes={"time": days_after(HAPPENED, 9999)}),
         ("time_in_future", "$.time")),
        (an_event("consent.given", CONSENT | {"purpose": "share_with_dealer", "by": "x"}),
         ("missing_field", "$.data.dealer")),
        (an_event("consent.given", CONSENT | {"purpose": "share_with_dealer"}, subject="card/z"),
         ("missing_field", "$.data.dealer")),
        (an_event("day.reached", {"day": "x"}, subject=...), ("missing_field", "$.subject")),
    ],
)  # fmt: skip
def test_of_several_faults_the_gravest_is_named(
    event: dict[str, Any], fault: tuple[str, str]
) -> None:
    assert fault_of(event) == fault


def test_the_order_of_reasons_is_the_promised_one() -> None:
    faults = [(reason, "$") for reason in reversed(REASONS)]
    named = []
    while faults:
        named.append(gravest(faults)[0])
        faults.remove((named[-1], "$"))
    assert named == [
        *("too_large", "not_json", "not_cloudevents", "unknown_type", "missing_field"),
        *("bad_value", "time_in_future", "id_reused", "id_is_personal", "not_allowed"),
    ]


def test_a_refusal_says_whose_event_it_was_where_that_can_be_told() -> None:
    found = check(written(a_card(region="x")), LATER_US)
    assert isinstance(found, Refusal)
    assert (found.source, found.id) == ("/tests/hall", "reg-card-1")
    found = check(written(a_card() | {"id": 7}), LATER_US)
    assert isinstance(found, Refusal) and found.id is None


@pytest.mark.parametrize("type_name", CATALOGUE)
def test_of_every_type_each_needed_field_is_missed(type_name: str) -> None:
    kind = CATALOGUE[type_name]
    needed = [f.name for f in msgspec.structs.fields(kind) if f.required]
    reason, path = fault_of(an_event(type_name, {}))
    if type_name == "day.reached":
        assert (reason, path) == ("bad_value", "$.data.day")
    else:
        assert (reason, path) == ("missing_field", f"$.data.{needed[0]}")


@pytest.mark.parametrize(
    ("type_name", "data"),
    [
        ("trial.ended", {"trial_id": "t", "card_id": "c", "outcome": "satisfied"}),
        ("follow_up.done", {"card_id": "c", "channel": "phone", "outcome": "reached"}),
        ("complaint.raised", {"complaint_id": "k", "card_id": "c", "kind": "adverse_event"}),
        ("complaint.resolved", {"complaint_id": "k", "card_id": "c"}),
        ("dealer.contracted", CONTRACT),
    ],
)
def test_an_empty_private_object_says_what_one_that_is_left_out_says(
    type_name: str, data: dict[str, Any]
) -> None:
    for said in (data, {**data, "private": None}, {**data, "private": {}}):
        event = an_event(type_name, said)
        assert isinstance(check(written(event), LATER_US), CheckedEvent)
