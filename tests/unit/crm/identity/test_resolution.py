"""Cards become people: the rule, what speaks against it, and people's words above both."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from campaigns.ids import household_id, person_id
from crm.identity.clusters import Evidence
from crm.identity.resolution import Link, Resolution, resolve
from crm.identity.traits import IdentityCard, PairDecision

ID_NUMBER = "11010519491231002X"  # female, 1949-12-31
OTHER_ID_NUMBER = "110105195001010020"  # female, 1950-01-01
PHONE = "13912340001"
BORN = date(1949, 12, 31)


def card(card_id: str, **written: object) -> IdentityCard:
    place = int(card_id[1:])
    return IdentityCard(card_id, (place, 0, "sheet", card_id), **written)  # type: ignore[arg-type]


def word(said: str, one: str, other: str, at: int = 0) -> PairDecision:
    return PairDecision(one, other, said, (at, 0, "office", f"w{at}"))  # type: ignore[arg-type]


def groups(result: Resolution) -> list[set[str]]:
    return [set(person.card_ids) for person in result.persons]


def grouped(cards: Sequence[IdentityCard], *words: PairDecision) -> list[set[str]]:
    return groups(resolve(cards, words))


def test_the_same_valid_id_number_links_whatever_the_names() -> None:
    cards = [card("c1", name="单桂兰", id_number=ID_NUMBER)]
    cards.append(card("c2", name="王秀英", id_number=ID_NUMBER.lower()))
    assert grouped(cards) == [{"c1", "c2"}]


def test_an_id_number_that_is_not_valid_links_nothing() -> None:
    for number in ("110105194912310021", "110105491231002"):
        assert len(grouped([card("c1", id_number=number), card("c2", id_number=number)])) == 2


def test_the_same_sound_of_the_name_and_the_same_phone_link() -> None:
    cards = [card("c1", name="單桂蘭", phones=(PHONE,))]
    cards.append(card("c2", name="单贵兰", phones=("010-1", f"+86 {PHONE}")))
    assert grouped(cards) == [{"c1", "c2"}]


def test_the_same_name_birth_date_and_prefecture_link_and_the_sound_is_not_enough() -> None:
    cards = [
        card("c1", name="单桂兰", birth_date=BORN, region="110105"),
        card("c2", name="單桂蘭", id_number=ID_NUMBER, region="110106"),
        card("c3", name="单贵兰", birth_date=BORN, region="110105"),
        card("c4", name="单桂兰", birth_date=BORN, region="130102"),
        card("c5", name="单桂兰", birth_date=BORN),
        card("c6", name="单桂兰", birth_year=1949, region="110105"),
    ]
    assert grouped(cards) == [{"c1", "c2"}, {"c3"}, {"c4"}, {"c5"}, {"c6"}]


def test_a_couple_that_shares_a_phone_is_two_people_of_one_household() -> None:
    cards = [card("c1", name="单桂兰", phones=(PHONE,)), card("c2", name="王建国", phones=(PHONE,))]
    result = resolve([*cards, card("c3", name="李秀英")], [])
    assert groups(result) == [{"c1"}, {"c2"}, {"c3"}]
    home = household_id(min(person_id("c1"), person_id("c2")))
    alone = household_id(person_id("c3"))
    assert [person.household_id for person in result.persons] == [home, home, alone]


def test_a_child_with_two_phones_connects_two_homes_into_one_household() -> None:
    cards = [card("c1", name="单桂兰", phones=(PHONE,)), card("c2", phones=("13912340002",))]
    cards.append(card("c3", name="王小明", phones=(PHONE, "13912340002")))
    assert len({person.household_id for person in resolve(cards, []).persons}) == 1


def test_father_and_son_of_one_name_sound_and_phone_stay_apart_by_their_years() -> None:
    father = card("c1", name="王建国", phones=(PHONE,), birth_year=1940)
    assert len(grouped([father, card("c2", name="王建国", phones=(PHONE,), birth_year=1943)])) == 2
    assert len(grouped([father, card("c2", name="王建国", phones=(PHONE,), birth_year=1942)])) == 1


def test_different_sex_and_different_id_numbers_keep_cards_apart() -> None:
    same = {"name": "单桂兰", "phones": (PHONE,)}
    assert len(grouped([card("c1", sex="male", **same), card("c2", sex="female", **same)])) == 2
    numbers = [card("c1", id_number=ID_NUMBER, **same)]
    numbers.append(card("c2", id_number=OTHER_ID_NUMBER, **same))
    assert len(grouped(numbers)) == 2
    assert len(grouped([numbers[0], replace(numbers[1], id_number=None)])) == 1


def test_a_veto_between_any_two_cards_of_two_clusters_keeps_the_clusters_apart() -> None:
    cards = [
        card("c1", name="单桂兰", phones=(PHONE,), sex="female"),
        card("c2", name="单桂兰", phones=(PHONE, "13912340002")),
        card("c3", name="单桂兰", phones=("13912340002",), sex="male"),
    ]
    assert grouped(cards) == [{"c1", "c2"}, {"c3"}]


def test_a_phone_is_looked_at_before_name_and_birth_date() -> None:
    here = {"name": "单桂兰", "birth_date": BORN, "region": "110105"}
    cards = [card("c1", sex="female", **here), card("c2", phones=(PHONE,), **here)]
    cards.append(card("c3", name="单贵兰", phones=(PHONE,), sex="male"))
    assert grouped(cards) == [{"c1"}, {"c2", "c3"}]


def test_an_id_number_is_looked_at_before_a_phone() -> None:
    same = {"name": "单桂兰", "phones": (PHONE,)}
    cards = [card("c1", **same), card("c2", id_number=ID_NUMBER, **same)]
    cards.append(card("c3", id_number=ID_NUMBER))
    assert grouped(cards, word("different", "c1", "c3")) == [{"c1"}, {"c2", "c3"}]


def test_within_one_kind_of_evidence_the_smaller_pair_of_ids_goes_first() -> None:
    same = {"name": "单桂兰", "phones": (PHONE,)}
    cards = [card("c10", **same), card("c2", sex="male", **same), card("c9", sex="female", **same)]
    assert grouped(cards) == [{"c2", "c10"}, {"c9"}]


def test_a_placeholder_phone_links_nobody_and_makes_no_household() -> None:
    cards = [card("c1", name="单桂兰", phones=("13800000000",))]
    cards.append(card("c2", name="单桂兰", phones=("+86 138 0000 0000",)))
    assert len({person.household_id for person in resolve(cards, []).persons}) == 2


def test_a_phone_on_more_than_eight_differently_named_cards_is_a_call_centre() -> None:
    names = ["王一", "王二", "王三", "王四", "王五", "王六", "王七", "王八", "王九"]
    cards = [card(f"c{at}", name=name, phones=(PHONE,)) for at, name in enumerate(names)]
    again = card("c99", name="王一", phones=(PHONE,))
    nameless = card("c98", phones=(PHONE,))
    eight = resolve([*cards[:8], again, nameless], [])
    assert {"c0", "c99"} in groups(eight)
    assert len({person.household_id for person in eight.persons}) == 1
    nine = resolve([*cards, again], [])
    assert len(nine.persons) == 10
    assert len({person.household_id for person in nine.persons}) == 10


def test_a_phone_that_is_said_to_be_crowded_or_is_on_over_200_cards_proves_nothing() -> None:
    cards = [card(f"c{at}", name="王桂英", phones=(PHONE,)) for at in range(201)]
    assert len(resolve(cards[:200], []).persons) == 1
    assert len(resolve(cards, []).persons) == 201
    crowded = resolve(cards[:2], [], lambda phone: phone == "+86" + PHONE)
    assert len({person.household_id for person in crowded.persons}) == 2


def test_a_persons_word_stands_above_the_rule_and_above_vetoes() -> None:
    same = {"name": "单桂兰", "phones": (PHONE,)}
    cards = [card("c1", sex="male", **same), card("c2", sex="female", **same)]
    assert grouped(cards, word("same", "c1", "c2")) == [{"c1", "c2"}]
    cards = [card("c1", **same), card("c2", **same)]
    assert grouped(cards, word("different", "c2", "c1")) == [{"c1"}, {"c2"}]


def test_a_cluster_joined_by_a_person_still_refuses_what_contradicts_any_of_its_cards() -> None:
    same = {"name": "单桂兰", "phones": (PHONE,)}
    cards = [card("c1", sex="male"), card("c2", sex="female", **same)]
    cards.append(card("c3", sex="female", **same))
    assert grouped(cards, word("same", "c1", "c2")) == [{"c1", "c2"}, {"c3"}]


def test_a_same_that_would_join_a_different_pair_is_skipped() -> None:
    cards = [card("c1"), card("c2"), card("c3")]
    different = word("different", "c1", "c3", 9)
    in_order = [word("same", "c1", "c2", 1), word("same", "c2", "c3", 2)]
    assert grouped(cards, different, *in_order) == [{"c1", "c2"}, {"c3"}]
    turned = [word("same", "c1", "c2", 2), word("same", "c2", "c3", 1)]
    assert grouped(cards, different, *turned) == [{"c1"}, {"c2", "c3"}]


def test_a_word_said_again_counts_from_when_it_was_said_last() -> None:
    cards = [card("c1"), card("c2"), card("c3")]
    told = [word("same", "c1", "c2", 1), word("same", "c2", "c3", 2)]
    told += [word("same", "c2", "c1", 3), word("different", "c1", "c3", 4)]
    assert grouped(cards, *told) == [{"c1"}, {"c2", "c3"}]


def test_the_later_word_on_a_pair_holds_and_undecided_takes_it_back() -> None:
    same = {"name": "单桂兰", "phones": (PHONE,)}
    cards = [card("c1", **same), card("c2", **same), card("c3")]
    told = [word("different", "c1", "c2", 1), word("same", "c3", "c1", 2)]
    assert grouped(cards, *told) == [{"c1", "c3"}, {"c2"}]
    back = [*told, word("undecided", "c2", "c1", 3), word("undecided", "c1", "c3", 4)]
    assert resolve(cards, back) == resolve(cards, [])
    assert grouped(cards, *back, word("same", "c1", "c3", 5)) == [{"c1", "c2", "c3"}]


def test_a_word_about_a_card_that_is_not_there_or_about_one_card_plays_no_part() -> None:
    cards = [card("c1"), card("c2")]
    told = [word("same", "c1", "c7", 1), word("same", "c7", "c2", 2), word("same", "c1", "c1", 3)]
    assert resolve(cards, told) == resolve(cards, [])


def test_an_erased_card_is_linked_by_peoples_words_alone() -> None:
    cards = [card("c1"), card("c2"), card("c3", name="单桂兰", phones=(PHONE,))]
    assert grouped(cards, word("same", "c2", "c3")) == [{"c1"}, {"c2", "c3"}]


def test_the_first_card_in_effective_order_names_the_person_and_any_card_leads_to_it() -> None:
    late = replace(card("c1", id_number=ID_NUMBER), order=(5, 0, "sheet", "c1"))
    early = replace(card("c2", id_number=ID_NUMBER), order=(5, 0, "phone", "c2"))
    result = resolve([late, early], [])
    assert result.persons[0].person_id == person_id("c2")
    assert result.persons[0].card_ids == ("c2", "c1")
    assert result.aliases == {person_id("c1"): person_id("c2"), person_id("c2"): person_id("c2")}


def test_a_link_says_who_decided_and_on_what_evidence() -> None:
    cards = [
        card("c1", id_number=ID_NUMBER),
        card("c2", id_number=ID_NUMBER),
        card("c3"),
        card("c4"),
    ]
    who = person_id("c1")
    assert resolve(cards, [word("same", "c2", "c3")]).links == (
        Link("c1", who, "rule", Evidence("id_number", "c2")),
        Link("c2", who, "human", Evidence("same", "c3")),
        Link("c3", who, "human", Evidence("same", "c2")),
        Link("c4", person_id("c4"), "alone", None),
    )
