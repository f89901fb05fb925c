"""Why a card is in a dealer's copy or not: every ground and every obstacle by name."""

from dataclasses import replace
from datetime import date

import pytest

from crm.consents.facts import ConsentDecision, Contract, SharedCard
from crm.copies.sharing_rule import Contribution, Ground, Obstacle, circumstances, contribution_of
from tests.unit.crm.copies.samples import activity, at, card, contract, decision, health, share

NOON = at("2026-05-03 12:00")
ACTIVITIES = activity("A1", "D1") | activity("A2", "D2")


def reasons(
    *person: SharedCard, dealer: str = "D1", contracts: tuple[Contract, ...] = ()
) -> Contribution:
    """The reasons for the first of the cards of a person."""
    agreed = contracts or (contract("D1", "110000"), contract("D2", "310000"))
    return contribution_of(person[0], dealer, person, circumstances(agreed, ACTIVITIES, NOON))


@pytest.mark.parametrize(
    ("fields", "ground"),
    [
        ({"region": "110101"}, Ground.TERRITORY),
        ({"region": None, "activity_id": "A1"}, Ground.ACTIVITY),
        ({"region": None, "dealer": "D1"}, Ground.NAMED),
    ],
)
def test_any_one_ground_is_enough(fields: dict[str, str], ground: Ground) -> None:
    told = reasons(card("c1", share(), **fields))
    assert told.contributes and told.grounds == (ground,) and told.obstacles == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"region": "310101"},
        {"region": None, "activity_id": "A2"},
        {"region": None, "activity_id": "not-known"},
        {"region": None, "dealer": "D2"},
    ],
)
def test_consent_without_a_ground_is_not_enough(fields: dict[str, str]) -> None:
    told = reasons(card("c1", share(), **fields))
    assert not told.contributes and told.obstacles == (Obstacle.NO_GROUND,)


def test_a_dealer_without_a_contract_has_no_copy_whatever_the_card_names() -> None:
    named = card("c1", share(), dealer="D1", activity_id="A1")
    told = reasons(named, contracts=(contract("D2", "310000"),))
    assert told.obstacles == (Obstacle.NO_CONTRACT,)
    assert told.grounds == (Ground.ACTIVITY, Ground.NAMED)


@pytest.mark.parametrize(
    ("words", "obstacle"),
    [
        ((), Obstacle.NO_CONSENT),
        ((share(dealer="D2"),), Obstacle.NO_CONSENT),
        ((decision("refused", "2026-05-01 09:00"),), Obstacle.REFUSED),
        ((share(), decision("refused", "2026-05-01 09:00", dealer=None)), Obstacle.REFUSED),
        ((share(), decision("withdrawn", "2026-05-01 09:00")), Obstacle.WITHDRAWN),
        ((share(expires_on=date(2026, 5, 2)),), Obstacle.EXPIRED),
    ],
)
def test_the_cards_own_consent_must_hold(
    words: tuple[ConsentDecision, ...], obstacle: Obstacle
) -> None:
    assert reasons(card("c1", *words)).obstacles == (obstacle,)


@pytest.mark.parametrize("said", ["withdrawn", "refused"])
def test_a_later_objection_on_another_card_of_the_person_overrules(said: str) -> None:
    mine = card("c1", share("2026-05-01 09:00"))
    later = card("c2", decision(said, "2026-05-01 09:01"), erased=True)
    before = card("c2", decision(said, "2026-05-01 08:59"))
    of_another = card("c2", decision(said, "2026-05-01 09:01", dealer="D2"))
    assert reasons(mine, later).obstacles == (Obstacle.OVERRULED,)
    assert reasons(mine, before).contributes
    assert reasons(mine, of_another).contributes


def test_at_one_instant_the_effective_order_says_which_of_two_cards_spoke_last() -> None:
    given, no = share("2026-05-01 09:00"), decision("withdrawn", "2026-05-01 09:00")
    first, second = (given.order[0], 0, "a", "a"), (given.order[0], 1, "a", "a")
    mine, late = card("c1", replace(given, order=first)), card("c1", replace(given, order=second))
    assert reasons(mine, card("c2", replace(no, order=second))).obstacles == (Obstacle.OVERRULED,)
    assert reasons(late, card("c2", replace(no, order=first))).contributes


def test_another_cards_later_consent_does_not_take_the_objection_back_for_this_one() -> None:
    mine = card("c1", share("2026-05-01 09:00"))
    other = card("c2", decision("withdrawn", "2026-05-01 10:00"), share("2026-05-01 11:00"))
    assert reasons(mine, other).obstacles == (Obstacle.OVERRULED,)
    assert reasons(other, mine).contributes


def test_on_a_day_of_paper_another_cards_no_wins_over_every_consent_of_the_day() -> None:
    mine = card("c1", share("2026-05-01 10:00"))
    no_on_paper = card("c2", decision("withdrawn", "2026-05-01"))
    yes_on_paper = card("c2", decision("withdrawn", "2026-05-01 09:00"), share("2026-05-01"))
    assert reasons(mine, no_on_paper).obstacles == (Obstacle.OVERRULED,)
    assert reasons(mine, yes_on_paper).obstacles == (Obstacle.OVERRULED,)


def test_another_cards_consent_never_stands_for_this_one() -> None:
    assert reasons(card("c1"), card("c2", share())).obstacles == (Obstacle.NO_CONSENT,)


def test_an_erased_card_does_not_contribute() -> None:
    assert reasons(card("c1", share(), erased=True)).obstacles == (Obstacle.ERASED,)


def test_a_restricted_persons_cards_do_not_contribute() -> None:
    no = card("c2", decision("withdrawn", "2026-05-01 09:00", "archive"))
    assert reasons(card("c1", share()), no).obstacles == (Obstacle.RESTRICTED,)


def test_every_obstacle_is_named_not_only_the_first() -> None:
    told = reasons(card("c1", region="310101", erased=True))
    assert told.obstacles == (Obstacle.ERASED, Obstacle.NO_GROUND, Obstacle.NO_CONSENT)
    assert told.categories == frozenset()


def test_naming_no_category_gives_identity_and_contact() -> None:
    assert reasons(card("c1", share())).categories == {"identity", "contact"}


def test_only_the_last_consents_categories_count() -> None:
    told = reasons(card("c1", share("2026-03-01", "contact"), share("2026-04-01", "identity")))
    assert told.categories == {"identity"}


ALL = ("identity", "contact", "health", "history", "purchases")


def test_health_history_and_purchases_need_consent_health_on_the_same_card() -> None:
    with_health = reasons(card("c1", share("2026-03-01", *ALL), health()))
    assert with_health.categories == frozenset(ALL) and not with_health.withheld
    without = reasons(card("c1", share("2026-03-01", *ALL)), card("c2", health()))
    assert without.categories == {"identity", "contact"}
    assert without.withheld == {"health", "history", "purchases"}


def test_a_health_consent_that_is_gone_or_over_withholds() -> None:
    gone = card(
        "c1",
        share("2026-03-01", "history"),
        health(),
        decision("withdrawn", "2026-05-01", "health"),
    )
    over = card("c1", share("2026-03-01", "history"), health(expires_on=date(2026, 5, 2)))
    for told in (reasons(gone), reasons(over)):
        assert told.contributes and told.categories == frozenset()
        assert told.withheld == {"history"}


def test_another_cards_withdrawal_of_health_is_that_cards_alone() -> None:
    mine = card("c1", share("2026-03-01", "history"), health())
    other = card("c2", decision("withdrawn", "2026-05-01", "health"))
    assert reasons(mine, other).categories == {"history"}
