"""What `jinxi funnel` can be asked."""

from typing import Annotated

import typer

from crm.funnels.definition import ChainKind, EntryRule

Kind = Annotated[ChainKind, typer.Option("--kind", help="依次、不论次序、紧接")]
Entry = Annotated[EntryRule, typer.Option("--entry", help="取最长的一链，或只看第一次进入")]
By = Annotated[
    str | None, typer.Option("--by", metavar="FIELD", help="按进入时的字段或 month 分组")
]
PeopleOf = Annotated[
    int | None, typer.Option("--people", metavar="STEP_NUMBER", help="列出走到这一步的人")
]
KnownAt = Annotated[
    str | None, typer.Option("--known-at", metavar="TIME", help="只用这时已收到的事件")
]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="STEP", help="进入后到期限内做过这一步的人不算"),
]
OfDealer = Annotated[
    str | None,
    typer.Option("--dealer", metavar="CODE", help="只算这家经销商的副本，和它自己看到的一样"),
]
Steps = Annotated[
    list[str] | None,
    typer.Option("--step", metavar="STEP", help="一步：TYPE 或 TYPE:字段=值"),
]
From = Annotated[str | None, typer.Option("--from", metavar="DAY", help="第一天")]
To = Annotated[str | None, typer.Option("--to", metavar="DAY", help="最后一天的后一天")]
Window = Annotated[
    str | None, typer.Option("--window", help="从进入算起的期限：90天、720小时，或 90d、720h")
]
SavedAs = Annotated[
    str | None,
    typer.Option("--saved", metavar="NAME", help="网页里存好的漏斗或人群，写名称或编号"),
]
Compare = Annotated[
    str | None,
    typer.Option(
        "--compare",
        metavar="PERIOD",
        help="和另一段比，看得一样久：before 前一段、quarter 上一季度、year 去年同期，或从哪天起",
    ),
]
ClickHouse = Annotated[bool, typer.Option("--clickhouse", help="不算，只给 ClickHouse 的查询语句")]
