"""`jinxi dead-letters`: what could not be recorded, seen and tried again."""

import re
from typing import Annotated, Any

import typer

from streams.cli.commands.options import NOT_FOUND, AsJson, clock_text
from streams.running.installation import open_installation
from streams.running.lease import lease
from streams.upkeep.dead_letters import failed_events, messages_aside, retry
from streams.wording.output import (
    Whole,
    print_json,
    print_lines,
    print_notice,
    print_table,
    print_text,
)
from streams.wording.say import say, word, words

_PLACE = re.compile(r"[0-9]+|[^/]+/[0-9]+/[0-9]+")


def list_dead_letters(as_json: AsJson = False) -> None:
    """列出未能入档的事件，和没有收下的消息；内容都加密留着，没有丢。

    jinxi dead-letters list
    """
    installation = open_installation()
    found, aside = failed_events(installation), messages_aside(installation)
    if as_json:
        print_lines([*found, *aside])
        return
    print_table(
        say("入档故障"),
        words("位置", "来源", "编号", "事件", "错误"),
        [
            [Whole(x["position"]), x["source"], x["id"], word("event", x["type"]), x["error"]]
            for x in found
        ],
        say("没有。未能入档的事件会列在这里，修好原因后可以重试。"),
    )
    if found:
        print_text(say("修好原因后重试：jinxi dead-letters retry"))
    if aside:
        rows = [[Whole(x["place"]), x["reason"], clock_text(x["failed_us"])] for x in aside]
        print_table(say("没有收下的消息"), words("位置", "原因", "发生时间"), rows)


def show_dead_letter(
    position: Annotated[
        str,
        typer.Argument(metavar="POSITION", help="在日志中的位置，或 主题/分区/偏移"),
    ],
    as_json: AsJson = False,
) -> None:
    """查看一条未能入档的事件或没有收下的消息，不显示个人信息。

    jinxi dead-letters show 123
    jinxi dead-letters show inbox.erp.v1/0/17
    """
    if not _PLACE.fullmatch(position):
        message = say("“{text}”不是位置，写数字，或 主题/分区/偏移", text=position)
        raise typer.BadParameter(message, param_hint="POSITION")
    installation = open_installation()
    everything = [*failed_events(installation), *messages_aside(installation)]
    found = [x for x in everything if position in (str(x.get("position")), x.get("place"))]
    if not found:
        print_notice(
            say("入档故障里没有位置 {position}。有哪些：jinxi dead-letters list", position=position)
        )
        raise typer.Exit(NOT_FOUND)
    for each in found:
        if as_json:
            print_json(each)
        else:
            print_table(say("入档故障"), words("项目", "内容"), _pairs(each))


def _pairs(letter: dict[str, Any]) -> list[tuple[str, str]]:
    names: tuple[str, ...]
    shown = letter | {"failed_at": clock_text(letter["failed_us"])}
    names = ("place", "reason", "bytes", "failed_at")
    if letter["kind"] == "event":
        names = ("position", "source", "id", "type", "error", "failed_at")
        shown["type"] = word("event", letter["type"])
    return [(word("field", name), str(shown[name])) for name in names]


def retry_dead_letters(
    positions: Annotated[
        list[int] | None,
        typer.Argument(metavar="[POSITION]…", help="在日志中的位置；不写则全部"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """修好原因以后，重新入档。

    jinxi dead-letters retry
    jinxi dead-letters retry 123 124
    """
    installation = open_installation()
    with lease(installation.settings):
        done, failed = retry(installation, positions)
    result = {"recorded": done, "failed": failed}
    if as_json:
        print_json(result)
    else:
        print_text(say("已入档 {recorded:,} 条，仍失败 {failed:,} 条", **result))
