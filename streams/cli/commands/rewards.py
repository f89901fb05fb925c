"""`jinxi rewards` and `jinxi ledger`: what members earned, and every fen of it."""

from dataclasses import asdict

from crm.ledger.queries import ledger as read_ledger
from crm.ledger.queries import rewards_now, rewards_then
from crm.scope import HEADQUARTERS_SCOPE as SCOPE
from crm.storage.database import reading
from streams.cli.commands.options import AsJson, At, instant
from streams.running.installation import open_installation
from streams.wording.output import Whole, print_first, print_lines, yuan
from streams.wording.say import say, word, words

_REWARD_CHARACTERS = 8


def rewards(at: At = None, as_json: AsJson = False) -> None:
    """推荐奖励：每份一行。

    jinxi rewards
    jinxi rewards --json --at 2026-05-03T09:00:00+08:00
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
