"""What commands print: JSON for programs, one object a line; tables and bars for people."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

Report = Callable[[int, int], None]
"""(done so far, of how many)."""


def people_console() -> Console:
    """Where people read."""
    return Console(highlight=False)


def error_console() -> Console:
    """Where troubles and bars go."""
    return Console(stderr=True, highlight=False)


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
    people_console().print(text, markup=False, soft_wrap=True)


def print_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table for people; numbers stand to the right, thousands apart."""
    table = Table(title=title, title_justify="left", header_style="bold", title_style="bold")
    listed = [list(row) for row in rows]
    for place, heading in enumerate(headings):
        numbers = bool(listed) and all(isinstance(row[place], int) for row in listed)
        table.add_column(heading, justify="right" if numbers else "left", overflow="fold")
    for row in listed:
        table.add_row(*map(_cell, row))
    people_console().print(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


@contextmanager
def progress_bar(label: str, *, shown: bool) -> Iterator[Report]:
    """A bar on the error stream while something long goes on."""
    console = error_console()
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not (shown and console.is_terminal),
    )
    with bar:
        task = bar.add_task(label, total=None)

        def report(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        yield report
