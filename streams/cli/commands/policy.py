"""`jinxi policy`: reward policies as documents: shown, held against the law, tried on the past."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from campaigns.times import shanghai_day
from crm.clock import now_us
from crm.policies.asking import try_policy
from crm.policies.document import Document, PolicyInvalid, read, written
from crm.policies.law import findings
from crm.policies.queries import policy_on, published
from crm.policies.trial import Side
from crm.rewards.policy import DEFAULT_POLICY
from crm.scope import HEADQUARTERS_SCOPE as SCOPE
from crm.storage.database import reading
from streams.cli.commands.options import NOT_FOUND, AsJson, day
from streams.running.installation import open_installation
from streams.wording.output import (
    print_json,
    print_lines,
    print_notice,
    print_table,
    print_text,
    yuan,
)
from streams.wording.say import language, say, word, words

PolicyFile = Annotated[
    Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="政策文件，YAML")
]


def show_policy(
    code: Annotated[str, typer.Argument(metavar="POLICY", help="政策代码；不写则为今天的")] = "",
) -> None:
    """一条奖励政策，写成 YAML，可以改了再用；不写代码则为今天生效的。

    jinxi policy show
    jinxi policy show P2026 > policy.yaml
    """
    installation = open_installation()
    with reading(installation.engine) as connection:
        known = published(SCOPE, connection, installation.keyring)
    today = shanghai_day(now_us())
    found = [each.fact for each in known if each.fact.policy == code]
    if code and not found:
        print_notice(say("没有政策 {code}", code=code))
        raise typer.Exit(NOT_FOUND)
    fact = found[0] if code else policy_on(known, today)
    starts = today if fact is DEFAULT_POLICY else fact.effective_from
    print_text(written(fact.policy, starts, fact.rules).rstrip())


def check_policy(file: PolicyFile, as_json: AsJson = False) -> None:
    """核对政策文件：写错的地方，和法律要问的每一条；不连数据库，什么也不改。

    jinxi policy check policy.yaml
    """
    document = _document(file)
    found = findings(document.rules, document.effective_from, shanghai_day(now_us()))
    if as_json:
        print_lines(
            {"rule": each.rule_number, "code": each.code, "needs_word": each.needs_agreement}
            for each in found
        )
        return
    print_text(
        say(
            "{policy}：{count} 条，从 {day} 起，SHA-256 {digest}",
            policy=document.policy,
            count=len(document.rules),
            day=document.effective_from,
            digest=document.digest,
        )
    )
    print_table(
        say("法律要问的"),
        words("第几条", "要问的", "要合规的话"),
        (
            (
                each.rule_number or "",
                word("policy_finding", each.code),
                _needed(each.needs_agreement),
            )
            for each in found
        ),
        say("法律没有要问的。"),
    )


def _needed(needs_agreement: bool) -> str:
    return say("要") if needs_agreement else ""


def try_out(
    file: PolicyFile,
    starts: Annotated[str, typer.Option("--from", metavar="DAY", help="从哪一天的购买起")],
    ends: Annotated[str, typer.Option("--to", metavar="DAY", help="到哪一天的购买止，含当天")],
    as_json: AsJson = False,
) -> None:
    """拿过去的购买试一条政策：谁多得、谁少得、一共多少；什么也不改。

    jinxi policy try policy.yaml --from 2026-03-01 --to 2026-08-31
    """
    document = _document(file)
    installation = open_installation()
    with reading(installation.engine) as connection:
        trial = try_policy(
            SCOPE, connection, installation.keyring, document, day(starts), day(ends), now_us()
        )
    if as_json:
        print_json(
            {
                "policy": document.policy,
                "from": trial.starts.isoformat(),
                "to": trial.ends.isoformat(),
                "before": asdict(trial.before),
                "after": asdict(trial.after),
                "unchanged_members": trial.unchanged,
                "members": [asdict(each) for each in trial.members],
            }
        )
        return
    print_table(
        say("这些天的购买"),
        words("", "现在", "用这条政策"),
        _sides(trial.before, trial.after),
        "",
    )
    print_table(
        say("谁多得，谁少得"),
        words("会员", "现在", "用这条政策", "多得"),
        (
            (each.member, yuan(each.before_fen), yuan(each.after_fen), yuan(each.gain_fen))
            for each in trial.members
        ),
        say("没有人多得或少得。"),
    )


def _sides(before: Side, after: Side) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = [
        (say("金额"), yuan(before.amount_fen), yuan(after.amount_fen)),
        (say("到了上限的份数"), before.capped, after.capped),
        (say("不允许的份数"), before.forbidden, after.forbidden),
        (say("会员应退回"), yuan(before.owed_back_fen), yuan(after.owed_back_fen)),
    ]
    for state in sorted({*before.by_state, *after.by_state}):
        counts = before.by_state.get(state, 0), after.by_state.get(state, 0)
        rows.append((word("reward_state", state), *counts))
    return rows


def _document(file: Path) -> Document:
    try:
        return read(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise typer.BadParameter(say("文件不是 UTF-8 文本")) from error
    except PolicyInvalid as error:
        said = "\n".join(mistake.said(language()) for mistake in error.mistakes)
        raise typer.BadParameter(said) from error
