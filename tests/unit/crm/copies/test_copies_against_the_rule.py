"""Random worlds: the copies hold exactly what the written rule says, no more and no less."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crm.consents.facts import SharedCard
from crm.copies.copy_rows import CopyRow, copy_rows
from crm.copies.digest import digest
from crm.copies.sharing_rule import Ground, Obstacle, circumstances, contribution_of
from tests.profiles import examples
from tests.unit.crm.copies.naive_copies import naive_copy, naive_digest
from tests.unit.crm.copies.shared_worlds import CATEGORIES, DEALERS, World, row_key, shuffled, world

MODEST = examples(2)
SEEDS = st.integers(0, 2**32)


def rows_of(known: World, dealer: str | None = None) -> list[CopyRow]:
    return list(
        copy_rows(known.persons, known.contracts, known.activities, known.at_us, row_key, dealer)
    )


def copy_of(known: World, dealer: str) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    return [(row.cards, row.content) for row in rows_of(known) if row.dealer == dealer]


def rule_of(known: World, dealer: str) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    return naive_copy(
        dealer, known.persons, known.contracts, known.activities, known.at_us, row_key
    )


@MODEST
@given(SEEDS)
def test_a_copy_equals_the_written_rule_and_so_does_its_digest(seed: int) -> None:
    known = world(Random(seed))
    for dealer in DEALERS:
        expected = rule_of(known, dealer)
        assert copy_of(known, dealer) == expected
        rows = [row for _, row in expected]
        assert digest(row.content for row in rows_of(known, dealer)) == naive_digest(rows)


@MODEST
@given(SEEDS)
def test_the_order_in_which_facts_are_handed_over_changes_nothing(seed: int) -> None:
    random = Random(seed)
    known = world(random)
    again = shuffled(random, known)
    for dealer in DEALERS:
        rows = sorted(rows_of(known, dealer), key=lambda row: row.key)
        assert sorted(rows_of(again, dealer), key=lambda row: row.key) == rows


@MODEST
@given(SEEDS)
def test_merging_people_never_shows_a_dealer_anything_new(seed: int) -> None:
    """Words on the archive aside: there a person's last word over all cards can also lift a no."""
    known = world(Random(seed))
    everybody = [without_archive_words(card) for person in known.persons for card in person]
    apart_world = replace(known, persons=[[card] for card in everybody])
    merged_world = replace(known, persons=[everybody])
    for dealer in DEALERS:
        apart = {told for row in rows_of(apart_world, dealer) for told in facts_in(row.content)}
        merged = {told for row in rows_of(merged_world, dealer) for told in facts_in(row.content)}
        assert merged <= apart


def without_archive_words(card: SharedCard) -> SharedCard:
    return replace(card, consents=tuple(w for w in card.consents if w.purpose != "archive"))


@MODEST
@given(SEEDS)
def test_why_names_obstacles_exactly_for_the_cards_that_are_in_no_row(seed: int) -> None:
    known = world(Random(seed))
    at = circumstances(known.contracts, known.activities, known.at_us)
    for dealer in DEALERS:
        in_copy = {card_id for row in rows_of(known, dealer) for card_id in row.cards}
        for person in known.persons:
            cards = [card for card in person if card.order[0] <= known.at_us]
            told = {
                card.card_id: contribution_of(card, dealer, cards, at).contributes for card in cards
            }
            assert {card_id for card_id, yes in told.items() if yes} == in_copy & told.keys()


def facts_in(content: dict[str, Any]) -> Iterator[str]:
    """Each single thing that a row tells, with where it stands."""
    for category, told in content.items():
        if category in ("key", "deceased"):
            continue
        for field, value in told.items() if isinstance(told, dict) else [("", told)]:
            for single in value if isinstance(value, list) else [value]:
                yield f"{category}.{field}={single!r}"


def test_the_random_worlds_hold_every_feature_often_enough_to_prove_something() -> None:
    met: Counter[str] = Counter()
    for seed in range(300):
        known = world(Random(seed))
        for row in rows_of(known):
            met.update(features_of(row))
        at = circumstances(known.contracts, known.activities, known.at_us)
        for person in known.persons:
            for card, dealer in product(person, DEALERS):
                reasons = contribution_of(card, dealer, person, at)
                met.update(f"ground {ground}" for ground in reasons.grounds)
                met["withheld"] += bool(reasons.withheld)
                if len(reasons.obstacles) == 1:
                    met[f"only {reasons.obstacles[0]}"] += 1
    wanted = {"row", "several cards", "deceased", "hidden activity", "withheld", *CATEGORIES}
    wanted |= {f"ground {ground}" for ground in Ground}
    wanted |= {f"only {obstacle}" for obstacle in Obstacle}
    assert {name: met[name] for name in wanted if met[name] < 8} == {}


def features_of(row: CopyRow) -> Iterator[str]:
    yield "row"
    yield from row.content.keys() & set(CATEGORIES)
    if row.content["deceased"]:
        yield "deceased"
    if len(row.cards) > 1:
        yield "several cards"
    if any(
        len(item) == len(("type", "time", "timeprecision"))
        for item in row.content.get("history", ())
    ):
        yield "hidden activity"
