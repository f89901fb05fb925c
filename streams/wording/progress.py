"""A bar for people while something long goes on; apart, as most commands need none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from streams.wording.output import error_console

Report = Callable[[int, int], None]
"""(done so far, of how many; 0 when that is not known)."""


@contextmanager
def progress_bar(label: str, *, shown: bool) -> Iterator[Report]:
    """A bar on the error stream while something long goes on."""
    console = error_console()
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(show_speed=False),
        TextColumn("{task.fields[count]}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not (shown and console.is_terminal),
    )
    with bar:
        task = bar.add_task(label, total=None, count="")

        def report(done: int, of: int) -> None:
            count = f"{done:,}/{of:,}" if of else f"{done:,}"
            bar.update(task, completed=done, total=of or None, count=count)

        yield report
