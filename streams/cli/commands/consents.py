"""`jinxi consents`: every word of a person, what proves it, and what stands because of it."""

from typing import Annotated, Any

import typer

from campaigns.times import parse_instant_us
from crm.archives.queries import archive as read_archive
from crm.clock import now_us
from crm.scope import HEADQUARTERS_SCOPE as SCOPE
from crm.storage.database import reading
from streams.cli.commands.options import NOT_FOUND, AsJson, At, clock_text, instant
from streams.running.installation import open_installation
from streams.wording.output import Whole, print_json, print_notice, print_table
from streams.wording.say import say, word, words

_HASH_CHARACTERS = 12


def consents(
    name: Annotated[str, typer.Argument(metavar="CARD_OR_PERSON", help="档案卡或人员编号")],
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """一个人的同意台账：每一句、凭据，和现在算数的。

    jinxi consents C0001
    jinxi consents C0001 --at 2026-05-03T09:00:00+08:00 --json
    """
    installation = open_installation()
    at_us = instant(at)
    with reading(installation.engine) as connection:
        found = read_archive(SCOPE, connection, installation.keyring, name, now_us(), at_us)
    if found is None:
        print_notice(
            say("没有这份档案：{name}。编号可在 jinxi people 里查到；刚收下的要先入档。", name=name)
        )
        raise typer.Exit(NOT_FOUND)
    if as_json:
        told = ("person_id", "restricted", "deceased", "consents", "standings")
        print_json({name: found[name] for name in told})
        return
    _show_standings(found["standings"])
    _show_words(found["consents"])


def _show_standings(standings: list[dict[str, Any]]) -> None:
    print_table(
        say("现在算数的"),
        words("档案卡", "目的", "经销商", "答复", "给了什么", "到期"),
        [
            (
                Whole(each["card_id"]),
                word("purpose", each["purpose"]),
                each["dealer"],
                word("consent", each["state"]),
                " ".join(word("category", name) for name in each["categories"]),
                each["expires_on"],
            )
            for each in standings
        ],
        say("还没有。本人的同意和撤回会列在这里。"),
    )


def _show_words(consent_words: list[dict[str, Any]]) -> None:
    print_table(
        say("同意"),
        words("时间", "目的", "答复", "经销商", "告知书", "方式", "凭据", "录入人"),
        [
            (
                clock_text(parse_instant_us(each["time"]), day_only=each["timeprecision"] == "day"),
                word("purpose", each["purpose"]),
                word("consent", each["word"]),
                each["dealer"],
                _notice(each),
                word("value", each["method"]),
                _evidence(each),
                each["actor"],
            )
            for each in consent_words
        ],
        say("还没有。本人的同意和撤回会列在这里。"),
    )


def _notice(each: dict[str, Any]) -> str:
    if each["notice_version"] is None:
        return ""
    if each["notice_unknown"]:
        return say("{version}（没有这一版）", version=each["notice_version"])
    return f"{each['notice_version']} {each['notice_sha256'][:_HASH_CHARACTERS]}"


def _evidence(each: dict[str, Any]) -> str:
    if each["evidence_sha256"] is None:
        return ""
    return say("有") if each["evidence_kept"] else say("没有交来")
