"""Options that several commands share, and times as they are written and read."""

from datetime import date
from typing import Annotated

import typer

from campaigns.times import moment_of, parse_instant_us, shanghai_day
from crm.clock import now_us
from streams.wording.say import say

NOT_FOUND = 1

AsJson = Annotated[bool, typer.Option("--json", help="给程序用：每行一个 JSON 对象")]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="当时的状态（RFC 3339 时间），不写则为现在"),
]


def instant(text: str | None) -> int | None:
    """The instant that was asked for; None means the stored state."""
    if text is None:
        return None
    try:
        at_us = parse_instant_us(text)
        shanghai_day(at_us)  # a day of the calendar
        return at_us
    except ValueError as error:
        message = say("看不懂时间“{text}”，请写成 2026-05-03T09:00:00+08:00", text=text)
        raise typer.BadParameter(message) from error


def instant_or_now(text: str | None) -> int:
    """The instant that was asked for, or the present."""
    asked = instant(text)
    return now_us() if asked is None else asked


def day(text: str) -> date:
    """A day written as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = say("看不懂日期“{text}”，请写成 2026-05-03", text=text)
        raise typer.BadParameter(message) from error


def clock_text(at_us: int, *, day_only: bool = False) -> str:
    """An instant as people read it, Shanghai time: `2026-05-03 09:12`."""
    return moment_of(at_us).strftime("%Y-%m-%d" if day_only else "%Y-%m-%d %H:%M")
