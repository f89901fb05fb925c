"""Sheets on the command line: sent, answered with a copy to mend, and made from an activity."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from campaigns.intake import HEADQUARTERS
from campaigns.sheets import InvalidSheet, sentence, write_answer, write_template
from campaigns.times import rfc3339
from crm.activities.queries import activity
from crm.database import reading
from crm.scope import HEADQUARTERS_SCOPE
from crm.sheet_intake import SheetReceipt, accept_sheet
from streams.commands.tally import AcceptTally
from streams.installation import Installation, open_installation
from streams.output import print_text
from streams.wording import language, say

_ENDINGS = (".xlsx", ".csv", ".xls", ".xlsm")
_ANSWER = "-未收下"


def is_sheet(name: str) -> bool:
    """Whether the file is a sheet, by its ending."""
    return name.lower().endswith(_ENDINGS)


def accept_sheet_file(installation: Installation, file: Path, tally: AcceptTally) -> None:
    """Send a sheet; its bad rows come back in a copy beside it."""
    try:
        receipt = accept_sheet(
            installation.intake,
            installation.engine,
            installation.keyring,
            file.name,
            file.read_bytes(),
            HEADQUARTERS,
        )
    except InvalidSheet as error:
        tally.refused += 1
        tally.refusals.append(_whole_file(file, error))
        return
    tally.accepted += receipt.accepted
    tally.duplicate += receipt.duplicate
    tally.refused += receipt.refused
    tally.warned += receipt.warned
    tally.refusals += [_refusal(file, each) for each in receipt.refusals]
    if receipt.refusals:
        tally.answers.append(_write_answer(file, receipt))


def _whole_file(file: Path, error: InvalidSheet) -> dict[str, Any]:
    return {
        "file": str(file),
        "line": 0,
        "source": None,
        "id": None,
        "reason": error.reason,
        "path": "$",
        "sentence": sentence(error.reason, language()),
    }


def _refusal(file: Path, refusal: Any) -> dict[str, Any]:
    return {
        "file": str(file),
        "line": refusal.row,
        "source": None,
        "id": None,
        "reason": refusal.reason,
        "path": refusal.column,
        "sentence": sentence(refusal.reason, language()),
    }


def _write_answer(file: Path, receipt: SheetReceipt) -> Path:
    answer = file.with_name(f"{file.stem.removesuffix(_ANSWER)}{_ANSWER}.xlsx")
    data = write_answer(receipt.refused_rows, receipt.refusals, language=language())
    answer.write_bytes(data)
    return answer


def template(
    activity_id: Annotated[str, typer.Option("--activity", help="活动编号")],
    rows: Annotated[int, typer.Option(help="行数")] = 80,
    to: Annotated[Path | None, typer.Option("--to", help="写到哪个文件")] = None,
) -> None:
    """为一场活动做一份签到表（Excel）。

    例：jinxi sheet template --activity A-BJ-0001
    """
    installation = open_installation()
    with reading(installation.engine) as connection:
        found = activity(HEADQUARTERS_SCOPE, connection, activity_id)
    if found is None:
        raise typer.BadParameter(say("没有这场活动：{name}", name=activity_id))
    values = {**asdict(found), "starts_at": rfc3339(found.starts_us)}
    file = to or Path(f"{activity_id}.xlsx")
    file.write_bytes(write_template(values, rows, row_ids=_row_ids()))
    print_text(say("已写好：{path}", path=file))


def _row_ids() -> Iterator[str]:
    while True:
        yield str(uuid4())
