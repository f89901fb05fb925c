"""Sheets on the command line: sent, answered with a copy to mend, and made from an activity."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from campaigns.sheets import (
    HeadingMap,
    InvalidSheet,
    SheetReading,
    SheetRefusal,
    sentence,
    write_answer,
    write_template,
)
from campaigns.sheets.reading import AS_WRITTEN
from crm.activities.queries import sheet_facts
from crm.intake.sheet_intake import accept_sheet
from crm.intake.sheet_receipt import NO_ANSWERS, Answers, SheetReceipt
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from streams.cli.commands.sheet_report import SheetReport
from streams.cli.commands.tally import AcceptTally, RefusedLine
from streams.running.installation import Installation, started_installation
from streams.running.whoami import command_credential
from streams.wording.output import print_text
from streams.wording.say import language, say

LARGEST_TEMPLATE = 2000
_ENDINGS = (".xlsx", ".csv", ".xls", ".xlsm")
ANSWER_ENDING = "-未收下"


def is_sheet(name: str) -> bool:
    """Whether the file is a sheet, by its ending."""
    return name.lower().endswith(_ENDINGS)


@dataclass(frozen=True)
class SheetWords:
    """What the sender says of a sheet beside it.

    headings: what headings of his own mean. answers: of rows that were asked about.
    out: where to write all rows with their ids; None: nowhere.
    """

    headings: HeadingMap = AS_WRITTEN
    answers: Answers = NO_ANSWERS
    out: Path | None = None


def accept_sheet_file(
    installation: Installation, file: Path, tally: AcceptTally, words: SheetWords
) -> None:
    """Send a sheet; its bad rows come back in a copy beside it."""
    try:
        receipt = accept_sheet(
            installation.intake,
            installation.engine,
            installation.keyring,
            file.name,
            file.read_bytes(),
            command_credential(),
            headings=words.headings,
            answers=words.answers,
            keep_rows=words.out is not None,
        )
    except InvalidSheet as error:
        tally.refused += 1
        tally.sheets.append(SheetReport.of_error(str(file), error))
        tally.refusals.append(_whole_file(file, error))
        return
    tally.accepted += receipt.accepted
    tally.duplicate += receipt.duplicate
    tally.refused += receipt.refused
    tally.warned += receipt.warned
    tally.refusals += [_refusal(file, each) for each in receipt.refusals]
    tally.sheets.append(SheetReport.of(str(file), receipt))
    if words.out is not None and receipt.all_rows is not None:
        _write(words.out, receipt.all_rows, receipt, tally, all_rows=True)
    if receipt.refusals:
        _write_answer(file, receipt, tally)


def _whole_file(file: Path, error: InvalidSheet) -> RefusedLine:
    said = sentence(error.reason, language(), **error.values)
    return RefusedLine(str(file), 0, None, None, error.reason, "$", said)


def _refusal(file: Path, refusal: SheetRefusal) -> RefusedLine:
    said = f"{refusal.column}：{sentence(refusal.reason, language())}"
    return RefusedLine(str(file), refusal.row, None, None, refusal.reason, refusal.column, said)


def _write_answer(file: Path, receipt: SheetReceipt, tally: AcceptTally) -> None:
    """The copy to mend; what was taken stays taken when it cannot be written."""
    answer = file.with_name(f"{file.stem.removesuffix(ANSWER_ENDING)}{ANSWER_ENDING}.xlsx")
    _write(answer, receipt.refused_rows, receipt, tally)


def _write(
    answer: Path,
    reading: SheetReading,
    receipt: SheetReceipt,
    tally: AcceptTally,
    *,
    all_rows: bool = False,
) -> None:
    data = write_answer(reading, receipt.refusals, all_rows=all_rows, language=language())
    try:
        answer.write_bytes(data)
    except OSError:
        tally.unwritten.append(answer)
    else:
        (tally.kept if all_rows else tally.answers).append(answer)


def template(
    activity_id: Annotated[str, typer.Option("--activity", metavar="ID", help="活动编号")],
    rows: Annotated[int, typer.Option(min=1, max=LARGEST_TEMPLATE, help="行数")] = 80,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="写到哪个文件，不写则以编号为名")
    ] = None,
) -> None:
    """为一场活动做一份签到表（Excel）。

    jinxi sheet template --activity A-BJ-0001
    jinxi sheet template --activity A-BJ-0001 --rows 200 --to hall.xlsx
    """
    installation = started_installation()
    with reading(installation.engine) as connection:
        values = sheet_facts(HEADQUARTERS_SCOPE, connection, installation.keyring, activity_id)
    if values is None:
        message = say("没有这场活动：{name}。活动计划收下并入档后才能做表。", name=activity_id)
        raise typer.BadParameter(message)
    file = to or Path(f"{activity_id}.xlsx")
    if file.exists():
        # It may be filled in, and its row ids are drawn: a new one would not be the same sheet.
        message = say("{file} 已经有了，没有动它。请用 --to 换一个文件名。", file=file)
        raise typer.BadParameter(message)
    file.write_bytes(write_template(values, rows, row_ids=_row_ids()))
    print_text(
        say("已写好：{path}（{rows} 行）。填好后：jinxi accept {path}", path=file, rows=rows)
    )


def _row_ids() -> Iterator[str]:
    while True:
        yield str(uuid4())
