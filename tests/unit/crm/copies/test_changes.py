"""A dealer's sequence of changes: numbers only rise, nothing is told twice, reasons are coarse."""

from crm.consents.facts import SharedCard
from crm.copies.changes import Change, ReasonClass, new_changes, reason_of_withdrawal
from crm.copies.sharing_rule import circumstances
from tests.unit.crm.copies.samples import at, card, contract, decision, share

ROW, OTHER = ("D1", "row"), ("D1", "other")


def said(sequence: int, content_hash: bytes | None) -> Change:
    kind = "withdraw" if content_hash is None else "upsert"
    return Change("D1", sequence, "row", kind, None, content_hash)  # type: ignore[arg-type]


def test_numbers_of_a_dealer_rise_by_time_or_at_least_by_one() -> None:
    wanted = {ROW: b"a", OTHER: b"b", ("D2", "x"): b"c"}
    found = new_changes(wanted, {}, {"D1": 500}, 100)
    assert [(change.dealer, change.sequence) for change in found] == [
        ("D1", 501),
        ("D1", 502),
        ("D2", 100),
    ]
    assert [each.sequence for each in new_changes(wanted, {}, {"D1": 5}, 100)] == [100, 101, 100]


def test_what_a_dealer_knows_is_not_told_again() -> None:
    assert new_changes({ROW: b"a"}, {ROW: said(1, b"a")}, {"D1": 1}, 0) == []
    assert new_changes({ROW: ReasonClass.ERASED}, {ROW: said(1, None)}, {"D1": 1}, 0) == []
    assert new_changes({ROW: ReasonClass.ERASED}, {}, {}, 0) == []


def test_a_row_that_comes_back_as_it_was_is_told_again() -> None:
    (change,) = new_changes({ROW: b"a"}, {ROW: said(2, None)}, {"D1": 2}, 0)
    assert (change.sequence, change.kind, change.content_hash) == (3, "upsert", b"a")


def test_a_withdrawal_carries_its_reason_and_nothing_of_the_row() -> None:
    wanted = {ROW: ReasonClass.CONSENT_ENDED}
    (change,) = new_changes(wanted, {ROW: said(1, b"a")}, {"D1": 1}, 0)
    assert change == Change("D1", 2, "row", "withdraw", "consent_ended", None)


def reason(*person: SharedCard, dealer: str = "D1") -> ReasonClass:
    here = circumstances([contract()], {}, at("2026-05-03 09:00"))
    return reason_of_withdrawal(["c1"], dealer, [person], here)


def test_the_reason_is_the_gravest_that_a_dealer_may_know() -> None:
    refused = decision("refused", "2026-04-01 09:00")
    assert reason(card("c1", share(), refused, erased=True)) is ReasonClass.ERASED
    assert reason(card("c1", share(), region="310115")) is ReasonClass.ENTITLEMENT_ENDED
    assert reason(card("c1", share()), dealer="D9") is ReasonClass.ENTITLEMENT_ENDED
    assert reason(card("c1", share(), refused)) is ReasonClass.CONSENT_ENDED
    assert reason(card("c1")) is ReasonClass.CONSENT_ENDED
    assert reason(card("c2", share())) is ReasonClass.CORRECTED


def test_a_row_whose_card_stands_in_another_row_of_the_copy_is_replaced() -> None:
    assert reason(card("c1", share())) is ReasonClass.ROW_REPLACED
