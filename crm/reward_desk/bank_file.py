"""The file of payments that a bank gets; pure. Its answer: crm/reward_desk/bank_answer.py.

CSV in UTF-8 with a BOM, CRLF, one payment a line. It holds no account: none is kept here, so each
line says where it is found, by the member's code, which stands first.
"""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.formulas import harmless
from crm.money import yuan_typed

BOM = "\ufeff"
REFERENCE, AMOUNT = "付款编号", "金额（元）"
PAID_INTO = "收款账户"
HEADINGS = ("会员编号", REFERENCE, "收款方", "经由", PAID_INTO, AMOUNT, "用途", "序号")
ACCOUNT = "财务供应商名录，按会员编号查"
PURPOSE = "推荐奖励"
THROUGH = {"employer": "用人单位", "member": "本人"}


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
