"""`jinxi season`: an invented season as a file of events."""

import sys
from datetime import date
from typing import Annotated

import orjson
import typer

from campaigns.season import generate
from streams.cli.commands.options import day

DEFAULT_STARTS_ON = date(2026, 3, 2)


def season(
    people: Annotated[int, typer.Option(min=1, help="多少人")] = 2000,
    seed: Annotated[int, typer.Option(help="同样的种子得同样的文件")] = 7,
    starts_on: Annotated[
        str, typer.Option("--starts-on", metavar="DAY", help="第一天")
    ] = DEFAULT_STARTS_ON.isoformat(),
) -> None:
    """编造一季活动，按收到的先后写出 NDJSON；人物全属虚构。

    jinxi season --people 300 --seed 1 > season.ndjson
    jinxi accept --history season.ndjson
    """
    write = sys.stdout.buffer.write
    for event in generate(people, seed, day(starts_on)):
        write(orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()
