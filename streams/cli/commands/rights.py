"""`jinxi rights`: what people ask for under their rights, until when, and what came of it."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from campaigns.intake import HEADQUARTERS
from campaigns.times import shanghai_day
from crm.clock import now_us
from crm.rights.queries import doubt_about, requests
from crm.rights.register import Asked, Clerk, close_request, open_request
from crm.rights.request import (
    CLOSED,
    HAS_DIED,
    IN_FUTURE,
    NEEDS_EVENT,
    NEEDS_REASON,
    NOT_DECEASED,
    NOT_FOUND,
    AskedBy,
    Channel,
    Closing,
    Kind,
    Outcome,
    Reason,
    Request,
    RequestRefused,
)
from crm.scope import HEADQUARTERS_SCOPE as SCOPE
from crm.storage.database import reading
from streams.cli.commands.options import AsJson, day
from streams.running.installation import open_installation
from streams.wording.output import Whole, print_json, print_lines, print_table, print_text
from streams.wording.say import say, word, words

_LONGEST_TEXT = 4_000

TextFrom = Annotated[
    str | None,
    typer.Option(
        "--text-from", metavar="FILE", help="原话或说明所在的文件；- 为标准输入；加密保存"
    ),
]

_REFUSED = {
    NOT_FOUND: "没有这张档案卡、这个人或这个请求。请核对编号。",
    CLOSED: "这个请求已经答复过了。",
    NEEDS_REASON: "拒绝要写理由：请加上 --reason。",
    NEEDS_EVENT: "照办要写明是哪条事件办的：请加上 --event 来源 编号；须是这个人的、已入档的。",
    HAS_DIED: "档案里记着本人已去世：去世以后来提的，不会是本人，监护也已经终止。请核对是谁提的。",
    NOT_DECEASED: "本人在世时，近亲属不能代为行使；请改由本人或监护人提出，或拒绝。",
    IN_FUTURE: "收到的日期不能在今天以后。",
}
"""Why the register does not take something, in the words of the command."""


def enter_request(
    name: Annotated[str, typer.Argument(metavar="CARD_OR_PERSON", help="档案卡或人员编号")],
    kind: Annotated[Kind, typer.Option(help="要求什么")],
    channel: Annotated[Channel, typer.Option(help="怎样提出的")],
    asked_by: Annotated[AskedBy, typer.Option(help="谁提出的：本人在世时近亲属的只能拒绝")],
    received: Annotated[
        str | None, typer.Option(metavar="DAY", help="哪天收到的，不写则为今天")
    ] = None,
    text_from: TextFrom = None,
    as_json: AsJson = False,
) -> None:
    """登记一个人行使权利的请求，从收到之日起十五个工作日内答复。

    jinxi rights open C0001 --kind erase --channel phone --asked-by self
    jinxi rights open C0001 --kind copy --channel visit --asked-by relative --received 2026-05-03
    """
    installation = open_installation()
    received_on = shanghai_day(now_us()) if received is None else day(received)
    asked = Asked(name, kind, asked_by, channel, received_on, _text(text_from))
    try:
        request_id = open_request(installation.engine, installation.keyring, _clerk(), asked)
    except RequestRefused as error:
        raise typer.BadParameter(say(_REFUSED[str(error)])) from error
    with reading(installation.engine) as connection:
        doubt = doubt_about(SCOPE, connection, name, asked_by)
    if as_json:
        print_json({"request_id": request_id, "only_to_refuse": doubt == NOT_DECEASED})
        return
    print_text(say("已登记：{request_id}", request_id=request_id))
    if doubt is not None:
        print_text(say(_REFUSED[doubt]))


def list_requests(
    with_closed: Annotated[bool, typer.Option("--all", help="已答复的也列出")] = False,
    as_json: AsJson = False,
) -> None:
    """列出还没答复的请求，过期的在最前。

    jinxi rights list
    jinxi rights list --all --json
    """
    installation = open_installation()
    today = shanghai_day(now_us())
    with reading(installation.engine) as connection:
        found = requests(SCOPE, connection, installation.keyring, today, closed=with_closed)
    if as_json:
        print_lines({**_as_json(each), "overdue": each.is_overdue(today)} for each in found)
        return
    print_table(
        say("权利请求"),
        words("编号", "要求", "谁提出", "最迟答复", "结果"),
        [
            (
                Whole(each.request_id),
                word("rights_kind", each.kind),
                word("rights_asker", each.asked_by),
                Whole(_due(each)),
                say("过期") if each.is_overdue(today) else _result(each),
            )
            for each in found
        ],
        say("没有。有人要求查阅、复制、更正、删除或撤回时，用 jinxi rights open 登记。"),
    )


def _due(request: Request) -> str:
    """The day; marked where it may still come to be earlier."""
    day = request.due_on.isoformat()
    return say("{day}（暂定）", day=day) if request.is_provisional else day


def _as_json(request: Request) -> dict[str, Any]:
    """A request without anybody's words."""
    closing = request.closing
    return {
        "request_id": request.request_id,
        "kind": request.kind,
        "card_id": request.card_id,
        "asked_by": request.asked_by,
        "channel": request.channel,
        "received_on": request.received_on,
        "due_on": request.due_on,
        "provisional": request.is_provisional,
        "outcome": closing.outcome if closing else None,
        "reason": closing.reason if closing else None,
        "event": [closing.event_source, closing.event_id] if closing and closing.event_id else None,
    }


def _result(request: Request) -> str:
    closing = request.closing
    if closing is None:
        return ""
    told_as = word("rights_outcome", closing.outcome)
    return f"{told_as} · {word('rights_reason', closing.reason)}" if closing.reason else told_as


def answer_request(
    request_id: Annotated[str, typer.Argument(metavar="REQUEST", help="请求的编号")],
    outcome: Annotated[Outcome, typer.Option(help="答应还是拒绝")],
    reason: Annotated[Reason | None, typer.Option(help="拒绝的理由")] = None,
    event: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="SOURCE ID", help="照办的那条事件：删除、更正或撤回"),
    ] = None,
    text_from: TextFrom = None,
) -> None:
    """答复一个请求：照办，或拒绝并说明理由。

    jinxi rights close 3f0c… --outcome granted --event /hq/console e-17
    jinxi rights close 3f0c… --outcome refused --reason law_requires_keeping
    """
    installation = open_installation()
    closing = Closing(outcome, reason, event, _text(text_from))
    try:
        close_request(installation.engine, installation.keyring, _clerk(), request_id, closing)
    except RequestRefused as error:
        raise typer.BadParameter(say(_REFUSED[str(error)])) from error
    print_text(say("已答复：{request_id}", request_id=request_id))


def _clerk() -> Clerk:
    return Clerk(SCOPE, HEADQUARTERS.actor or "headquarters", now_us())


def _text(text_from: str | None) -> str | None:
    """Words that may be personal are read from a file: a command line is seen by others."""
    if text_from is None:
        return None
    text = sys.stdin.read() if text_from == "-" else Path(text_from).read_text("utf-8")
    return text.strip()[:_LONGEST_TEXT] or None
