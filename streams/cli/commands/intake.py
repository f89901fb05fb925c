"""`jinxi accept`: files of events and sheets, through the door."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from campaigns.cloudevents import LARGEST_EVENT_BYTES
from campaigns.intake import Intake
from campaigns.sentences import refusal_sentence, warning_sentence
from campaigns.sheets import HeadingMap, UnknownTarget
from crm.intake.sheet_receipt import Answers
from streams.cli.commands.options import AsJson
from streams.cli.commands.sheet_files import SheetWords, accept_sheet_file, is_sheet
from streams.cli.commands.tally import AcceptTally, RefusedLine
from streams.cli.errors import is_foreseen
from streams.running.installation import Installation, started_installation
from streams.running.whoami import command_credential
from streams.wording.output import print_json, print_notice, print_table, print_text
from streams.wording.progress import Report, progress_bar
from streams.wording.say import language, say, words

STANDARD_INPUT = "-"
LINES_AT_ONCE = 2000
BYTES_AT_ONCE = 8 * 1024 * 1024
SHOWN_REFUSALS = 50
SOME_REFUSED = 3
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LONGEST_LINE = len(BYTE_ORDER_MARK) + LARGEST_EVENT_BYTES + len(b"\r\n")


def accept(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE", help="NDJSON 或 .xlsx、.csv 文件；- 为标准输入")
    ],
    history: Annotated[
        bool, typer.Option("--history", help="导入历史：采用事件自带的 receivedat 作为收到时间")
    ] = False,
    headings: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="A=B", help="签到表：栏目“A”就是“B”；“A=”不用读"),
    ] = None,
    same: Annotated[
        list[int] | None, typer.Option("--same", metavar="ROW", help="签到表：这一行是更正")
    ] = None,
    other: Annotated[
        list[int] | None, typer.Option("--other", metavar="ROW", help="签到表：这一行是另一个人")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="签到表：带上行编号写一份，以后改这一份再交"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """收下事件：写牢以后才回答“已收下”。

    jinxi accept events.ndjson sheet.xlsx
    jinxi accept sheet.xlsx --map Tel=Mobile --out answered.xlsx
    jinxi accept --history season.ndjson
    jinxi season --people 300 | jinxi accept --history -
    """
    _must_be_files(files)
    answers = Answers(frozenset(same or ()), frozenset(other or ()))
    words = SheetWords(_headings(headings or ()), answers, out)
    if out is not None and (out.exists() or sum(map(is_sheet, files)) != 1):
        message = say("--out 只用于一份签到表，并且要写成还没有的文件：{file}", file=out)
        raise typer.BadParameter(message)
    installation = started_installation()
    tally = AcceptTally()
    try:
        for name in files:
            _accept_file(installation, name, tally, words, history=history, shown=not as_json)
    except Exception as error:
        if is_foreseen(error):
            print_notice(say("中途停下。在此之前：{counted}", counted=_counted(tally)))
        raise
    _tell(tally, as_json)
    if tally.refused or any(sheet.lacks_a_page for sheet in tally.sheets):
        raise typer.Exit(SOME_REFUSED)


def _must_be_files(names: Sequence[str]) -> None:
    paths = [Path(name) for name in names if name != STANDARD_INPUT]
    if folders := [str(path) for path in paths if path.is_dir()]:
        message = say("这是文件夹，不是文件：{names}", names=", ".join(folders))
        raise typer.BadParameter(message)
    if missing := [str(path) for path in paths if not path.exists()]:
        message = say("找不到文件：{names}。请核对路径。", names=", ".join(missing))
        raise typer.BadParameter(message)


def _accept_file(
    installation: Installation,
    name: str,
    tally: AcceptTally,
    sheet_words: SheetWords,
    *,
    history: bool,
    shown: bool,
) -> None:
    label = say("收下 {name}", name=Path(name).name)
    with progress_bar(label, shown=shown) as report:
        if is_sheet(name):
            accept_sheet_file(installation, Path(name), tally, sheet_words)
            return
        with _opened(name) as stream:
            accept_stream(installation.intake, stream, name, tally, history, report)


def accept_stream(
    intake: Intake,
    stream: BinaryIO,
    name: str,
    tally: AcceptTally,
    history: bool,
    report: Report,
) -> None:
    """Every line of a stream through the door, some thousands at a time."""
    pending: list[tuple[int, bytes]] = []
    size = 0
    for number, line in event_lines(stream):
        pending.append((number, line))
        size += len(line)
        if len(pending) == LINES_AT_ONCE or size > BYTES_AT_ONCE:
            _accept_lines(intake, pending, name, tally, history)
            report(number, 0)
            pending, size = [], 0
    _accept_lines(intake, pending, name, tally, history)


def _accept_lines(
    intake: Intake,
    numbered: Sequence[tuple[int, bytes]],
    name: str,
    tally: AcceptTally,
    history: bool,
) -> None:
    if not numbered:
        return
    credential = command_credential(history=history)
    receipts = intake.accept([line for _, line in numbered], credential, history=history)
    for (number, _), receipt in zip(numbered, receipts, strict=True):
        tally.add(name, number, receipt)


def event_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """(number from 1, line without its end); blank lines are passed over.

    Of a line that is far too long only the beginning is kept: it is refused anyway.
    """
    number = 0
    while line := stream.readline(_LONGEST_LINE):
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
    if name == STANDARD_INPUT:
        yield sys.stdin.buffer
    else:
        with Path(name).open("rb") as stream:
            yield stream


def _tell(tally: AcceptTally, as_json: bool) -> None:
    if as_json:
        print_json(tally.as_json())
    else:
        for sheet in tally.sheets:
            for line in sheet.lines():
                print_text(line)
        if tally.lines or not tally.sheets:
            print_text(_counted(tally))
        for code, count in tally.warnings.items():
            print_text(f"  {count:,} × {warning_sentence(code, language())}")
        if tally.refusals:
            headings = words("文件", "行", "编号", "原因和怎么改")
            rows = [_refusal_row(refusal) for refusal in tally.refusals[:SHOWN_REFUSALS]]
            print_table(say("未收下"), headings, rows)
        if len(tally.refusals) > SHOWN_REFUSALS:
            more = len(tally.refusals) - SHOWN_REFUSALS
            print_text(say("还有 {more:,} 条，用 --json 查看全部", more=more))
    _tell_answers(tally)
    if not as_json:
        _tell_next(tally)


def _counted(tally: AcceptTally) -> str:
    return say(
        "已收下 {accepted:,} 条 · 之前已记过 {duplicate:,} 条 · 未收下 {refused:,} 条"
        " · 有提醒 {warned:,} 条",
        accepted=tally.accepted,
        duplicate=tally.duplicate,
        refused=tally.refused,
        warned=tally.warned,
    )


def _headings(said: Sequence[str]) -> HeadingMap:
    pairs = [each.partition("=") for each in said]
    if wrong := [heading for heading, equals, _ in pairs if not heading.strip() or not equals]:
        message = say("--map 要写成 栏目=认识的栏目：{names}", names=", ".join(wrong))
        raise typer.BadParameter(message)
    try:
        return HeadingMap.of({heading: target for heading, _, target in pairs})
    except UnknownTarget as error:
        message = say("不认识的栏目名：{name}", name=error.args[0])
        raise typer.BadParameter(message) from error


def _tell_answers(tally: AcceptTally) -> None:
    for kept in tally.kept:
        print_notice(say("每行的编号已写在：{path}（以后改这一份再交）", path=kept))
    for answer in tally.answers:
        print_notice(say("错行已标在：{path}（改好后再交这一份）", path=answer))
    for answer in tally.unwritten:
        print_notice(say("写不了标出错行的表：{path}。请换个可写的文件夹再交一次。", path=answer))


def _tell_next(tally: AcceptTally) -> None:
    if tally.accepted:
        print_text(say("下一步：jinxi work --until-idle（jinxi serve 开着时会自己入档）"))
    elif not tally.duplicate and not tally.refused:
        print_text(say("没有读到事件：文件是空的。每行应是一条事件，或用签到表（.xlsx）。"))


def _refusal_row(refusal: RefusedLine) -> list[Any]:
    sentence = refusal.sentence or refusal_sentence(refusal.reason, refusal.path, language())
    name = refusal.file if refusal.file == STANDARD_INPUT else Path(refusal.file).name
    return [name, refusal.line or "", refusal.id or "", sentence]
