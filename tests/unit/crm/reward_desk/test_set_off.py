"""What is owed back, shared among the payments that it is set off against."""

from hypothesis import given
from hypothesis import strategies as st

from crm.reward_desk.set_off import shares

_OPEN = st.lists(st.integers(1, 10**9), min_size=1, max_size=20)


@given(_OPEN, st.integers(0, 10**10))
def test_payments_fall_short_by_exactly_what_is_owed_and_each_is_of_something(
    open_fen: list[int], owed_back_fen: int
) -> None:
    paid = shares(open_fen, owed_back_fen)
    if paid is None:
        assert sum(open_fen) - owed_back_fen < len(open_fen)
        return
    assert sum(paid) == sum(open_fen) - owed_back_fen
    assert all(1 <= each <= most for each, most in zip(paid, open_fen, strict=True))


def test_alike_amounts_are_shortened_alike_and_nothing_owed_pays_in_full() -> None:
    assert shares([4_000, 4_000], 5_000) == [1_500, 1_500]
    assert shares([4_000, 700], 0) == [4_000, 700]
    assert shares([4_000], 4_000) is None
    assert shares([4_000], 3_999) == [1]
