"""`jinxi rewards` and `jinxi ledger`: what members earned, and every fen of it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer

from crm.clock import now_us
from crm.ledger.queries import ledger as read_ledger
from crm.ledger.queries import rewards_now, rewards_then
from crm.reward_desk.asking import explanation_of
from crm.rewards.explaining import Explanation
from crm.scope import HEADQUARTERS_SCOPE as SCOPE
from crm.storage.database import reading
from streams.cli.commands.options import NOT_FOUND, AsJson, At, instant
from streams.running.installation import Installation, open_installation
from streams.wording.output import (
    Whole,
    print_first,
    print_json,
    print_lines,
    print_notice,
    print_table,
    print_text,
    yuan,
)
from streams.wording.say import say, word, words

_REWARD_CHARACTERS = 8


Act = Annotated[str, typer.Argument(metavar="[explain]", help="explain：说明一份奖励的来历")]
RewardId = Annotated[str, typer.Argument(metavar="[REWARD]", help="奖励编号")]


def rewards(act: Act = "", reward: RewardId = "", at: At = None, as_json: AsJson = False) -> None:
    """推荐奖励：每份一行；explain 说明一份：从哪些事件来、按哪一条、怎么算、怎样才能发放。

    jinxi rewards
    jinxi rewards --json --at 2026-05-03T09:00:00+08:00
    jinxi rewards explain REWARD
    """
    if act not in ("", "explain") or bool(act) != bool(reward):
        raise typer.BadParameter(say("写 jinxi rewards explain 和一份奖励的编号"))
    installation = open_installation()
    at_us = instant(at)
    if act:
        _explain(installation, reward, now_us() if at_us is None else at_us, as_json=as_json)
        return
    with reading(installation.engine) as connection:
        if at_us is None:
            found = list(rewards_now(SCOPE, connection))
        else:
            found = list(rewards_then(SCOPE, connection, installation.keyring, at_us))
    if as_json:
        print_lines(map(asdict, found))
        return
    print_first(
        say("奖励"),
        words("会员", "购买编号", "转介绍编号", "方式", "状态", "原因", "金额"),
        (
            (
                row.member,
                row.purchase_id,
                row.referral_id,
                word("reward_mode", row.mode),
                word("reward_state", row.state),
                word("reward_reason", row.reason),
                yuan(row.amount_fen),
            )
            for row in found
        ),
        say("还没有。被介绍的人购买以后，会员的奖励会列在这里。"),
    )


def _explain(installation: Installation, reward: str, at_us: int, *, as_json: bool) -> None:
    with reading(installation.engine) as connection:
        found = explanation_of(SCOPE, connection, installation.keyring, reward, at_us)
    if found is None:
        print_notice(say("没有这份奖励：{reward}", reward=reward))
        raise typer.Exit(NOT_FOUND)
    if as_json:
        print_json(_as_json(found))
        return
    claim = found.claim
    print_text(f"{claim.member} · {word('reward_state', claim.state)} · {yuan(found.due_fen)}")
    if found.policy is not None:
        print_text(
            say("政策 {policy} 第 {n} 条", policy=found.policy.policy, n=claim.rule_number or 0)
            + f" · {word('reward_mode', claim.mode)}"
        )
    print_table(
        say("怎么算"),
        words("一步", "依据", "得"),
        [
            (word("reward_sum", each.kind), _basis(each.values), yuan(each.fen))
            for each in found.sums
        ],
    )
    print_table(
        say("从哪些事件来"),
        words("哪天", "什么", "谁记的", "事件"),
        [
            (
                step.moment.day.isoformat(),
                word("reward_step", step.kind),
                step.moment.actor,
                Whole(" ".join(step.moment.key)),
            )
            for step in found.chain
        ],
    )
    for free in found.frees:
        print_text(word("reward_free", free))


def _basis(values: Mapping[str, object]) -> str:
    """What a line is reckoned with, as codes: `units=2 rate_fen=2000`."""
    return " ".join(f"{name}={value}" for name, value in values.items() if value is not None)


def _as_json(found: Explanation) -> dict[str, Any]:
    return {
        "reward_id": found.claim.reward_id,
        "member": found.claim.member,
        "purchase_id": found.claim.purchase_id,
        "state": found.claim.state,
        "reason": found.claim.reason,
        "policy": None if found.policy is None else found.policy.policy,
        "rule": found.claim.rule_number,
        "amount_fen": found.due_fen,
        "paid_fen": found.claim.verdicts.paid_fen,
        "sums": [{"kind": s.kind, "fen": s.fen, **s.values} for s in found.sums],
        "chain": [
            {
                "kind": step.kind,
                "day": step.moment.day.isoformat(),
                "actor": step.moment.actor,
                "event": dict(zip(("source", "id"), step.moment.key, strict=True)),
                **step.values,
            }
            for step in found.chain
        ],
        "referrals": [
            {"referral_id": w.referral.referral_id, "member": w.referral.member, "why": w.why}
            for w in found.referrals
        ],
        "frees": list(found.frees),
    }


def ledger(as_json: AsJson = False) -> None:
    """奖励的账：复式、只增不改。

    jinxi ledger
    jinxi ledger --json
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
    print_first(
        say("账"),
        words("账户", "金额", "事由", "奖励", "来自事件"),
        (
            (
                _account(row.account),
                yuan(row.amount_fen),
                word("ledger_reason", row.reason),
                Whole(row.reward_id[:_REWARD_CHARACTERS]),
                f"{row.source} {row.id}",
            )
            for row in found
        ),
        say("还没有。每一分奖励的来去会列在这里，每笔都写明来自哪条事件。"),
    )


def _account(account: str) -> str:
    kind, _, rest = account.partition(":")
    if kind != "member":
        return word("account", account)
    member, _, part = rest.rpartition(":")
    return f"{member} · {word('account', part)}"
