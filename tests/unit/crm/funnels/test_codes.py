"""Codes in narrow integers lose nothing at the edges of these."""

import numpy as np
import pytest

from crm.funnels.codes import NONE, fitting, present


@pytest.mark.parametrize("highest", [NONE, 0, 126, 127, 128, 32_767, 32_768])
def test_the_different_codes_are_told_whatever_integers_hold_them(highest: int) -> None:
    codes = fitting(np.array([highest, NONE, highest, 0]))
    assert present(codes).tolist() == sorted({NONE, 0, highest})


def test_of_no_codes_there_are_none() -> None:
    assert present(np.empty(0, np.int8)).tolist() == []
