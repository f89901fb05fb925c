"""`jinxi funnel`: where people are lost on the way."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from crm.database import reading
from crm.door import now_us
from crm.funnels.definition import (
    ChainKind,
    EntryRule,
    Funnel,
    InvalidFunnel,
    InvalidStep,
    InvalidWindow,
    parse_step,
    parse_window,
)
from crm.funnels.engine import FunnelResult, StepResult
from crm.funnels.queries import funnel_now, funnel_then
from crm.past import effective_up_to, received_up_to
from crm.scope import HEADQUARTERS_SCOPE as SCOPE
from streams.commands.options import AsJson, At, day, instant
from streams.installation import open_installation
from streams.output import print_json, print_table, print_text
from streams.wording import say

_BAR_CELLS = 30


def funnel(
    steps: Annotated[
        list[str], typer.Option("--step", metavar="STEP", help="一步：TYPE 或 TYPE:字段=值")
    ],
    from_day: Annotated[str, typer.Option("--from", metavar="DAY", help="第一天")],
    to_day: Annotated[str, typer.Option("--to", metavar="DAY", help="最后一天的后一天")],
    window: Annotated[str, typer.Option("--window", help="从进入算起的期限：30d 或 720h")],
    kind: Annotated[ChainKind, typer.Option("--kind", help="依次、不论次序、紧接")] = (
        ChainKind.SEQUENTIAL
    ),
    entry: Annotated[EntryRule, typer.Option("--entry", help="取最长的一链，或只看第一次进入")] = (
        EntryRule.BEST
    ),
    by: Annotated[
        str | None, typer.Option("--by", metavar="FIELD", help="按进入时的字段或 month 分组")
    ] = None,
    people_of: Annotated[
        int | None, typer.Option("--people", metavar="STEP_NUMBER", help="列出走到这一步的人")
    ] = None,
    known_at: Annotated[
        str | None, typer.Option("--known-at", metavar="TIME", help="只用这时已收到的事件")
    ] = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """漏斗：多少人走到了哪一步，用了多久。

    例：jinxi funnel --step activity.attended:kind=free_clinic --step trial.started
    --step purchase.made --from 2026-03-01 --to 2026-06-01 --window 90d --by month --json
    """
    asked = _asked(steps, (from_day, to_day), window, kind, entry, by)
    if people_of is not None and not 1 <= people_of <= len(steps):
        raise typer.BadParameter(say("步数从 1 到 {last}", last=len(steps)))
    result = _compute(asked, instant(at), instant(known_at))
    if as_json:
        print_json(_told(result, people_of))
    else:
        _show(asked, result)


def _asked(
    steps: Sequence[str],
    period: tuple[str, str],
    window: str,
    kind: ChainKind,
    entry: EntryRule,
    by: str | None,
) -> Funnel:
    try:
        return Funnel(
            tuple(map(parse_step, steps)),
            day(period[0]),
            day(period[1]),
            parse_window(window),
            kind,
            entry,
            by,
        )
    except (InvalidStep, InvalidWindow, InvalidFunnel) as error:
        raise typer.BadParameter(str(error)) from error


def _compute(asked: Funnel, at_us: int | None, known_at_us: int | None) -> FunnelResult:
    installation = open_installation()
    with reading(installation.engine) as connection:
        if at_us is None and known_at_us is None:
            return funnel_now(SCOPE, connection, asked)
        effective = effective_up_to(now_us() if at_us is None else at_us)
        received = received_up_to(now_us() if known_at_us is None else known_at_us)
        return funnel_then(
            SCOPE,
            connection,
            installation.keyring,
            asked,
            at_us or known_at_us or 0,
            lambda event: effective(event) and received(event),
        )


def _told(result: FunnelResult, people_of: int | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "steps": list(map(asdict, result.steps)),
        "groups": [
            {"value": group.value, "steps": list(map(asdict, group.steps))}
            for group in result.groups
        ],
    }
    if people_of is not None:
        told["people"] = sorted(result.people[people_of - 1])
    return told


def _show(asked: Funnel, result: FunnelResult) -> None:
    which = (
        say("最长的一链（best）") if asked.entry == EntryRule.BEST else say("第一次进入（first）")
    )
    title = say(
        "漏斗 {first} 至 {last}（不含），期限 {window}，{which}",
        first=asked.from_day,
        last=asked.to_day,
        window=asked.window,
        which=say(which),
    )
    headings = [
        say("步"),
        say("是什么"),
        say("人数"),
        "",
        say("占上一步"),
        say("占第一步"),
        say("中位用时"),
    ]
    print_table(title, headings, _rows(asked, result.steps))
    for group in result.groups:
        print_text("")
        print_table(
            f"{asked.by} = {group.value or say('（无）')}", headings, _rows(asked, group.steps)
        )


def _rows(asked: Funnel, steps: Sequence[StepResult]) -> list[list[Any]]:
    first = steps[0].people if steps else 0
    rows = []
    before = None
    for step, result in zip(asked.steps, steps, strict=True):
        share = result.people / first if first else 0
        rows.append(
            [
                result.step,
                str(step),
                result.people,
                "█" * round(share * _BAR_CELLS),
                "" if before is None else _rate(result.people, before),
                _rate(result.people, first),
                duration(result.median_seconds),
            ]
        )
        before = result.people
    return rows


def _rate(people: int, of: int) -> str:
    return f"{people / of:.1%} ({people:,}/{of:,})" if of else ""


def duration(seconds: int | float | None) -> str:
    """A median time as people say it."""
    if seconds is None:
        return ""
    days, rest = divmod(int(seconds), 86_400)
    hours, rest = divmod(rest, 3_600)
    if days:
        return say("{days} 天 {hours} 小时", days=days, hours=hours)
    return say("{hours} 小时 {minutes} 分", hours=hours, minutes=rest // 60)
