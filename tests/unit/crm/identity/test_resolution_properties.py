"""People are a pure function of the set of cards and words, and the written rule is that one."""

from hypothesis import given
from hypothesis import strategies as st

from crm.identity.resolution import Resolution, resolve
from crm.identity.traits import IdentityCard
from tests.profiles import examples
from tests.unit.crm.identity.naive_people import NaivePeople, person_id_of
from tests.unit.crm.identity.strategies import card_sets, keys_joining, word_lists


def persons_by_card(result: Resolution) -> dict[str, str]:
    return {card_id: each.person_id for each in result.persons for card_id in each.card_ids}


@examples(2)
@given(st.data(), card_sets(), st.sampled_from([None, None, "+8613912340001"]))
def test_people_and_households_are_those_of_the_written_rule(
    data: st.DataObject, cards: list[IdentityCard], crowded: str | None
) -> None:
    words = data.draw(word_lists(cards))
    naive = NaivePeople(cards, words, lambda phone: phone == crowded)
    result = resolve(cards, words, lambda phone: phone == crowded)
    assert persons_by_card(result) == naive.person_of()
    homes = {person.person_id: person.household_id for person in result.persons}
    assert homes == naive.household_of()


@given(st.data(), card_sets())
def test_the_order_of_arrival_plays_no_part(data: st.DataObject, cards: list[IdentityCard]) -> None:
    words = data.draw(word_lists(cards))
    shuffled = resolve(data.draw(st.permutations(cards)), data.draw(st.permutations(words)))
    assert shuffled == resolve(cards, words)


@given(st.data(), card_sets())
def test_every_card_has_one_link_and_every_id_leads_to_its_person(
    data: st.DataObject, cards: list[IdentityCard]
) -> None:
    result = resolve(cards, data.draw(word_lists(cards)))
    people = persons_by_card(result)
    assert [link.card_id for link in result.links] == list(people)
    assert sorted(people) == sorted(card.card_id for card in cards)
    assert {link.card_id: link.person_id for link in result.links} == people
    assert result.aliases == {person_id_of(card): who for card, who in people.items()}
    for link in result.links:
        if link.evidence is None:
            assert list(people.values()).count(link.person_id) == 1
        else:
            assert people[link.evidence.other_card_id] == link.person_id


@given(st.data(), card_sets())
def test_a_part_closed_under_keys_and_words_resolves_as_it_does_in_the_whole(
    data: st.DataObject, cards: list[IdentityCard]
) -> None:
    words = data.draw(word_lists(cards, most=2))
    part = {cards[0].card_id}
    keys = {card.card_id: keys_joining(card) for card in cards}
    for _ in cards:
        part |= {one for one in keys for other in part if keys[one] & keys[other]}
        for word in words:
            pair = {word.card_id, word.other_card_id}
            part |= (pair & set(keys)) if pair & part else set()
    whole = resolve(cards, words)
    alone = resolve([card for card in cards if card.card_id in part], words)
    assert alone.persons == tuple(each for each in whole.persons if set(each.card_ids) <= part)
    assert alone.links == tuple(link for link in whole.links if link.card_id in part)
