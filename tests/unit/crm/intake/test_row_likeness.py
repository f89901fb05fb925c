"""How much two rows of a sheet are alike: what it may cost."""

from crm.intake.row_likeness import LONGEST_NAME, Traits


def traits(name: str) -> Traits:
    return Traits.of({"card": {"person": {"name": name}}})


def letters(length: int) -> str:
    return "".join(chr(0x4E00 + at % 5_000) for at in range(length))


def test_a_cell_full_of_letters_is_compared_as_cheaply_as_the_longest_name_the_door_takes() -> None:
    longest = sum(map(len, traits(letters(LONGEST_NAME)).marks()))
    assert sum(map(len, traits(letters(30_000)).marks())) <= longest


def test_names_of_any_length_that_begin_alike_are_held_for_one() -> None:
    assert traits(letters(LONGEST_NAME) + "甲").name == traits(letters(LONGEST_NAME) + "乙").name
    assert traits(letters(LONGEST_NAME)).name != traits(letters(LONGEST_NAME - 1)).name
