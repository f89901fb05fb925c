"""What a card allows at a time: silence, order, paper days, expiry, every dealer."""

from dataclasses import replace
from datetime import date

import pytest

from crm.consents.consents import in_force, is_allowed, last_decision, restricted
from crm.consents.facts import ConsentDecision
from tests.unit.crm.copies.samples import at, decision, share

NOON = at("2026-05-03 12:00")


def allowed(*decisions: ConsentDecision, at_us: int = NOON) -> bool:
    """Sharing with dealer D1, whatever the order the decisions are handed over in."""
    answers = {
        is_allowed(decisions, "share_with_dealer", at_us, "D1"),
        is_allowed(decisions[::-1], "share_with_dealer", at_us, "D1"),
    }
    assert len(answers) == 1
    return answers.pop()


def test_without_a_word_nothing_is_allowed() -> None:
    for purpose in ("archive", "health", "marketing", "club"):
        assert not is_allowed((), purpose, NOON)
    assert not allowed()


def test_a_consent_allows_its_own_purpose_and_dealer_only() -> None:
    decisions = (share(),)
    assert allowed(*decisions)
    assert not is_allowed(decisions, "share_with_dealer", NOON, "D2")
    assert not is_allowed(decisions, "share_with_dealer", NOON)
    assert not is_allowed(decisions, "health", NOON)


def test_a_consent_counts_from_its_very_instant() -> None:
    decisions = (share("2026-05-03 12:00"),)
    assert allowed(*decisions, at_us=NOON)
    assert not allowed(*decisions, at_us=NOON - 1)


def test_the_later_word_holds() -> None:
    given, gone = share("2026-05-01 09:00"), decision("withdrawn", "2026-05-02 09:00")
    assert not allowed(given, gone)
    assert allowed(given, gone, at_us=at("2026-05-02 08:59"))
    assert allowed(given, gone, share("2026-05-03 09:00"))


@pytest.mark.parametrize("rest", [(1, "a", "a"), (0, "b", "a"), (0, "a", "b")])
def test_at_one_instant_sequence_source_and_id_decide(rest: tuple[int, str, str]) -> None:
    instant = at("2026-05-01 09:00")
    first, later = (instant, 0, "a", "a"), (instant, *rest)
    given, gone = share("2026-05-01 09:00"), decision("withdrawn", "2026-05-01 09:00")
    assert not allowed(replace(given, order=first), replace(gone, order=later))
    assert allowed(replace(given, order=later), replace(gone, order=first))


@pytest.mark.parametrize("objection", ["withdrawn", "refused"])
def test_an_objection_without_dealer_speaks_of_every_dealer(objection: str) -> None:
    assert not allowed(share(), decision(objection, "2026-05-01 09:00", dealer=None))
    assert allowed(share(), decision(objection, "2026-05-01 09:00", dealer="D2"))


@pytest.mark.parametrize("objection", ["withdrawn", "refused"])
@pytest.mark.parametrize(
    ("consent_time", "objection_time"),
    [
        ("2026-05-02 10:00", "2026-05-02"),
        ("2026-05-02", "2026-05-02 00:00"),
        ("2026-05-02", "2026-05-02 09:00"),
        ("2026-05-02", "2026-05-02"),
    ],
)
def test_on_a_day_of_paper_the_no_wins(
    objection: str, consent_time: str, objection_time: str
) -> None:
    consent, no = share(consent_time), decision(objection, objection_time)
    assert not allowed(consent, no)
    assert not allowed(replace(consent, order=(consent.order[0], 9, "z", "z")), no)


def test_the_no_wins_over_all_consents_of_its_day_also_those_with_a_clock_time() -> None:
    paper, no, clock = (
        share("2026-05-02"),
        decision("withdrawn", "2026-05-02 09:00"),
        share("2026-05-02 10:00"),
    )
    assert not allowed(paper, no, clock)
    assert allowed(no, clock)


def test_a_day_is_a_shanghai_day() -> None:
    no = decision("withdrawn", "2026-05-02")
    assert not allowed(share("2026-05-02 23:59"), no)
    assert allowed(share("2026-05-03 00:00"), no)


def test_a_consent_after_a_day_of_paper_counts_again() -> None:
    assert allowed(share("2026-05-01"), decision("withdrawn", "2026-05-01"), share("2026-05-02"))


def test_paper_words_of_another_purpose_or_dealer_disturb_no_clock() -> None:
    no, clock = decision("withdrawn", "2026-05-02 09:00"), share("2026-05-02 10:00")
    assert allowed(
        no, clock, share("2026-05-02", dealer="D2"), decision("given", "2026-05-02", "club")
    )


def test_the_last_day_of_a_consent_still_counts() -> None:
    decisions = (share(expires_on=date(2026, 5, 3)),)
    assert allowed(*decisions, at_us=at("2026-05-03 23:59"))
    assert not allowed(*decisions, at_us=at("2026-05-04 00:00"))


def test_when_the_last_consent_has_expired_an_earlier_one_does_not_step_in() -> None:
    assert not allowed(share(), share("2026-04-01 09:00", expires_on=date(2026, 4, 30)))


def test_in_force_hands_back_the_consent_that_holds() -> None:
    old, new = share(), share("2026-04-01 09:00", "identity")
    assert in_force((new, old), "share_with_dealer", NOON, "D1") is new


def test_the_last_word_tells_a_refusal_from_silence() -> None:
    refused = decision("refused", "2026-05-01 09:00", "health")
    assert last_decision((refused,), "health", NOON) is refused
    assert last_decision((), "health", NOON) is None


def test_an_archive_nobody_spoke_of_is_not_restricted() -> None:
    assert not restricted([], NOON)
    assert not restricted([(share(), decision("withdrawn", "2026-05-01 09:00"))], NOON)


@pytest.mark.parametrize("objection", ["withdrawn", "refused"])
def test_the_last_word_on_the_archive_over_all_cards_restricts(objection: str) -> None:
    given = decision("given", "2026-04-01 09:00", "archive")
    no = decision(objection, "2026-04-02 09:00", "archive")
    assert restricted([(given,), (no,)], NOON)
    assert not restricted([(given,), (no,)], at("2026-04-01 12:00"))
    again = decision("given", "2026-04-03 09:00", "archive")
    assert not restricted([(given, again), (no,)], NOON)


def test_an_expired_archive_consent_restricts() -> None:
    given = decision("given", "2026-04-01 09:00", "archive", expires_on=date(2026, 5, 3))
    assert not restricted([(given,)], at("2026-05-03 23:59"))
    assert restricted([(given,)], at("2026-05-04 00:00"))


def test_on_a_day_of_paper_another_cards_no_to_the_archive_wins() -> None:
    given = decision("given", "2026-04-01 15:00", "archive")
    assert restricted([(given,), (decision("withdrawn", "2026-04-01", "archive"),)], NOON)


def test_a_consent_that_nobody_proved_ends_no_objection() -> None:
    refused = decision("refused", "2026-05-01 09:00", "health")
    claimed = replace(decision("given", "2026-05-02 09:00", "health"), proven=False)
    proven = decision("given", "2026-05-01 12:00", "health")
    assert in_force((claimed,), "health", NOON) is claimed
    assert in_force((refused, claimed), "health", NOON) is None
    assert last_decision((refused, claimed), "health", NOON) is refused
    assert in_force((refused, proven, claimed), "health", NOON) is claimed


def test_an_objection_after_the_unproven_consent_stands_above_both() -> None:
    proven = decision("given", "2026-05-01 09:00", "health")
    refused = decision("refused", "2026-05-01 12:00", "health")
    claimed = replace(decision("given", "2026-05-02 09:00", "health"), proven=False)
    assert in_force((proven, refused, claimed), "health", NOON) is None
