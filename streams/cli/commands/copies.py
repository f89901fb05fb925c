"""`jinxi copy` and `jinxi digest`: the other of the two copies, as a dealer must hold it."""

from typing import Annotated, Any

import typer

from crm.copies.copy_rows import CopyRow
from crm.copies.digest import digest as digest_of
from crm.copies.queries import copy_now, copy_then, dealer_names
from crm.masking import masked_name, masked_number
from crm.scope import HEADQUARTERS_SCOPE as SCOPE
from crm.storage.database import reading
from streams.cli.commands.options import AsJson, At, instant
from streams.running.installation import open_installation
from streams.wording.output import (
    Whole,
    is_terminal,
    print_first,
    print_json,
    print_lines,
    print_notice,
    print_text,
)
from streams.wording.say import say, word, words

Dealer = Annotated[str, typer.Argument(metavar="DEALER", help="经销商代码")]

_KEY_CHARACTERS = 12
_CATEGORIES = ("identity", "contact", "health", "history", "purchases")


def copy(dealer: Dealer, at: At = None, as_json: AsJson = False) -> None:
    """一个经销商的那一份档案，每人一行；姓名电话遮住，--json 是全文。

    jinxi copy D01
    jinxi copy D01 --json --at 2026-05-03T09:00:00+08:00
    """
    rows = _copy_rows(dealer, at)
    if as_json:
        print_lines({**row.content, "cards": list(row.cards)} for row in rows)
        return
    print_first(
        say("{dealer} 的副本", dealer=dealer),
        words("行", "姓名", "电话", "给了什么", "标记"),
        (_shown(row) for row in rows),
        say("没有一行。经销商签约、患者同意交给它一份并入档以后，会列在这里。"),
    )


def _shown(row: CopyRow) -> tuple[Any, ...]:
    content = row.content
    return (
        Whole(row.key[:_KEY_CHARACTERS]),
        [masked_name(name) for name in content.get("identity", {}).get("names", [])],
        [masked_number(phone) for phone in content.get("contact", {}).get("phones", [])],
        " ".join(word("category", name) for name in _CATEGORIES if name in content),
        say("已故") if content["deceased"] else "",
    )


def digest(dealer: Dealer, at: At = None, as_json: AsJson = False) -> None:
    """一个经销商的副本的行数和摘要：两边相同即两份相等。

    jinxi digest D01
    """
    rows = _copy_rows(dealer, at)
    result = {"rows": len(rows), "digest": digest_of(row.content for row in rows)}
    if as_json or not is_terminal():
        print_json(result)
    else:
        print_text(say("{rows:,} 行，摘要 {digest}", **result))


def _copy_rows(dealer: str, at: str | None) -> list[CopyRow]:
    installation = open_installation()
    at_us = instant(at)
    with reading(installation.engine) as connection:
        if at_us is None:
            rows = list(copy_now(SCOPE, connection, dealer))
        else:
            rows = list(copy_then(SCOPE, connection, installation.keyring, dealer, at_us))
        if not rows and dealer not in dealer_names(connection):
            print_notice(say("没有签过合同的经销商叫 {dealer}：请核对代码。", dealer=dealer))
    return rows
