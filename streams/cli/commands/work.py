"""`jinxi work`: records what was taken in."""

import time
from collections.abc import Callable
from typing import Annotated

import typer

from crm.clock import now_us
from crm.operations.clock import day_plan
from crm.storage.database import reading
from streams.cli.commands.options import AsJson
from streams.embedded.worker import Tally, Worker
from streams.running.installation import Installation, started_installation
from streams.running.lease import lease
from streams.running.loading import loaded
from streams.running.logs import configure
from streams.wording.output import print_json, print_notice, print_text
from streams.wording.progress import progress_bar
from streams.wording.say import say

_IDLE_SECONDS = 0.2
_CARRY = "streams.cli.commands.carry"
"""Loaded where a broker carries the events, for its client is slow to load."""


def work(
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="记完为止；不加则一直运行")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """把已收下的事件记入档案、副本、奖励和漏斗。

    jinxi work --until-idle
    jinxi work --until-idle --json
    """
    installation = started_installation()
    worker = Worker(installation.engine, installation.keyring)
    if installation.settings.kafka_bootstrap is not None:
        tally = _carried(installation, until_idle=until_idle)
    else:
        with lease(installation.settings):
            if not until_idle:
                configure("work")
                _for_ever(worker)
            with progress_bar(say("入档"), shown=not as_json) as report:
                tally = worker.until_idle(report)
    outcomes = worker.outcomes(tally)
    if as_json:
        print_json({**outcomes, "seconds": round(tally.seconds, 3)})
    else:
        tell_outcomes(outcomes, tally.seconds)
    with reading(installation.engine) as connection:
        doubted = day_plan(connection, now_us()).doubted
    if doubted:
        print_notice(say("时钟可疑，新的一天没有开始：请核对，对了就用 jinxi clock confirm 确认。"))


def _carried(installation: Installation, *, until_idle: bool) -> Tally:
    """With a broker; without end unless it is to stop when nothing is left."""
    if until_idle:
        through: Callable[[Installation], Tally] = loaded(f"{_CARRY}:carry_until_idle")
        return through(installation)
    configure("supervisor")
    processes = loaded(f"{_CARRY}:processes")(installation.settings)
    loaded("streams.serving.supervisor:Supervisor")(processes).run()
    raise typer.Exit


def tell_outcomes(outcomes: dict[str, int], seconds: float) -> None:
    """How it went, and what to do about what did not."""
    print_text(
        say(
            "已入档 {recorded:,} · 等待补齐 {waiting:,} · 未入档 {rejected:,} · 入档故障 {failed:,}"
            "（{seconds:.1f} 秒）",
            seconds=seconds,
            **outcomes,
        )
    )
    if outcomes["waiting"]:
        print_text(say("等待补齐的会自己入档，不用重填：jinxi events --outcome waiting"))
    if outcomes["rejected"]:
        print_text(say("未入档的和原因：jinxi events --outcome rejected"))
    if outcomes["failed"]:
        print_text(say("入档故障的没有丢，修好后重试：jinxi dead-letters list"))


def _for_ever(worker: Worker) -> None:
    while True:
        if not worker.step():
            time.sleep(_IDLE_SECONDS)
