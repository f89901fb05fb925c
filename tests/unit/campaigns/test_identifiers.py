"""Mobile numbers and ID card numbers, and how an identifier is known to be personal."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.identifiers import (
    id_number_agrees,
    id_number_birth_date,
    id_number_sex,
    looks_personal,
    mobile_e164,
    verified_id_number,
)

MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


def with_check_character(body: str) -> str:
    """The 17 digits and the character that GB 11643 (ISO 7064 MOD 11-2) adds: 2^(17-i) weights."""
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(body))
    return body + "0123456789X"[(12 - total % 11) % 11]


ID_BODIES = st.builds(
    lambda region, born, order: f"{region:06d}{born:%Y%m%d}{order:03d}",
    st.integers(110101, 659010),
    st.dates(date(1900, 1, 1), date(2030, 12, 31)),
    st.integers(1, 999),
)


@pytest.mark.parametrize(
    "raw",
    [
        "13812345678",
        " 138 1234 5678 ",
        "138-1234-5678",
        "+86 138-1234-5678",
        "86 13812345678",
        "008613812345678",
        "１３８１２３４５６７８",
        "＋８６　１３８－１２３４－５６７８",
        "138–1234–5678",
        "138\u00a01234\u00a05678\n",
    ],
)
def test_blanks_hyphens_prefix_and_full_width_digits_play_no_part_in_a_mobile(raw: str) -> None:
    assert mobile_e164(raw) == "+8613812345678"


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "12812345678",
        "1381234567",
        "138123456789",
        "010-65551234",
        "+13812345678",
        "+1 202 555 0100",
        "+852 9123 4567",
        "13812345678转2",
        "8613812345678 86",
        "8686 13812345678",
        "١٣٨١٢٣٤٥٦٧٨",
    ],
)
def test_what_is_no_mainland_mobile_has_no_e164_form(raw: str) -> None:
    assert mobile_e164(raw) is None


@given(MOBILES, st.sampled_from(["", "+86", "86", "0086", "+86 ", "86-"]))
def test_every_way_to_write_one_mobile_gives_one_form(number: str, prefix: str) -> None:
    form = mobile_e164(prefix + number)
    assert form == "+86" + number
    assert mobile_e164(form) == form


def test_the_example_of_the_standard_is_a_valid_id_number() -> None:
    assert verified_id_number("11010519491231002X") == "11010519491231002X"
    assert id_number_birth_date("11010519491231002X") == date(1949, 12, 31)
    assert id_number_sex("11010519491231002X") == "female"


def test_a_small_x_at_the_end_is_returned_in_upper_case() -> None:
    assert verified_id_number("11010519491231002x") == "11010519491231002X"


@given(ID_BODIES)
def test_exactly_one_check_character_of_eleven_is_right(body: str) -> None:
    valid = [body + end for end in "0123456789X" if verified_id_number(body + end)]
    assert valid == [with_check_character(body)]


@given(ID_BODIES)
def test_an_id_number_holds_birth_date_and_sex(body: str) -> None:
    number = with_check_character(body)
    assert id_number_birth_date(number) == date.fromisoformat(body[6:14])
    assert id_number_sex(number) == ("male" if int(body[16]) % 2 else "female")


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "110105491231002",
        "11010519491231002",
        "11010519491231002XX",
        "110105194912310021",
        with_check_character("11010519490230002"),
        with_check_character("11010519491331002"),
        with_check_character("11010518491231002"),
        with_check_character("11010521010101002"),
        " 1010519491231002X",
        "１1010519491231002X",
        "1101051949123100XX",
    ],
)
def test_wrong_length_check_character_or_birth_date_is_no_valid_id_number(raw: str) -> None:
    assert verified_id_number(raw) is None


def test_birth_years_are_bounded_by_a_range_and_not_by_today() -> None:
    for born in ("18500101", "21001231"):
        number = with_check_character(f"110105{born}002")
        assert verified_id_number(number) == number


@pytest.mark.parametrize(
    ("sex", "born", "year", "agrees"),
    [
        (None, None, None, True),
        ("female", None, None, True),
        ("male", None, None, False),
        (None, date(1949, 12, 31), None, True),
        ("female", date(1949, 12, 30), None, False),
        (None, None, 1949, True),
        (None, None, 1950, False),
        (None, date(1949, 12, 31), 1950, False),
    ],
)
def test_an_id_number_is_held_against_what_is_written_beside_it(
    sex: str | None, born: date | None, year: int | None, agrees: bool
) -> None:
    assert id_number_agrees("11010519491231002X", sex, born, year) is agrees


@pytest.mark.parametrize(
    "value",
    [
        "13812345678",
        "card/13812345678",
        "+8613812345678",
        "8613812345678",
        "member/86-138.1234_5678",
        "138:1234:5678",
        "-86-13812345678-",
        "11010519491231002X",
        "card/110105-19491231-002x",
        "8611010519491231002X",
    ],
)
def test_an_identifier_that_is_a_mobile_or_an_id_number_is_personal(value: str) -> None:
    assert looks_personal(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "card/",
        "card/3f2b8c1e-5a6d-4b1c-9a55-0123456789ab",
        "c13812345678",
        "13812345678/2",
        "138123456789",
        "12812345678",
        "110105194912310021",
        "11010519490230002" + "0",
        "110105491231002",
        "day/2026-05-03",
        "1+3812345678",
        "008613812345678",
    ],
)
def test_any_other_identifier_is_not_personal(value: str) -> None:
    assert not looks_personal(value)


@given(MOBILES, st.data())
def test_separators_anywhere_hide_no_mobile(number: str, data: st.DataObject) -> None:
    separators = st.text("-._:", max_size=2)
    hidden = "".join(digit + data.draw(separators) for digit in number)
    assert looks_personal("card/" + hidden)
