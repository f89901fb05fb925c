"""`jinxi work`, `serve` and `replay`, `check`, `dead-letters`: what keeps an installation going."""

import time
from dataclasses import asdict
from typing import Annotated

import typer

from crm.checks import run_checks
from crm.database import reading
from streams.commands.carry import carry_until_idle, processes
from streams.commands.options import AsJson
from streams.dead_letters import letters, retry
from streams.embedded import Worker
from streams.installation import open_installation
from streams.lease import lease
from streams.output import print_json, print_lines, print_table, print_text, progress_bar
from streams.replay import rebuild, verify
from streams.supervisor import Supervisor
from streams.wording import say, words

_IDLE_SECONDS = 0.2
NOT_EQUAL = 1


def work(
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="记完为止；不加则一直运行")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """把已收下的事件记入档案、副本、奖励和漏斗。

    例：jinxi work --until-idle --json
    """
    installation = open_installation()
    worker = Worker(installation.engine, installation.keyring)
    if installation.settings.kafka_bootstrap is not None:
        if not until_idle:
            Supervisor(processes(installation.settings)).run()
            return
        tally = carry_until_idle(installation)
    else:
        with lease(installation.settings):
            if not until_idle:
                _for_ever(worker)
            with progress_bar(say("入档"), shown=not as_json) as report:
                tally = worker.until_idle(report)
    outcomes = worker.outcomes(tally)
    if as_json:
        print_json({**outcomes, "seconds": round(tally.seconds, 3)})
        return
    print_text(
        say(
            "已入档 {recorded:,} · 等待补齐 {waiting:,} · 未入档 {rejected:,} · 失败 {failed:,}"
            "（{seconds:.1f} 秒）",
            seconds=tally.seconds,
            **outcomes,
        )
    )


def _for_ever(worker: Worker) -> None:
    while True:
        if not worker.step():
            time.sleep(_IDLE_SECONDS)


def replay(
    verify_only: Annotated[
        bool, typer.Option("--verify", help="不改动数据：在旁边重建一份，逐行比较")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """从日志重建全部数据表；--verify 证明重建结果逐行相等。

    例：jinxi replay --verify
    """
    installation = open_installation()
    if not verify_only:
        with lease(installation.settings), progress_bar(say("重建"), shown=not as_json) as report:
            done = rebuild(installation.engine, installation.keyring, report)
        message = {"events": done}
        print_json(message) if as_json else print_text(say("已重建，{events:,} 条事件", **message))
        return
    with progress_bar(say("重建并比较"), shown=not as_json) as report:
        tables = verify(installation.engine, installation.keyring, report)
    equal = all(table.equal for table in tables.values())
    if as_json:
        print_json({"equal": equal, "tables": {str(n): asdict(t) for n, t in tables.items()}})
    else:
        print_table(
            say("逐行相等") if equal else say("不相等"),
            words("表", "行数", "重建行数", "相等"),
            [[n, t.rows, t.rebuilt_rows, "✓" if t.equal else "✗"] for n, t in tables.items()],
        )
    if not equal:
        raise typer.Exit(NOT_EQUAL)


def check(as_json: AsJson = False) -> None:
    """检查数据上能检查的每一条规律。

    例：jinxi check --json
    """
    installation = open_installation()
    with reading(installation.engine) as connection:
        checks = list(run_checks(connection, installation.keyring))
    ok = all(each.ok for each in checks)
    if as_json:
        print_json({"ok": ok, "checks": [asdict(each) for each in checks]})
    else:
        rows = [["✓" if each.ok else "✗", say(each.name), each.detail] for each in checks]
        title = say("全部成立") if ok else say("有不成立的")
        print_table(title, words("", "规律", "数目"), rows)
    if not ok:
        raise typer.Exit(NOT_EQUAL)


def list_letters(as_json: AsJson = False) -> None:
    """列出未能入档的事件。"""
    found = letters(open_installation())
    if as_json:
        print_lines(found)
    elif not found:
        print_text(say("没有未能入档的事件"))
    else:
        headings = words("位置", "来源", "编号", "类型", "错误")
        rows = [[x["position"], x["source"], x["id"], x["type"], x["error"]] for x in found]
        print_table(say("未能入档"), headings, rows)


def show_letter(
    position: Annotated[int, typer.Argument(help="在日志中的位置")], as_json: AsJson = False
) -> None:
    """查看一条未能入档的事件，不显示个人信息。"""
    found = [each for each in letters(open_installation()) if each["position"] == position]
    if not found:
        raise typer.BadParameter(say("没有这一条：{position}", position=position))
    if as_json:
        print_json(found[0])
    else:
        print_table(say("未能入档"), words("项目", "内容"), list(found[0].items()))


def retry_letters(
    positions: Annotated[
        list[int] | None, typer.Argument(help="在日志中的位置；不写则全部")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """修好原因以后，重新入档。"""
    installation = open_installation()
    with lease(installation.settings):
        done, failed = retry(installation, positions)
    result = {"recorded": done, "failed": failed}
    if as_json:
        print_json(result)
    else:
        print_text(say("已入档 {recorded:,} 条，仍失败 {failed:,} 条", **result))
