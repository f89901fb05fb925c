"""`jinxi touchpoints`: what funnels count, as a file for other engines."""

from pathlib import Path
from typing import Annotated

import typer

from crm.funnels.kept import columns_file
from crm.funnels.queries import Funnels
from crm.scope import HEADQUARTERS_SCOPE as SCOPE
from streams.cli.commands.dealers_copy import copy_of
from streams.running.installation import open_installation
from streams.upkeep.touchpoints import WriterMissing, write_parquet
from streams.wording.output import print_text
from streams.wording.say import say


def touchpoints(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="写到哪里")],
    dealer: Annotated[
        str | None,
        typer.Option("--dealer", metavar="CODE", help="只写这家经销商的副本里有的"),
    ] = None,
) -> None:
    """把漏斗计数的接触写成 Parquet 文件，给 DuckDB 或 ClickHouse 用；只有编号，没有姓名电话。

    jinxi touchpoints touchpoints.parquet
    jinxi touchpoints D01.parquet --dealer D01
    """
    installation = open_installation()
    try:
        if dealer is not None:
            written = write_parquet(copy_of(installation, dealer).columns, file)
        else:
            funnels = Funnels(installation.engine, columns_file(installation.settings.data_folder))
            with funnels.columns_now(SCOPE) as columns:
                written = write_parquet(columns, file)
    except WriterMissing as error:
        raise typer.BadParameter(say("写 Parquet 要先装上 duckdb 这个 Python 包")) from error
    except OSError as error:
        raise typer.BadParameter(say("{file} 写不进去", file=file)) from error
    print_text(say("写了 {count:,} 次接触：{file}", count=written, file=file))
