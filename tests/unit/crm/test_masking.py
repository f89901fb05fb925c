"""Names, numbers and money as a screen shows them."""

import pytest

from crm.masking import masked_address, masked_birth_date, masked_name, masked_number
from crm.money import yuan_text


@pytest.mark.parametrize(
    ("name", "mask"),
    [("王桂英", "王*英"), ("张三", "张*"), ("欧阳淑珍", "欧**珍"), ("丁", "*"), ("", "*")],
)
def test_a_name_shows_its_ends_alone(name: str, mask: str) -> None:
    assert masked_name(name) == mask


@pytest.mark.parametrize(
    ("phone", "mask"),
    [
        ("13812345678", "138****5678"),
        ("12345", "***45"),
        ("010-12345678", "010*****5678"),
        ("+8613812345678", "138****5678"),
    ],
)
def test_a_phone_shows_its_ends_alone(phone: str, mask: str) -> None:
    assert masked_number(phone) == mask


def test_of_an_address_nothing_is_shown_and_of_a_birth_date_the_year() -> None:
    assert masked_address("朝阳区某街1号") == "******"
    assert masked_birth_date("1953-04-05") == "1953-**-**"


@pytest.mark.parametrize(
    ("fen", "text"), [(123400, "¥1,234.00"), (5, "¥0.05"), (-69350, "-¥693.50"), (0, "¥0.00")]
)
def test_money_is_yuan_with_two_decimals(fen: int, text: str) -> None:
    assert yuan_text(fen) == text
