"""The commands that read: events, people, archives, copies, rewards, the ledger."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any

import typer

from campaigns.sentences import outcome_sentence
from campaigns.times import rfc3339
from crm.archives.queries import archive as read_archive
from crm.database import reading
from crm.outcomes.queries import EventStatus, event_status, event_statuses
from crm.people.queries import people_now, people_then
from crm.rewards.queries import ledger as read_ledger
from crm.rewards.queries import rewards_now, rewards_then
from crm.scope import HEADQUARTERS_SCOPE as SCOPE
from crm.sharing.copies import CopyRow
from crm.sharing.digest import digest as digest_of
from crm.sharing.queries import copy_now, copy_then
from streams.commands.options import AsJson, At, instant, instant_or_now
from streams.installation import Installation, open_installation
from streams.output import is_terminal, print_json, print_lines, print_table, print_text
from streams.wording import language, say, words

NOT_FOUND = 1
SHOWN_ROWS = 200


def event(
    source: Annotated[str, typer.Argument(help="事件的来源")],
    event_id: Annotated[str, typer.Argument(metavar="ID", help="事件的编号")],
    as_json: AsJson = False,
) -> None:
    """一条事件后来怎样了。

    例：jinxi event /sheets/D01 e000123 --json
    """
    installation = open_installation()
    with reading(installation.engine) as connection:
        status = event_status(SCOPE, connection, source, event_id)
    if status is None:
        print_text(say("没有收到过这条事件：{source} {id}", source=source, id=event_id))
        raise typer.Exit(NOT_FOUND)
    if as_json:
        print_json(_status(status))
        return
    print_table(
        say("事件"),
        words("项目", "内容"),
        [*_status(status).items(), (say("说明"), _sentence(status))],
    )


def events(
    outcome: Annotated[
        str | None,
        typer.Option(
            "--outcome", help="只列一种：recorded、waiting、rejected、voided、failed、accepted"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """列出事件及其结果，每行一条。

    例：jinxi events --outcome waiting
    """
    installation = open_installation()
    with reading(installation.engine) as connection:
        found = event_statuses(SCOPE, connection, outcome)
        if as_json or not is_terminal():
            print_lines(map(_status, found))
            return
        _print_shown(
            say("事件"),
            words("来源", "编号", "类型", "结果", "说明"),
            ((s.source, s.id, s.type, s.outcome, _sentence(s)) for s in found),
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


def _sentence(status: EventStatus) -> str:
    return outcome_sentence(status.outcome, status.reason or status.waiting_for, language())


def people(at: At = None, as_json: AsJson = False) -> None:
    """谁是谁：每人一行。

    例：jinxi people --json --at 2026-05-03T09:00:00+08:00
    """
    installation = open_installation()
    at_us = instant(at)
    with reading(installation.engine) as connection:
        if at_us is None:
            found = people_now(SCOPE, connection)
        else:
            found = people_then(SCOPE, connection, installation.keyring, at_us)
        if as_json:
            print_lines(map(asdict, found))
            return
        _print_shown(
            say("人"),
            [
                say("人员编号"),
                say("档案卡"),
                say("家庭"),
                say("已故"),
                say("限制使用"),
                say("已删除"),
            ],
            (
                (
                    p.person_id,
                    p.cards,
                    p.household_id,
                    _yes(p.deceased),
                    _yes(p.restricted),
                    p.erased,
                )
                for p in found
            ),
        )


def archive(
    name: Annotated[str, typer.Argument(metavar="CARD_OR_PERSON", help="档案卡或人员编号")],
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """一个人的患者档案和全部经过。

    例：jinxi archive 5b0c… --at 2026-05-03T09:00:00+08:00 --json
    """
    installation = open_installation()
    at_us = instant_or_now(at)
    with reading(installation.engine) as connection:
        found = read_archive(SCOPE, connection, installation.keyring, name, at_us)
    if found is None:
        print_text(say("没有这份档案：{name}", name=name))
        raise typer.Exit(NOT_FOUND)
    if as_json:
        print_json(found)
        return
    for card in found["cards"]:
        told = {**card["person"], **card["contact"], **card["health"]}
        title = say("档案卡 {card_id}", card_id=card["card_id"])
        print_table(title, words("项目", "内容"), list(told.items()))
    print_table(
        say("同意"),
        words("时间", "目的", "答复", "经销商", "到期"),
        [
            (each["time"], each["purpose"], each["word"], each["dealer"], each["expires_on"])
            for each in found["consents"]
        ],
    )
    print_table(
        say("经过"),
        words("时间", "事件", "结果", "编号"),
        [(each["time"], each["type"], each["outcome"], each["id"]) for each in found["timeline"]],
    )


def copy(
    dealer: Annotated[str, typer.Argument(help="经销商代码")],
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """一个经销商的那一份档案，每人一行。

    例：jinxi copy D01 --json
    """
    installation = open_installation()
    rows = _copy_rows(installation, dealer, at)
    if as_json:
        print_lines({**row.content, "cards": list(row.cards)} for row in rows)
        return
    _print_shown(
        say("{dealer} 的副本", dealer=dealer),
        words("行", "姓名", "电话", "内容", "已故"),
        (
            (
                row.key[:12],
                row.content.get("identity", {}).get("names", []),
                row.content.get("contact", {}).get("phones", []),
                [name for name in row.content if name not in ("key", "deceased")],
                _yes(row.content["deceased"]),
            )
            for row in rows
        ),
    )


def digest(
    dealer: Annotated[str, typer.Argument(help="经销商代码")],
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """一个经销商的副本的行数和摘要：两边相同即两份相等。

    例：jinxi digest D01
    """
    installation = open_installation()
    rows = _copy_rows(installation, dealer, at)
    result = {"rows": len(rows), "digest": digest_of(row.content for row in rows)}
    if as_json or not is_terminal():
        print_json(result)
    else:
        print_text(say("{rows:,} 行，摘要 {digest}", **result))


def _copy_rows(installation: Installation, dealer: str, at: str | None) -> list[CopyRow]:
    at_us = instant(at)
    with reading(installation.engine) as connection:
        if at_us is None:
            return list(copy_now(SCOPE, connection, dealer))
        return list(copy_then(SCOPE, connection, installation.keyring, dealer, at_us))


def rewards(at: At = None, as_json: AsJson = False) -> None:
    """推荐奖励：每份一行。

    例：jinxi rewards --json
    """
    installation = open_installation()
    at_us = instant(at)
    with reading(installation.engine) as connection:
        if at_us is None:
            found = list(rewards_now(SCOPE, connection))
        else:
            found = list(rewards_then(SCOPE, connection, installation.keyring, at_us))
    if as_json:
        print_lines(map(asdict, found))
        return
    _print_shown(
        say("奖励"),
        [
            say("会员"),
            say("购买"),
            say("转介绍"),
            say("方式"),
            say("状态"),
            say("原因"),
            say("金额"),
        ],
        (
            (
                row.member,
                row.purchase_id,
                row.referral_id,
                row.mode,
                row.state,
                row.reason,
                yuan(row.amount_fen),
            )
            for row in found
        ),
    )


def ledger(as_json: AsJson = False) -> None:
    """奖励的账：复式、只增不改。

    例：jinxi ledger --json
    """
    installation = open_installation()
    with reading(installation.engine) as connection:
        found = list(read_ledger(SCOPE, connection))
    if as_json:
        print_lines(
            {
                "entry_id": row.entry_id,
                "account": row.account,
                "reward_id": row.reward_id,
                "amount_fen": row.amount_fen,
                "reason": row.reason,
                "event": {"source": row.source, "id": row.id},
            }
            for row in found
        )
        return
    _print_shown(
        say("账"),
        words("账户", "金额", "原因", "奖励", "事件"),
        (
            (r.account, yuan(r.amount_fen), r.reason, r.reward_id, f"{r.source} {r.id}")
            for r in found
        ),
    )


def yuan(amount_fen: int) -> str:
    """Fen as people write money: ¥1,234.00."""
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}¥{abs(amount_fen) // 100:,}.{abs(amount_fen) % 100:02d}"


def _yes(value: bool) -> str:
    return "✓" if value else ""


def _print_shown(title: str, headings: list[str], rows: Iterable[Any]) -> None:
    """A table of the first rows, and how many there are beyond."""
    listed = list(rows)
    print_table(title, headings, listed[:SHOWN_ROWS])
    if len(listed) > SHOWN_ROWS:
        print_text(say("共 {total:,} 行，用 --json 查看全部", total=len(listed)))
