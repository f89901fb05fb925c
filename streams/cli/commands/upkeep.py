"""`jinxi replay` and `jinxi check`: proofs that the data are what they must be."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from crm.operations.checks import Check, run_checks
from crm.storage.database import reading
from streams.cli.commands.options import AsJson
from streams.running.installation import open_installation
from streams.running.lease import lease
from streams.upkeep.replay import rebuild, verify
from streams.wording.output import print_json, print_table, print_text
from streams.wording.progress import progress_bar
from streams.wording.say import language, say, word, words

NOT_EQUAL = 1


def replay(
    verify_only: Annotated[
        bool, typer.Option("--verify", help="不改动数据：在旁边重建一份，逐行比较")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """从日志重建全部数据表；--verify 证明重建结果逐行相等。

    jinxi replay --verify
    jinxi replay
    """
    installation = open_installation()
    if not verify_only:
        with lease(installation.settings), progress_bar(say("重建"), shown=not as_json) as report:
            done = rebuild(installation.engine, installation.keyring, report)
        if not as_json:
            print_text(say("已从日志重建，{events:,} 条事件。正在核对：", events=done))
    with progress_bar(say("重建并比较"), shown=not as_json) as report:
        folder = installation.settings.data_folder
        tables = verify(installation.engine, installation.keyring, report, folder)
    equal = all(table.equal for table in tables.values())
    if as_json:
        print_json({"equal": equal, "tables": {str(n): asdict(t) for n, t in tables.items()}})
    else:
        print_table(
            say("逐行相等") if equal else say("不相等"),
            words("表", "行数", "重建行数", "相等"),
            [
                [word("table", str(name)), table.rows, table.rebuilt_rows, _mark(table.equal)]
                for name, table in tables.items()
            ],
        )
        if not equal:
            print_text(say("数据和日志不符。日志为准：先停下 jinxi serve，再 jinxi replay 重建。"))
    if not equal:
        raise typer.Exit(NOT_EQUAL)


def check(as_json: AsJson = False) -> None:
    """检查数据上能检查的每一条规律。

    jinxi check
    jinxi check --json
    """
    installation = open_installation()
    with (
        reading(installation.engine) as connection,
        progress_bar(say("重算并比较"), shown=not as_json) as report,
    ):
        checks = list(run_checks(connection, installation.keyring, report))
    ok = all(each.ok for each in checks)
    if as_json:
        print_json({"ok": ok, "checks": [_as_json(each) for each in checks]})
    else:
        rows = [[_mark(each.ok), say(each.law), each.detail.said(language())] for each in checks]
        title = say("全部成立") if ok else say("有不成立的")
        print_table(title, words("", "规律", "数目"), rows)
        if not ok:
            print_text(
                say("下一步：jinxi dead-letters list 看有没有故障，jinxi replay 从日志重建。")
            )
    if not ok:
        raise typer.Exit(NOT_EQUAL)


def _as_json(found: Check) -> dict[str, Any]:
    return {"name": found.name, "ok": found.ok, "detail": found.detail.said("en")}


def _mark(ok: bool) -> str:
    return "✓" if ok else "✗"
