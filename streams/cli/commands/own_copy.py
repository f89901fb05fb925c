"""`jinxi own-copy`: what is held about somebody, for that person to take home."""

from collections.abc import Iterable
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import orjson
import typer

from campaigns.wording.catalogues import translated
from campaigns.wording.languages import LANGUAGES, Language
from crm.accounts.roles import scope_of
from crm.archives.queries import person_then
from crm.components.evaluation import PersonView
from crm.rights.asking import holding_of
from crm.rights.large_print import large_print
from crm.rights.own_copy import Keeper, Label, own_copy
from crm.rights.parts import OwnCopy
from crm.storage.database import reading
from crm.web.view.labels import label
from streams.cli.commands.options import NOT_FOUND, At, instant_or_now
from streams.running.installation import open_installation
from streams.running.private_files import write_private
from streams.wording.output import print_notice, print_text
from streams.wording.say import say

_SCOPE = scope_of("compliance")
"""Whoever handles a person's request: a restricted archive is still the person's own."""


class CopyLanguage(StrEnum):
    """The language of the copy."""

    ZH_CN = "zh-CN"
    ZH_TW = "zh-TW"
    EN = "en"


def make_own_copy(
    name: Annotated[str, typer.Argument(metavar="CARD_OR_PERSON", help="档案卡或人员编号")],
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="写到这个文件：.pdf（大字）或 .json（给程序用）")
    ],
    in_language: Annotated[
        CopyLanguage, typer.Option("--language", help="副本用的语言")
    ] = CopyLanguage.ZH_CN,
    at: At = None,
) -> None:
    """本人的个人信息副本：有什么、从哪来、同意过什么、谁还有一份、怎么更正和删除。

    jinxi own-copy C0001 --out copy.pdf
    jinxi own-copy C0001 --out copy.json --language zh-TW
    """
    if out.suffix not in (".pdf", ".json"):
        raise typer.BadParameter(say("文件名请以 .pdf 或 .json 结尾"))
    installation = open_installation()
    with reading(installation.engine) as connection:
        at_us = instant_or_now(at)
        known = person_then(_SCOPE, connection, installation.keyring, name, at_us)
        holding = None
        if known is not None:
            of = (_SCOPE, connection, installation.keyring)
            holding = holding_of(*of, *known, is_now=at is None)
    if known is None or holding is None:
        print_notice(
            say("没有这份档案：{name}。编号可在 jinxi people 里查到；刚收下的要先入档。", name=name)
        )
        raise typer.Exit(NOT_FOUND)
    if any(secret in out.name for secret in _personal(known[0])):
        message = say("文件名里不要写姓名、电话或证件号：文件名谁都看得到。")
        raise typer.BadParameter(message)
    settings = installation.settings
    keeper = Keeper(settings.company_name, settings.company_contact)
    language = next(each for each in LANGUAGES if each == in_language.value)
    made = own_copy(holding, keeper, language, _labels(language))
    write_private(out, [_bytes(made, out.suffix)])
    print_text(say("已写好：{file}。只有您这个账户读得到；交给本人后请删掉。", file=out))


def _bytes(made: OwnCopy, ending: str) -> bytes:
    if ending == ".pdf":
        return large_print(made)
    return orjson.dumps(asdict(made), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _labels(language: Language) -> Label:
    return lambda group, code: translated(label(group, code), language)


def _personal(person: PersonView) -> Iterable[str]:
    for card in person.cards:
        yield from filter(None, (card.name, card.id_number, *card.phones))
