"""Whatever somebody typed, a spreadsheet program computes nothing of it."""

import csv
import io
from dataclasses import replace

import pytest

from campaigns.formulas import FORMULA_SIGNS, harmless
from crm.reward_desk.bank_file import Line, written
from crm.transfers.disclosure import efpia
from tests.unit.crm.transfers.disclosed import LINES


@pytest.mark.parametrize("sign", FORMULA_SIGNS)
def test_a_text_that_begins_like_a_formula_is_written_behind_a_mark(sign: str) -> None:
    assert harmless(f"{sign}1+1") == f"'{sign}1+1"


@pytest.mark.parametrize("value", [-5, 0.5, None, "王秀英", "1+1", ""])
def test_what_is_no_formula_is_written_as_it_is(value: object) -> None:
    assert harmless(value) == value


@pytest.mark.parametrize("sign", ["\n", "＝", "＠"])
def test_files_of_payments_and_of_transfers_hold_none(sign: str) -> None:
    payment = Line("JX1", "CL1", f"{sign}1+1", "member", 100)
    transfer = replace(LINES[0], name=f"{sign}1+1")
    for content in (written([payment]), efpia([transfer])):
        text = io.StringIO(content.decode("utf-8-sig"), newline="")
        assert f"'{sign}1+1" in list(csv.reader(text))[1]
