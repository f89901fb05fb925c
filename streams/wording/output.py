"""What commands print: JSON for programs, one object a line; tables for people."""

import sys
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Literal

import orjson
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crm.money import yuan_text
from streams.wording.say import say

SHOWN_ROWS = 200
_WIDE_SCREEN = 100
_NO_SCREEN = 10_000
_BAR_CELLS = 16


class Number(str):
    """A number written out, such as money: it stands to the right."""


class Whole(str):
    """What is copied by hand, such as an id: it is never broken into two lines."""


def people_console() -> Console:
    """Where people read."""
    return Console(highlight=False, emoji=False, markup=False)


def error_console() -> Console:
    """Where troubles and bars go."""
    return Console(stderr=True, highlight=False, emoji=False, markup=False)


def is_terminal() -> bool:
    """Whether a person reads the output."""
    return sys.stdout.isatty()


def print_json(value: Any) -> None:
    """One JSON object, on one line."""
    print_lines([value])


def print_lines(values: Iterable[Any]) -> None:
    """JSON objects, one a line."""
    for value in values:
        sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def print_text(text: str) -> None:
    """A line for people."""
    people_console().print(text, soft_wrap=True)


def print_notice(text: str) -> None:
    """A line for people beside the output, so that this stays what a program reads."""
    error_console().print(text, soft_wrap=True)


def print_table(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]], empty: str = ""
) -> None:
    """A table for people; numbers stand to the right, thousands apart.

    empty: what is said instead where there are no rows: what will stand here, and what to do.
    """
    listed = [list(row) for row in rows]
    if not listed and empty:
        print_text(f"{title}: {empty}" if title.isascii() else f"{title}：{empty}")
        return
    console = people_console()
    console.print(Text(title, "bold"), soft_wrap=True)
    for padding in (1, 0):
        table = _table(headings, listed, padding)
        if _narrowest(console, headings, listed, padding) <= console.width:
            console.print(table)
            return
    # Too narrow a screen would cut numbers: what stood beside each other stands below each other.
    for row in listed:
        _print_below_each_other(console, headings, [_cell(value) for value in row])


def _print_below_each_other(
    console: Console, headings: Sequence[str], cells: Sequence[Text]
) -> None:
    console.print()
    for heading, cell in zip(headings, cells, strict=True):
        if cell.plain:
            console.print(Text(f"{heading}  " if heading else "") + cell, soft_wrap=True)


def _table(headings: Sequence[str], rows: Sequence[Sequence[Any]], padding: int) -> Table:
    """A column that says nothing takes no room."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, padding))
    shown = [
        place
        for place, heading in enumerate(headings)
        if heading or any(row[place] not in (None, "") for row in rows)
    ]
    for place in shown:
        _add_column(table, headings[place], [row[place] for row in rows])
    for row in rows:
        table.add_row(*(_cell(row[place]) for place in shown))
    return table


def _narrowest(
    console: Console, headings: Sequence[str], rows: Sequence[Sequence[Any]], padding: int
) -> int:
    """How narrow the table can be with nothing cut: text goes on below, what is whole does not."""
    whole = [_is_whole([row[place] for row in rows]) for place in range(len(headings))]
    kept = [
        [value if is_whole else None for value, is_whole in zip(row, whole, strict=True)]
        for row in rows
    ]
    # As if there were room for all: rich says else that what is too wide just fits.
    roomy = console.options.update(width=_NO_SCREEN)
    return console.measure(_table(headings, kept, padding), options=roomy).maximum


def _is_numbers(values: Collection[Any]) -> bool:
    filled = [value for value in values if value not in (None, "")]
    return bool(filled) and all(isinstance(value, int | Number) for value in filled)


def _is_whole(values: Collection[Any]) -> bool:
    return _is_numbers(values) or any(isinstance(value, Whole) and value for value in values)


def _add_column(table: Table, heading: str, values: Collection[Any]) -> None:
    justify: Literal["left", "right"] = "right" if _is_numbers(values) else "left"
    table.add_column(heading, justify=justify, overflow="fold", no_wrap=_is_whole(values))


def print_first(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]], empty: str
) -> None:
    """A table of the first rows, and how many there are beyond."""
    listed = list(rows)
    print_table(title, headings, listed[:SHOWN_ROWS], empty)
    if len(listed) > SHOWN_ROWS:
        print_text(
            say(
                "共 {total:,} 行，这里是前 {shown:,} 行；用 --json 看全部",
                total=len(listed),
                shown=SHOWN_ROWS,
            )
        )


def yuan(amount_fen: int) -> Number:
    """Fen as people write money: ¥1,234.00."""
    return Number(yuan_text(amount_fen))


def share_bar(part: int, whole: int) -> Whole:
    """A share as a bar; nothing where the screen has no room for one."""
    room = people_console().width >= _WIDE_SCREEN
    return Whole("█" * round(_BAR_CELLS * part / whole) if room and whole else "")


def duration(seconds: int | float | None) -> Number:
    """A time between two steps as people say it."""
    if seconds is None:
        return Number("")
    if seconds == 0:
        return Number(say("当天"))
    days, rest = divmod(int(seconds), 86_400)
    hours, rest = divmod(rest, 3_600)
    if days:
        return Number(say("{days} 天 {hours} 小时", days=days, hours=hours))
    if hours:
        return Number(say("{hours} 小时 {minutes} 分", hours=hours, minutes=rest // 60))
    return Number(say("{minutes} 分", minutes=rest // 60))


def rate(part: int, whole: int) -> Number:
    """A share with its two counts; nothing where there is no whole."""
    return Number(f"{part / whole:.1%} ({part:,}/{whole:,})" if whole else "")


def _cell(value: Any) -> Text:
    if value is None:
        return Text("")
    if isinstance(value, int) and not isinstance(value, bool):
        return Text(f"{value:,}")
    return Text(", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value))
