"""The file of payments that a bank gets, and what comes back from it; pure.

Out: CSV in UTF-8 with a BOM, CRLF, one payment a line. It holds no account: none is kept here, so
each line says where it is found, by the member's code, which stands first. Back: the same lines
with the bank's word in a column `结果` (成功 or 失败; why is not read), amounts in yuan. Columns
are found by their headings, in any order, parted by commas, or by tabs as a spreadsheet copies
them. The account into which the bank paid may stand in its column `收款账户`.
"""

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from campaigns.formulas import harmless
from crm.money import fen_in, yuan_typed

BOM = "\ufeff"
REFERENCE, AMOUNT = "付款编号", "金额（元）"
PAID_INTO = "收款账户"
HEADINGS = ("会员编号", REFERENCE, "收款方", "经由", PAID_INTO, AMOUNT, "用途", "序号")
ACCOUNT = "财务供应商名录，按会员编号查"
RESULT = "结果"
PURPOSE = "推荐奖励"
THROUGH = {"employer": "用人单位", "member": "本人"}
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
_ALSO_CALLED = {"金额": AMOUNT, "金额(元)": AMOUNT, "付款金额": AMOUNT, "交易结果": RESULT}
_ACCOUNT = re.compile(r"(?=(?:[A-Z]*[0-9]){8})[0-9A-Z]{8,34}")
_ROUNDED = re.compile(r"[0-9]{15}00+")
"""A spreadsheet keeps fifteen digits of a number and writes zeros for the others."""
_NOT_OF_IT = re.compile(r"[\s'-]")


@dataclass(frozen=True, slots=True)
class Line:
    """One payment of a file; its reference is the order's."""

    reference: str
    member: str
    payee: str
    through: str
    amount_fen: int


def written(lines: Sequence[Line]) -> bytes:
    """The file's bytes: the same lines give the same."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for number, line in enumerate(lines, 1):
        yuan = yuan_typed(line.amount_fen)
        through = THROUGH[line.through]
        whom = line.member, line.reference, line.payee, through, ACCOUNT
        writer.writerow([harmless(cell) for cell in (*whom, yuan, PURPOSE, number)])
    return (BOM + out.getvalue()).encode()


def digest(content: bytes) -> str:
    """SHA-256, as `sha256sum` prints it."""
    return hashlib.sha256(content).hexdigest()


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


def answers(text: str) -> list[Answer]:
    """The bank's lines; AnswerUnreadable when a column is missing, AnswerNoTable when there are
    no columns. Empty lines are no matter."""
    lines = io.StringIO(text.removeprefix(BOM), newline=None)
    try:
        rows = [row for row in csv.reader(lines, delimiter=_parted_by(text)) if any(row)]
    except csv.Error as error:
        raise AnswerNoTable from error
    if not rows:
        raise AnswerUnreadable(REFERENCE)
    places = {_called(heading): place for place, heading in enumerate(rows[0])}
    for needed in (REFERENCE, AMOUNT, RESULT):
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
        for number, row in enumerate(rows[1:], 2)
    ]


def _parted_by(text: str) -> str:
    """What parts the cells of the first line: what a spreadsheet puts between them, or a comma."""
    first = text.strip().partition("\n")[0]
    return max(",\t;", key=first.count)


def _called(heading: str) -> str:
    plain = unicodedata.normalize("NFKC", heading).strip()
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
