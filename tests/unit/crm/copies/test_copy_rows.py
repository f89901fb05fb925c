"""The rows of a dealer's copy: who, keyed how, made of what, and nothing beyond it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from crm.consents.facts import Contract, SharedCard
from crm.copies.copy_rows import CopyRow, copy_rows
from tests.unit.crm.copies.samples import (
    activity,
    at,
    card,
    contract,
    decision,
    health,
    item,
    order,
    purchase,
    reading,
    share,
)
from tests.work import calls_of

NOON = at("2026-05-03 12:00")
ACTIVITIES = activity("A1", "D1") | activity("A2", "D2")
CONTRACTS = (contract("D1", "110000"), contract("D2", "110000", kind="sub"))
ALL = ("identity", "contact", "health", "history", "purchases")


def key(dealer: str, card_id: str) -> str:
    return f"key of {dealer} {card_id}"


def rows(
    *persons: Sequence[SharedCard],
    at_us: int = NOON,
    dealer: str | None = None,
    contracts: Sequence[Contract] = CONTRACTS,
) -> list[CopyRow]:
    return list(copy_rows(persons, contracts, ACTIVITIES, at_us, key, dealer))


def content(*person: SharedCard, at_us: int = NOON) -> dict[str, Any]:
    """D1's row of one person."""
    (row,) = rows(person, at_us=at_us, dealer="D1")
    return row.content


def open_card(card_id: str = "c1", **fields: Any) -> SharedCard:
    """A card that gives D1 everything."""
    return card(card_id, share("2026-03-01 09:00", *ALL), health(), **fields)


def test_each_dealer_consented_to_has_a_row_of_its_own_with_a_key_of_its_own() -> None:
    person = [card("c1", share(), share(dealer="D2"))]
    assert [(row.dealer, row.key, row.content["key"]) for row in rows(person)] == [
        ("D1", "key of D1 c1", "key of D1 c1"),
        ("D2", "key of D2 c1", "key of D2 c1"),
    ]
    assert [row.dealer for row in rows(person, dealer="D2")] == ["D2"]


def test_a_person_who_shares_nothing_is_in_no_copy() -> None:
    assert (
        rows([card("c1")], [card("c2", health(), decision("given", "2026-03-01", "archive"))]) == []
    )


def test_a_row_names_the_contributing_cards_in_effective_order_and_only_outside_its_content() -> (
    None
):
    second = open_card("c1", order=order("2026-02-02 09:00"))
    first = open_card("c2", order=order("2026-02-01 09:00"))
    silent = card("c0", order=order("2026-01-01 09:00"))
    (row,) = rows([second, silent, first])
    assert row.cards == ("c2", "c1")
    assert row.key == "key of D1 c2"
    assert row.content == {
        "key": "key of D1 c2",
        "deceased": False,
        "identity": {"names": ["王秀英"]},
        "contact": {"regions": ["110101"]},
    }


def test_a_row_is_made_of_the_contributing_cards_only() -> None:
    hidden = card("c2", names=("汪秀英",), phones=("13911112222",), conditions=("卒中",))
    told = content(open_card(phones=("13811112222",)), hidden)
    assert told["identity"] == {"names": ["王秀英"]}
    assert told["contact"]["phones"] == ["+8613811112222"]
    assert "health" not in told


def test_each_card_gives_the_categories_consented_to_on_it() -> None:
    only_identity = card(
        "c1", share("2026-03-01", "identity"), names=("王秀英",), address="甲路1号"
    )
    only_contact = card("c2", share("2026-03-01", "contact"), names=("汪秀英",), address="乙路2号")
    told = content(only_identity, only_contact)
    assert told["identity"] == {"names": ["王秀英"]}
    assert told["contact"] == {"addresses": ["乙路2号"], "regions": ["110101"]}


def test_a_contributing_card_makes_a_row_even_when_all_it_gives_is_withheld() -> None:
    told = content(card("c1", share("2026-03-01", "health"), conditions=("卒中",)))
    assert told == {"key": "key of D1 c1", "deceased": False}


def test_identity_prefers_the_first_cards_word_and_a_date_to_a_year() -> None:
    first = open_card("c1", order=order("2026-02-01"), birth_year=1948)
    second = open_card("c2", order=order("2026-02-02"), sex="female", birth_date=date(1949, 10, 1))
    third = open_card("c3", order=order("2026-02-03"), sex="male", birth_date=date(1950, 1, 1))
    told = content(third, second, first)
    assert told["identity"] == {
        "names": ["王秀英"],
        "sex": "female",
        "birth_date": "1949-10-01",
    }
    assert content(first)["identity"] == {"names": ["王秀英"], "birth_year": 1948}


def test_mobiles_are_e164_other_phones_as_written_each_once_and_sorted() -> None:
    one = open_card("c1", phones=("139 1111 2222", "010-6512 3456"))
    two = open_card("c2", phones=("+86-13911112222", "13811112222"))
    assert content(one, two)["contact"]["phones"] == [
        "+8613811112222",
        "+8613911112222",
        "010-6512 3456",
    ]


def test_health_holds_sorted_lists_and_readings_in_time_without_empty_ones() -> None:
    told = content(
        open_card(
            conditions=("眩晕", "卒中"),
            devices=("血压计",),
            readings=(
                reading("2026-04-02 09:00", systolic_mmhg=150, diastolic_mmhg=90),
                reading("2026-04-03 09:00"),
                reading("2026-04-01 09:00", pulse_bpm=70, note="静坐后"),
            ),
        )
    )
    assert told["health"] == {
        "conditions": ["卒中", "眩晕"],
        "devices": ["血压计"],
        "readings": [
            {"time": "2026-04-01T09:00:00+08:00", "pulse_bpm": 70, "note": "静坐后"},
            {"time": "2026-04-02T09:00:00+08:00", "systolic_mmhg": 150, "diastolic_mmhg": 90},
        ],
    }


def test_history_tells_activity_and_codes_but_at_another_dealers_activity_only_type_and_time() -> (
    None
):
    told = content(
        open_card(
            history=(
                item("trial.started", "2026-04-03 09:00", "A2", trial_id="T2", sku="four-box"),
                item("trial.started", "2026-04-02 09:00", "A1", trial_id="T1", sku="four-box"),
                item("club.joined", "2026-04-01", None, club="夕阳红"),
                item("activity.attended", "2026-04-04 09:00", "not-known"),
            )
        )
    )
    assert told["history"] == [
        {
            "type": "club.joined",
            "time": "2026-04-01T12:00:00+08:00",
            "timeprecision": "day",
            "club": "夕阳红",
        },
        {
            "type": "trial.started",
            "time": "2026-04-02T09:00:00+08:00",
            "timeprecision": "second",
            "activity_id": "A1",
            "trial_id": "T1",
            "sku": "four-box",
        },
        {
            "type": "trial.started",
            "time": "2026-04-03T09:00:00+08:00",
            "timeprecision": "second",
        },
        {
            "type": "activity.attended",
            "time": "2026-04-04T09:00:00+08:00",
            "timeprecision": "second",
        },
    ]


def test_one_attendance_written_on_two_cards_is_told_once() -> None:
    seen = item("activity.attended", "2026-04-01 09:00", "A1")
    assert (
        len(content(open_card("c1", history=(seen,)), open_card("c2", history=(seen,)))["history"])
        == 1
    )


@pytest.mark.parametrize("activity", ["A1", "A2", "not-known"])
def test_one_activity_is_attended_once_on_however_many_sheets(activity: str) -> None:
    sheets = [
        item("activity.attended", time, activity)
        for time in ("2026-04-01 15:00", "2026-04-01", "2026-04-01 09:00")
    ]
    other = item("activity.attended", "2026-04-01 10:00", "A3")
    one, two = (
        open_card("c1", history=(*sheets, other)),
        open_card("c2", history=(sheets[0], sheets[2])),
    )
    assert [told["timeprecision"] for told in content(one)["history"]] == ["day", "second"]
    assert content(one, two)["history"] == content(one)["history"]
    (first,) = content(two)["history"]
    assert first["time"] == "2026-04-01T09:00:00+08:00"


def test_that_a_card_without_history_was_there_earlier_is_not_to_be_seen() -> None:
    early, late = (
        item("activity.attended", f"2026-04-01 {hour}:00", "A1") for hour in ("09", "15")
    )
    silent = card("c1", decision("given", "2026-02-02"), history=(early,))
    row = content(silent, open_card("c2", names=("王秀瑛",), history=(late,)))
    assert row["identity"]["names"] == ["王秀瑛", "王秀英"]
    (told,) = row["history"]
    assert told["time"] == "2026-04-01T15:00:00+08:00"


def test_purchases_tell_what_was_bought_and_how_much_came_back() -> None:
    bought = purchase("P1", "2026-04-01 09:00", returned_units=1, serials=("S2", "S1"))
    assert content(open_card(purchases=(bought,)))["purchases"] == [
        {
            "purchase_id": "P1",
            "time": "2026-04-01T09:00:00+08:00",
            "sku": "four-box",
            "quantity": 2,
            "returned": 1,
            "unit_price_fen": 69_300,
            "channel": "dealer",
            "serials": ["S1", "S2"],
        }
    ]


def test_zero_is_known_and_no_serials_are_not() -> None:
    (told,) = content(open_card(purchases=(purchase("P1", "2026-04-01", unit_price_fen=0),)))[
        "purchases"
    ]
    assert told["returned"] == 0 and told["unit_price_fen"] == 0 and "serials" not in told


def test_what_is_later_than_the_time_asked_for_is_not_told() -> None:
    mine = open_card(
        readings=(reading("2026-04-02 09:00", pulse_bpm=70),),
        history=(item("club.joined", "2026-04-02 09:00", club="夕阳红"),),
        purchases=(purchase("P1", "2026-04-02 09:00"),),
    )
    dated = {"health", "history", "purchases"}
    assert not dated & content(mine, at_us=at("2026-04-02 08:59")).keys()
    assert dated <= content(mine, at_us=at("2026-04-02 09:00")).keys()
    assert rows([open_card(order=order("2026-05-03 12:01"))]) == []


def test_a_deceased_persons_row_stays_and_is_marked_from_any_card() -> None:
    told = content(open_card(), card("c2", deceased=True, erased=True))
    assert told["deceased"] is True and told["identity"]


@pytest.mark.parametrize("said", ["withdrawn", "refused"])
def test_a_restricted_person_is_in_no_copy(said: str) -> None:
    assert rows([open_card(), card("c2", decision(said, "2026-04-01 09:00", "archive"))]) == []


def test_withdrawal_and_a_new_dealer_empty_the_old_copy() -> None:
    person = [open_card()]
    ended = (contract("D1", ends_on=date(2026, 5, 2)), contract("D2", starts_on=date(2026, 5, 3)))
    assert [row.dealer for row in rows(person, contracts=ended, at_us=at("2026-05-02 23:59"))] == [
        "D1"
    ]
    assert rows(person, contracts=ended) == []


def test_a_person_who_shares_nothing_costs_next_to_nothing() -> None:
    words = (
        decision("given", "2026-03-01", "archive"),
        decision("refused", "2026-03-01"),
        health(),
    )
    persons = [[card("c1", *words), card("c2", *words)]] * 1_000
    agreed = [contract(f"D{number}", "110000", kind="sub") for number in range(3)]
    assert rows(*persons, contracts=agreed) == []
    assert calls_of(lambda: rows(*persons, contracts=agreed)) < 10 * len(persons)
