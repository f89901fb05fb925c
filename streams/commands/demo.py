"""`jinxi demo`: an invented season taken in, recorded, and shown."""

import secrets
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Annotated, Any

import orjson
import typer
from sqlalchemy import func, select

from campaigns.intake import HEADQUARTERS
from campaigns.season import SEASON_DAYS, generate
from campaigns.times import shanghai_day
from crm.accounts.people import add_user, change_password, find_user
from crm.database import reading
from crm.door import now_us
from crm.funnels.queries import outcome_chain
from crm.journal import last_position
from crm.people.tables import CARD, PERSON
from crm.rewards.tables import REWARD
from crm.scope import HEADQUARTERS_SCOPE as SCOPE
from crm.sharing.tables import COPY_ROW
from streams.commands.funnel import duration
from streams.commands.look import yuan
from streams.commands.serve import DEFAULT_PORT, run_server
from streams.embedded import Worker
from streams.installation import Installation, open_installation
from streams.lease import lease
from streams.output import print_table, print_text, progress_bar
from streams.wording import say, words

DEMO_USER = "demo"
_LINES_AT_ONCE = 2000
_PASSWORD_BYTES = 6


def demo(
    no_serve: Annotated[bool, typer.Option("--no-serve", help="只算出来，不打开网页")] = False,
    people: Annotated[int, typer.Option(min=1, help="多少人")] = 2000,
    seed: Annotated[int, typer.Option(help="同样的种子得同样的一季")] = 7,
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口")] = DEFAULT_PORT,
) -> None:
    """一季“金色夕阳”：编造的事件、患者档案一式两份、奖励、漏斗，和看它们的网页。

    例：jinxi demo · jinxi demo --no-serve --people 300
    """
    installation = open_installation()
    with reading(installation.engine) as connection:
        is_new = last_position(connection) == 0
    if is_new:
        _take_in(installation, people, seed)
    else:
        print_text(say("数据已在 {folder}，直接打开", folder=installation.settings.data_folder))
    with lease(installation.settings), progress_bar(say("入档"), shown=True) as report:
        Worker(installation.engine, installation.keyring).until_idle(report)
    summarize(installation, _first_day())
    if no_serve:
        return
    password = _password(installation, is_new)
    if password is not None:
        print_text(say("登录名 {name}，密码 {password}", name=DEMO_USER, password=password))
    run_server(port)


def _first_day() -> date:
    return shanghai_day(now_us()) - timedelta(days=SEASON_DAYS)


def _take_in(installation: Installation, people: int, seed: int) -> None:
    events = generate(people, seed, _first_day())
    done = 0
    with progress_bar(say("收下编造的一季"), shown=True) as report:
        for piece in _pieces(events):
            installation.intake.accept(piece, HEADQUARTERS, history=True)
            done += len(piece)
            report(done, 0)


def _pieces(events: Iterator[dict[str, Any]]) -> Iterator[list[bytes]]:
    while piece := [orjson.dumps(event) for event in islice(events, _LINES_AT_ONCE)]:
        yield piece


def _password(installation: Installation, is_new: bool) -> str | None:
    """A new password for the demo's account; an installation without it is somebody's own."""
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    with reading(installation.engine) as connection:
        known = find_user(connection, DEMO_USER)
    if known is not None:
        change_password(installation.engine, known.actor, password)
    elif is_new:
        add_user(installation.engine, DEMO_USER, password, "headquarters")
    else:
        return None
    return password


def summarize(installation: Installation, first_day: date) -> None:
    """The season at a glance."""
    with reading(installation.engine) as connection:
        chain = outcome_chain(
            SCOPE, connection, first_day, shanghai_day(now_us()) + timedelta(days=1)
        )
        cards = connection.execute(select(func.count()).select_from(CARD)).scalar_one()
        persons = connection.execute(select(func.count()).select_from(PERSON)).scalar_one()
        copies = connection.execute(
            select(COPY_ROW.c.dealer, func.count()).group_by(COPY_ROW.c.dealer).order_by("dealer")
        ).all()
        states = connection.execute(
            select(REWARD.c.state, func.count(), func.sum(REWARD.c.amount_fen))
            .group_by(REWARD.c.state)
            .order_by("state")
        ).all()
    print_text(
        say(
            "{cards:,} 张档案卡，{persons:,} 人；企业这一份在此，另一份在经销商：",
            cards=cards,
            persons=persons,
        )
    )
    print_table(say("经销商的副本"), words("经销商", "人数"), copies)
    print_table(
        say("奖励"),
        words("状态", "份数", "金额"),
        [(state, count, yuan(int(fen))) for state, count, fen in states],
    )
    labels = words("到场", "建档", "试用", "购买", "转介绍")
    first = chain.result.steps[0].people
    rows: list[list[Any]] = [[say("触达"), chain.reached, "", ""]]
    for label, step in zip(labels, chain.result.steps, strict=True):
        share = f"{step.people / first:.1%}" if first else ""
        rows.append([label, step.people, share, duration(step.median_seconds)])
    print_table(
        say("结果链（最长的一链，180 天内）"),
        words("步", "人数", "占到场", "距上一步的中位用时"),
        rows,
    )
