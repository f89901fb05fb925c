"""Large print of whatever somebody wrote: all of it, at a cost that grows as it does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.rights.large_print import _in_pieces, large_print
from crm.rights.parts import OwnCopy, Section
from tests.work import calls_of


@given(st.text("王a \n", max_size=2_000))
def test_a_long_text_in_pieces_is_all_of_it(text: str) -> None:
    pieces = list(_in_pieces(text))
    assert "".join(pieces).replace("\n", "") == text.replace("\n", "")
    assert all(len(piece) <= 400 and piece.count("\n") <= 20 for piece in pieces)


def test_a_text_that_fits_on_a_page_is_one_piece_and_a_long_one_is_cut_between_words() -> None:
    short = "王秀英\n" * 10
    assert list(_in_pieces(short)) == [short]
    words = "golden sunset " * 60
    assert all(piece.endswith(" ") for piece in list(_in_pieces(words))[:-1])
    assert list(_in_pieces("1\n" * 30)) == ["1\n" * 19 + "1", "1\n" * 10]


@pytest.mark.parametrize("letters", ["Ａ\u0301", "\n", "中"])
def test_a_text_that_is_four_times_as_long_costs_four_times_as_much(letters: str) -> None:
    def printed(count: int) -> int:
        copy = OwnCopy("zh-CN", "t", "m", [Section("letter", "t", [letters * count], [])])
        return calls_of(lambda: large_print(copy))

    assert printed(2_000) < 6 * printed(500)
