"""What a bank answers to a file of payments, and what it says of each; pure.

The lines of the file with the bank's word in a column `结果` (成功 or 失败; why is not read),
amounts in yuan; pasted, or as the file that the bank gave back. Columns are found by their
headings, in any order; what a bank writes above the headings is passed over. The account into
which the bank paid may stand in its column `收款账户`.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from crm.money import fen_in
from crm.reward_desk.bank_file import AMOUNT, BOM, PAID_INTO, REFERENCE

RESULT = "结果"
MOST_ROWS, LONGEST_PASTED = 5_000, 200_000
"""Rows of a table, letters of a text; a file of payments comes to far less."""
_NEEDED = REFERENCE, AMOUNT, RESULT
_SHOWN_DIGITS = 9
"""After the point; what a spreadsheet's number differs by further down, nobody sees in it."""
_EXACT_BELOW = 10**15
"""Of a longer number a spreadsheet has lost the last digits: an account is not there in full."""
_DONE: dict[str, Literal["paid", "failed"]] = {
    "成功": "paid",
    "失败": "failed",
    "paid": "paid",
    "failed": "failed",
}
_SAID = re.compile(
    r"(?:交易|付款|支付|转账|处理)?(?:(成功|paid)[。.!！]?|(失败|failed)(?:\W.*)?)", re.DOTALL
)
"""The bank's word; of a failure with why. What only holds one of the words is none: 未成功, nor
what takes a success back, as 成功（已退票）."""
_ALSO_CALLED = {
    **dict.fromkeys(("付款編號", "reference"), REFERENCE),
    **dict.fromkeys(("金额", "金额(元)", "付款金额", "金額", "金額(元)", "amount"), AMOUNT),
    **dict.fromkeys(("交易结果", "結果", "交易結果", "result"), RESULT),
    **dict.fromkeys(("收款帳戶", "account"), PAID_INTO),
}
_ACCOUNT = re.compile(r"(?=(?:[A-Z]*[0-9]){8})[0-9A-Z]{8,34}")
_ROUNDED = re.compile(r"[0-9]{15}00+")
"""A spreadsheet keeps fifteen digits of a number and writes zeros for the others."""
_NOT_OF_IT = re.compile(r"[\s'-]")

Row = tuple[int, Sequence[str]]
"""Its number as whoever looks at the table counts it, from 1, and its cells."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bank says of one payment; `account` as it is written there."""

    row: int
    reference: str
    amount_fen: int | None
    result: Literal["paid", "failed"] | None
    account: str = ""

    @property
    def account_shown(self) -> bool:
        """Whether anything is written of an account, in full or not."""
        return any(character.isdecimal() for character in self.account)


def account_in(text: str) -> str | None:
    """An account as all ways of writing it are compared; None where it is not there in full, or
    one digit fills the place of an account."""
    plain = _NOT_OF_IT.sub("", unicodedata.normalize("NFKC", text)).upper()
    is_whole = _ACCOUNT.fullmatch(plain) and not _ROUNDED.fullmatch(plain) and len(set(plain)) > 1
    return plain if is_whole else None


class AnswerUnreadable(ValueError):
    """The columns of the bank's file are not those that are needed; the argument names the lack."""


class AnswerNoTable(ValueError):
    """The bank's file does not come apart into lines and cells."""


class AnswerTooLong(ValueError):
    """There is more than is read: none of it is, so that nothing is left out unsaid."""


def pasted(text: str) -> Sequence[Row]:
    """The rows of what was pasted, parted as a spreadsheet copies them, or by commas.

    AnswerTooLong; AnswerNoTable for quotes without an end.
    """
    if len(text) > LONGEST_PASTED:
        raise AnswerTooLong
    plain = text.removeprefix(BOM)
    try:
        tables = [_parted(plain, mark) for mark in ",\t;"]
    except csv.Error as error:
        raise AnswerNoTable from error
    return max(tables, key=_nearness)


def in_tables(tables: Iterable[Iterable[tuple[int, Sequence[Any]]]]) -> Sequence[Row]:
    """The rows of the file that the bank gave back, which may hold several tables: of the one with
    the headings, the first of several. AnswerTooLong."""
    read = [_within(table) for table in tables]
    return max(read, key=_nearness, default=())


def answers(rows: Sequence[Row]) -> list[Answer]:
    """The bank's lines; AnswerUnreadable when a column is missing. Empty lines are no matter."""
    at = _headed(rows)
    places = _places(rows[at][1]) if rows else {}
    for needed in _NEEDED:
        if needed not in places:
            raise AnswerUnreadable(needed)

    def cell(row: Sequence[str], heading: str) -> str:
        place = places.get(heading, len(row))
        return row[place].strip() if place < len(row) else ""

    return [
        Answer(
            number,
            cell(row, REFERENCE),
            fen_in(cell(row, AMOUNT)),
            _said(cell(row, RESULT)),
            cell(row, PAID_INTO),
        )
        for number, row in rows[at + 1 :]
        if any(part.strip() for part in row)
    ]


def _parted(text: str, mark: str) -> list[Row]:
    return list(enumerate(csv.reader(io.StringIO(text, newline=None), delimiter=mark), 1))


def _within(table: Iterable[tuple[int, Sequence[Any]]]) -> Sequence[Row]:
    filled = ((number, cells) for number, cells in table if any(map(_text, cells)))
    rows = list(islice(filled, MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise AnswerTooLong
    return [(number, list(map(_text, cells))) for number, cells in rows]


def _headed(rows: Sequence[Row]) -> int:
    """In which place the row stands that has most of the headings."""
    return max(range(len(rows)), key=lambda at: _known(rows[at][1]), default=0)


def _nearness(rows: Sequence[Row]) -> int:
    return max((_known(row) for _, row in rows), default=0)


def _known(row: Sequence[str]) -> int:
    """How many of the headings that are needed stand in a row."""
    places = _places(row)
    return sum(needed in places for needed in _NEEDED)


def _places(row: Sequence[str]) -> dict[str, int]:
    """Where each column stands; of two of one name the first, which is the file's own."""
    return {_called(cell): place for place, cell in reversed(list(enumerate(row)))}


def _text(cell: Any) -> str:
    """A cell as it is read on the screen; what says nothing of itself (a formula) is empty."""
    if isinstance(cell, str):
        return cell
    if not isinstance(cell, int | float) or isinstance(cell, bool):
        return ""
    if abs(cell) >= _EXACT_BELOW:
        return f"{cell:e}"
    return f"{cell:.{_SHOWN_DIGITS}f}".rstrip("0").rstrip(".")


def _called(heading: str) -> str:
    plain = unicodedata.normalize("NFKC", heading).strip().lower()
    return _ALSO_CALLED.get(plain, plain)


def _said(text: str) -> Literal["paid", "failed"] | None:
    found = _SAID.fullmatch(text.lower())
    return None if found is None else _DONE[found[1] or found[2]]


Finding = Literal[
    "paid",
    "failed",
    "unknown",
    "amount_differs",
    "unreadable",
    "ended",
    "repeated",
    "taken",
    "other",
    "refused",
]
"""The last three are not of the comparison: a payment that could not be told."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order as the bank's answer is held against it."""

    order_id: str
    reference: str
    amount_fen: int
    state: str


@dataclass(frozen=True, slots=True)
class Matched:
    """One line of the answer: the order that it speaks of, and what came of it."""

    answer: Answer
    order_id: str | None
    finding: Finding


def reconciled(ordered: Iterable[Ordered], answers: Iterable[Answer]) -> list[Matched]:
    """Each line of the answer against the orders of the file; only `paid` and `failed` end one."""
    known = {order.reference: order for order in ordered}
    seen: set[str] = set()
    found = []
    for answer in answers:
        order = known.get(answer.reference)
        found.append(
            Matched(
                answer, None if order is None else order.order_id, _finding(answer, order, seen)
            )
        )
        seen.add(answer.reference)
    return found


def _finding(answer: Answer, order: Ordered | None, seen: set[str]) -> Finding:
    if order is None:
        return "unknown"
    if answer.reference in seen:
        return "repeated"
    if order.state != "ordered":
        return "ended"
    if answer.result is None or answer.amount_fen is None:
        return "unreadable"
    if answer.amount_fen != order.amount_fen:
        return "amount_differs"
    return answer.result
