"""What a card says of its person, and the keys by which cards that may belong together meet."""

from datetime import date
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from crm.identity.resolution import resolve
from crm.identity.traits import IdentityCard, traits_of
from tests.unit.crm.identity.strategies import card_sets, keys_joining

VALID = "11010519491231002X"  # female, 1949-12-31
ORDER = (0, 0, "sheet", "c1")


def test_a_valid_id_number_stands_for_sex_and_birth_date_that_are_not_written() -> None:
    said = traits_of(IdentityCard("c1", ORDER, id_number=VALID.lower()))
    assert (said.id_number, said.sex) == (VALID, "female")
    assert (said.birth_date, said.birth_year) == (date(1949, 12, 31), 1949)


def test_an_id_number_against_the_written_sex_or_birth_date_proves_nothing() -> None:
    by_sex = traits_of(IdentityCard("c1", ORDER, sex="male", id_number=VALID))
    assert (by_sex.id_number, by_sex.sex, by_sex.birth_date) == (None, "male", None)
    born = date(1950, 1, 1)
    by_date = traits_of(IdentityCard("c1", ORDER, birth_date=born, id_number=VALID))
    assert (by_date.id_number, by_date.sex, by_date.birth_date) == (None, None, born)


def test_an_id_number_against_the_written_birth_year_proves_nothing() -> None:
    said = traits_of(IdentityCard("c1", ORDER, birth_year=1951, id_number=VALID))
    assert (said.id_number, said.birth_year, said.birth_date, said.sex) == (None, 1951, None, None)
    agreeing = traits_of(IdentityCard("c1", ORDER, birth_year=1949, id_number=VALID))
    assert (agreeing.id_number, agreeing.birth_date) == (VALID, date(1949, 12, 31))


def test_phones_that_are_no_mobiles_and_placeholders_say_nothing() -> None:
    phones = ("139 1234 0001", "13912340001", "010-65551234", "+86 138-0000-0000")
    said = traits_of(IdentityCard("c1", ORDER, phones=phones))
    assert said.phones == {"+8613912340001"}


def test_an_empty_card_says_nothing_and_has_no_keys() -> None:
    card = IdentityCard("c1", ORDER, name="", region="")
    said = traits_of(card)
    assert (said.name, said.sound, said.prefecture, said.phones) == ("", "", None, frozenset())
    assert keys_joining(card) == set()


def test_keys_are_made_of_phones_id_number_and_name_with_birth_date_and_prefecture() -> None:
    card = IdentityCard(
        "c1", ORDER, name="單桂蘭", id_number=VALID, phones=("13912340001",), region="110105"
    )
    assert keys_joining(card) == {
        "~/phone-+8613912340001",
        f"~/id-{VALID}",
        "~/born-单桂兰/1949-12-31/1101",
    }


@given(card_sets(most=2), st.just(()))
def test_two_cards_that_are_linked_or_of_one_household_share_a_key(
    cards: list[IdentityCard], words: tuple[()]
) -> None:
    persons = resolve(cards, words).persons
    if len(cards) == 2 and len({person.household_id for person in persons}) == 1:
        for one, other in combinations(cards, 2):
            assert keys_joining(one) & keys_joining(other)
