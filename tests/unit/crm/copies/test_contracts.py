"""Which dealers have a contract on a day, and what it covers."""

from datetime import date

import pytest

from crm.copies.contracts import territories
from tests.unit.crm.copies.samples import at, contract, order


@pytest.mark.parametrize(
    ("code", "covered", "not_covered"),
    [
        ("130000", ("130000", "130100", "130102"), ("110101", "310000")),
        ("130100", ("130100", "130102"), ("130000", "130200", "130202")),
        ("130102", ("130102",), ("130000", "130100", "130103")),
    ],
)
def test_a_code_covers_itself_and_what_is_below_it(
    code: str, covered: tuple[str, ...], not_covered: tuple[str, ...]
) -> None:
    territory = territories([contract("D1", code)], at("2026-05-03"))["D1"]
    assert all(territory.covers(region) for region in covered)
    assert not any(territory.covers(region) for region in not_covered)


def test_no_region_is_in_nobodys_territory() -> None:
    assert not territories([contract("D1", "110000")], at("2026-05-03"))["D1"].covers(None)


def test_first_and_last_day_of_a_contract_count() -> None:
    agreed = [contract(starts_on=date(2026, 5, 1), ends_on=date(2026, 5, 31))]
    assert not territories(agreed, at("2026-04-30 23:59"))
    assert territories(agreed, at("2026-05-01 00:00"))
    assert territories(agreed, at("2026-05-31 23:59"))
    assert not territories(agreed, at("2026-06-01 00:00"))


def test_a_contract_is_not_there_before_it_was_made() -> None:
    agreed = [contract(order=order("2026-05-03 09:00"))]
    assert not territories(agreed, at("2026-05-03 08:59"))
    assert territories(agreed, at("2026-05-03 09:00"))


def test_several_contracts_of_a_dealer_add_up_and_dealers_stay_apart() -> None:
    agreed = [contract("D1", "110000"), contract("D1", "310000"), contract("D2", "440000")]
    held = territories(agreed, at("2026-05-03"))
    assert held["D1"].covers("110101") and held["D1"].covers("310101")
    assert not held["D1"].covers("440101") and not held["D2"].covers("110101")


def test_a_sub_dealers_contract_counts_like_any_other() -> None:
    assert "D3" in territories([contract("D3", kind="sub")], at("2026-05-03"))
