"""`jinxi event` and `jinxi events`: what became of what was handed over."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from campaigns.sentences import outcome_sentence
from campaigns.times import rfc3339
from crm.outcomes.queries import EventStatus, event_status, event_statuses
from crm.scope import HEADQUARTERS_SCOPE as SCOPE
from crm.storage.database import reading
from streams.cli.commands.options import NOT_FOUND, AsJson, clock_text
from streams.running.installation import open_installation
from streams.wording.output import (
    is_terminal,
    print_first,
    print_json,
    print_lines,
    print_notice,
    print_table,
)
from streams.wording.say import language, say, word, words


class Outcome(StrEnum):
    """What may have become of an event."""

    RECORDED = "recorded"
    WAITING = "waiting"
    REJECTED = "rejected"
    VOIDED = "voided"
    FAILED = "failed"
    ACCEPTED = "accepted"


def event(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="事件的来源")],
    event_id: Annotated[str, typer.Argument(metavar="ID", help="事件的编号")],
    as_json: AsJson = False,
) -> None:
    """一条事件后来怎样了。

    jinxi event /sheets/D01 e000123
    jinxi event /sheets/D01 e000123 --json
    """
    installation = open_installation()
    with reading(installation.engine) as connection:
        status = event_status(SCOPE, connection, source, event_id)
    if status is None:
        print_notice(
            say(
                "没有收下过这条事件：{source} {id}。请核对来源和编号，或先 jinxi accept 收下它。",
                source=source,
                id=event_id,
            )
        )
        raise typer.Exit(NOT_FOUND)
    if as_json:
        print_json(_status(status))
        return
    print_table(
        say("事件"), words("项目", "内容"), [*_pairs(status), (say("说明"), sentence(status))]
    )


def events(
    outcome: Annotated[Outcome | None, typer.Option("--outcome", help="只列一种结果")] = None,
    as_json: AsJson = False,
) -> None:
    """列出事件及其结果，每行一条；不在终端里时是 JSON。

    jinxi events
    jinxi events --outcome waiting
    jinxi events --json > events.ndjson
    """
    installation = open_installation()
    with reading(installation.engine) as connection:
        found = event_statuses(SCOPE, connection, outcome)
        if as_json or not is_terminal():
            print_lines(map(_status, found))
            return
        print_first(
            say("事件"),
            words("来源", "编号", "事件", "结果", "说明"),
            (
                (s.source, s.id, word("event", s.type), word("outcome", s.outcome), sentence(s))
                for s in found
            ),
            say("还没有。收下的事件和它们的结果会列在这里；先 jinxi accept 收下一个文件。")
            if outcome is None
            else say("没有结果是“{outcome}”的事件。", outcome=word("outcome", outcome)),
        )


def _status(status: EventStatus) -> dict[str, Any]:
    told: dict[str, Any] = {
        "source": status.source,
        "id": status.id,
        "type": status.type,
        "outcome": status.outcome,
    }
    if status.reason is not None:
        told["reason"] = status.reason
    if status.waiting_for is not None:
        told["waiting_for"] = status.waiting_for
    return told | {"marks": list(status.marks), "received_at": rfc3339(status.received_us)}


def _pairs(status: EventStatus) -> list[tuple[str, str]]:
    rows = [
        ("source", status.source),
        ("id", status.id),
        ("type", word("event", status.type)),
        ("outcome", word("outcome", status.outcome)),
        ("marks", ", ".join(word("value", mark) for mark in status.marks)),
        ("received_at", clock_text(status.received_us)),
    ]
    return [(word("field", name), value) for name, value in rows if value]


def sentence(status: EventStatus) -> str:
    """What became of it and what to do; nothing for what simply stands."""
    if status.outcome == "accepted":
        return say("还没入档。下一步：jinxi work --until-idle")
    if status.outcome == "recorded":
        return ""
    return outcome_sentence(status.outcome, status.reason or status.waiting_for, language())
