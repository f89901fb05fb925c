"""Options that several commands share."""

from datetime import date
from typing import Annotated

import typer

from campaigns.times import parse_instant_us
from crm.door import now_us

AsJson = Annotated[bool, typer.Option("--json", help="给程序用：每行一个 JSON 对象")]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="TIME", help="当时的状态，RFC 3339 时间；默认为现在"),
]


def instant(text: str | None) -> int | None:
    """The instant that was asked for; None means the stored state."""
    if text is None:
        return None
    try:
        return parse_instant_us(text)
    except ValueError as error:
        message = f"{text}: RFC 3339, 2026-05-03T09:00:00+08:00"
        raise typer.BadParameter(message) from error


def instant_or_now(text: str | None) -> int:
    """The instant that was asked for, or the present."""
    return now_us() if text is None else instant(text) or 0


def day(text: str) -> date:
    """A day written as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text}: YYYY-MM-DD") from error
