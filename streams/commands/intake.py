"""`jinxi accept`: files of events and sheets, through the door."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from campaigns.cloudevents import LARGEST_EVENT_BYTES
from campaigns.intake import HEADQUARTERS
from campaigns.sentences import refusal_sentence
from crm.door import JournalIntake
from streams.commands.options import AsJson
from streams.commands.sheet_files import accept_sheet_file, is_sheet
from streams.commands.tally import AcceptTally
from streams.installation import Installation, open_installation
from streams.output import Report, print_json, print_table, print_text, progress_bar
from streams.wording import language, say, words

LINES_AT_ONCE = 2000
SHOWN_REFUSALS = 50
SOME_REFUSED = 3
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def accept(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE…", help="NDJSON 或 .xlsx、.csv 文件；- 为标准输入")
    ],
    history: Annotated[
        bool, typer.Option("--history", help="导入历史：采用事件自带的 receivedat 作为收到时间")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """收下事件：写牢以后才回答“已收下”。

    例：jinxi accept 签到表.xlsx · jinxi accept --history season.ndjson · jinxi accept -
    """
    missing = [name for name in files if name != "-" and not Path(name).is_file()]
    if missing:
        raise typer.BadParameter(say("找不到文件：{names}", names=", ".join(missing)))
    installation = open_installation()
    tally = AcceptTally()
    for name in files:
        if is_sheet(name):
            accept_sheet_file(installation, Path(name), tally)
        else:
            _accept_events(installation, name, tally, history=history, shown=not as_json)
    _tell(tally, as_json)
    if tally.refused:
        raise typer.Exit(SOME_REFUSED)


def _accept_events(
    installation: Installation, name: str, tally: AcceptTally, *, history: bool, shown: bool
) -> None:
    label = say("收下 {name}", name=name)
    with _opened(name) as stream, progress_bar(label, shown=shown) as report:
        accept_stream(installation.intake, stream, name, tally, history, report)


def accept_stream(
    intake: JournalIntake,
    stream: BinaryIO,
    name: str,
    tally: AcceptTally,
    history: bool,
    report: Report,
) -> None:
    """Every line of a stream through the door, some thousands at a time."""
    pending: list[tuple[int, bytes]] = []
    for numbered in event_lines(stream):
        pending.append(numbered)
        if len(pending) == LINES_AT_ONCE:
            _accept_lines(intake, pending, name, tally, history)
            report(numbered[0], 0)
            pending = []
    _accept_lines(intake, pending, name, tally, history)


def _accept_lines(
    intake: JournalIntake,
    numbered: Sequence[tuple[int, bytes]],
    name: str,
    tally: AcceptTally,
    history: bool,
) -> None:
    if not numbered:
        return
    receipts = intake.accept([line for _, line in numbered], HEADQUARTERS, history=history)
    for (number, _), receipt in zip(numbered, receipts, strict=True):
        tally.add(name, number, receipt)


def event_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """(number from 1, line without its end); blank lines are passed over.

    Of a line that is far too long only the beginning is kept: it is refused anyway.
    """
    number = 0
    while line := stream.readline(LARGEST_EVENT_BYTES + 4):
        number += 1
        if number == 1:
            line = line.removeprefix(BYTE_ORDER_MARK)
        ended = line.endswith(b"\n")
        while not ended and (rest := stream.readline(LARGEST_EVENT_BYTES)):
            ended = rest.endswith(b"\n")
            line = line[: LARGEST_EVENT_BYTES + 1] + b"+"
        stripped = line.rstrip(b"\r\n")
        if stripped.strip():
            yield number, stripped


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdin.buffer
    else:
        with Path(name).open("rb") as stream:
            yield stream


def _tell(tally: AcceptTally, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "accepted": tally.accepted,
                "duplicate": tally.duplicate,
                "refused": tally.refused,
                "warned": tally.warned,
                "refusals": tally.refusals,
                "answers": [str(answer) for answer in tally.answers],
            }
        )
        return
    print_text(
        say(
            "已收下 {accepted:,} 条 · 之前已记过 {duplicate:,} 条 · 未收下 {refused:,} 条"
            " · 有提醒 {warned:,} 条",
            accepted=tally.accepted,
            duplicate=tally.duplicate,
            refused=tally.refused,
            warned=tally.warned,
        )
    )
    if tally.refusals:
        print_table(
            say("未收下"),
            words("文件", "行", "编号", "原因", "怎么改"),
            [_refusal_row(refusal) for refusal in tally.refusals[:SHOWN_REFUSALS]],
        )
    if len(tally.refusals) > SHOWN_REFUSALS:
        more = len(tally.refusals) - SHOWN_REFUSALS
        print_text(say("还有 {more:,} 条，用 --json 查看全部", more=more))
    for answer in tally.answers:
        print_text(say("错行已标在：{path}（改好后再交一次）", path=answer))


def _refusal_row(refusal: dict[str, Any]) -> list[Any]:
    sentence = refusal.get("sentence") or refusal_sentence(
        refusal["reason"], refusal["path"] or "$", language()
    )
    return [refusal["file"], refusal["line"], refusal["id"] or "", refusal["reason"], sentence]
