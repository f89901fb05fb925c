"""`jinxi touchpoints`: what funnels count, as a file for other engines."""

from pathlib import Path
from typing import Annotated

import typer

from campaigns.times import shanghai_day
from crm.clock import now_us
from crm.copies.queries import dealer_names
from crm.feed.settling import NotSettled
from crm.funnels.fields import meant
from crm.funnels.kept import columns_file
from crm.funnels.own_copy import OwnCopy
from crm.funnels.queries import Funnels
from crm.scope import HEADQUARTERS_SCOPE as SCOPE
from crm.storage.database import reading
from streams.running.installation import Installation, open_installation
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


def copy_of(installation: Installation, dealer: str) -> OwnCopy:
    """What a dealer's funnels are made of; BadParameter where there is none, or not now."""
    with reading(installation.engine) as connection:
        known = dealer_names(connection)
    if dealer not in known:
        message = say(
            "没有经销商 {dealer}，{meant}有：{known}",
            dealer=repr(dealer),
            meant=meant(dealer, known),
            known=", ".join(sorted(known)),
        )
        raise typer.BadParameter(message)
    try:
        return Funnels(installation.engine).own_copy(SCOPE, dealer, shanghai_day(now_us()))
    except NotSettled as reason:
        message = say("副本还没有结算完，现在不发放。请先 jinxi work --until-idle，再来一次。")
        raise typer.BadParameter(message) from reason
