"""docs/commands.md, made of the command's own help."""

from collections.abc import Iterator
from typing import Any

import typer

from campaigns.wording.catalogues import translated
from streams.cli.app import build_app

_HEAD = """# 命令 · Commands

<!-- Made by `make docs` of the command's own help; edit it there. -->

每个命令都有 `--help`，写着选项和例子。加 `--json`，列表每行一个对象。
`people`、`archive`、`copy`、`digest`、`fhir`、`rewards`、`funnel` 可加 `--at 时刻`，按那一刻回答。
从克隆的文件夹里运行时写 `.venv/bin/jinxi`。

Every command has `--help` with its options and examples. With `--json` a list prints one object a
line. `people`, `archive`, `copy`, `digest`, `fhir`, `rewards` and `funnel` take `--at TIME` (RFC
3339) and answer for that time. In a clone the command is `.venv/bin/jinxi`.

| 命令 command | 做什么 | what it does |
| --- | --- | --- |
"""
_TAIL = """
| 退出码 exit status | 意思 | meaning |
| --- | --- | --- |
| 0 | 成功 | done |
| 1 | 没成功；说了为什么 | failed, and said why |
| 2 | 用法不对 | called wrongly |
| 3 | 有事件被拒收 | some events were refused |
| 4 | 别的进程占着，或对方暂时不通：再试一次 | busy, or nobody answers for now: try again |
| 130 | 被中断 | interrupted |
"""


def commands_document() -> str:
    """The whole document."""
    rows = (
        f"| `jinxi {name}` | {about} | {translated(about, 'en')} |\n"
        for name, about in _commands(typer.main.get_command(build_app()))
    )
    return f"{_HEAD}{''.join(rows)}{_TAIL}"


def _commands(group: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """Each command that does something, with its arguments, and the sentence of its help."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")
            continue
        arguments = "".join(f" {_argument(each)}" for each in command.params)
        yield f"{before}{name}{arguments}".rstrip(), command.help.partition("\n\n")[0]


def _argument(parameter: Any) -> str:
    if parameter.param_type_name != "argument":
        return ""
    name = parameter.metavar or parameter.name.upper()
    return name if parameter.nargs == 1 or name.endswith("…") else f"{name}…"
