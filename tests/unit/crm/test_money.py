"""Money as people write it and as it is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.money import fen_in, yuan_text, yuan_typed

AMOUNTS = st.integers(0, 99_999_999_999)


@given(AMOUNTS)
def test_what_is_written_is_read_as_the_same_amount(amount_fen: int) -> None:
    assert fen_in(yuan_typed(amount_fen)) == fen_in(yuan_text(amount_fen)) == amount_fen


@pytest.mark.parametrize(
    ("amount_fen", "text"), [(0, "0.00"), (5, "0.05"), (-150, "-1.50"), (123_400, "1234.00")]
)
def test_what_machines_read_has_no_sign_of_money_nor_thousands(amount_fen: int, text: str) -> None:
    assert yuan_typed(amount_fen) == text


@pytest.mark.parametrize(
    "text", ["3000元", "3,000 元", "￥3000", "¥ 3000.00", "３０００", "３，０００元"]
)
def test_an_amount_is_read_however_it_is_typed(text: str) -> None:
    assert fen_in(text) == 300_000


@pytest.mark.parametrize("text", ["", "元", "1.234", "一百", "-1", "1.2.3"])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert fen_in(text) is None
