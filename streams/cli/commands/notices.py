"""`jinxi notice`: the texts that people agree to, each version kept as it was."""

from pathlib import Path
from typing import Annotated, Any

import typer

from campaigns.wording.languages import LANGUAGES, Language
from crm.clock import now_us
from crm.notices.notice import Notice, NoticeInvalid, notice
from crm.notices.packaged import require_own
from crm.notices.queries import current_notices, find_notice, notices
from crm.notices.register import add_notice
from crm.storage.database import reading
from streams.cli.commands.options import NOT_FOUND, AsJson
from streams.running.installation import open_installation
from streams.wording.output import (
    Whole,
    print_json,
    print_lines,
    print_notice,
    print_table,
    print_text,
)
from streams.wording.say import language, say, word, words

Version = Annotated[str, typer.Argument(metavar="VERSION", help="告知书版本")]
Purpose = Annotated[
    str,
    typer.Argument(
        metavar="PURPOSE", help="目的：archive、health、share_with_dealer、marketing、club"
    ),
]
TextFile = Annotated[Path, typer.Option(exists=True, dir_okay=False, help="简体中文，Markdown")]


def add_own_notice(
    version: Version,
    purpose: Purpose,
    text: TextFile,
    zh_tw: Annotated[
        Path | None, typer.Option("--zh-tw", exists=True, dir_okay=False, help="繁体中文")
    ] = None,
    en: Annotated[
        Path | None, typer.Option("--en", exists=True, dir_okay=False, help="英文")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """加一版告知书；加上以后不再改动，新写的同意从此用它。

    jinxi notice add 2026-06 archive --text archive.zh-CN.md --en archive.en.md
    """
    installation = open_installation()
    files: dict[Language, Path | None] = {"zh-CN": text, "zh-TW": zh_tw, "en": en}
    try:
        raw = {name: file.read_text(encoding="utf-8") for name, file in files.items() if file}
        made = notice(version, purpose, raw)
        require_own(made)
        is_new = add_notice(installation.engine, made, now_us())
    except UnicodeDecodeError as error:
        raise typer.BadParameter(say("文件不是 UTF-8 文本")) from error
    except NoticeInvalid as error:
        raise typer.BadParameter(error.said(language())) from error
    if as_json:
        print_json({**_as_json(made), "added": is_new})
    elif is_new:
        print_text(say("已加上：{name}", name=f"{made.version} {made.purpose} {made.sha256}"))
    else:
        print_text(say("这一版已经在了，一字不差。"))


def list_notices(as_json: AsJson = False) -> None:
    """列出每一版告知书和它的摘要（SHA-256）。

    jinxi notice list
    """
    with reading(open_installation().engine) as connection:
        found, current = notices(connection), current_notices(connection)
    if as_json:
        print_lines({**_as_json(each), "current": current[each.purpose] == each} for each in found)
        return
    print_table(
        say("告知书"),
        words("版本", "目的", "语言", "现在用", "摘要"),
        [
            (
                Whole(each.version),
                word("purpose", each.purpose),
                ", ".join(each.texts),
                "✓" if current[each.purpose] == each else "",
                Whole(each.sha256[:16]),
            )
            for each in found
        ],
    )


def show_notice(
    version: Version,
    purpose: Purpose,
    spoken: Annotated[bool, typer.Option("--spoken", help="念给本人听的文字")] = False,
    as_json: AsJson = False,
) -> None:
    """一版告知书的全文。

    jinxi notice show 2026-01 archive
    jinxi notice show 2026-01 archive --spoken
    """
    with reading(open_installation().engine) as connection:
        found = find_notice(connection, version, purpose)
    if found is None:
        print_notice(say("没有这一版告知书。有哪些：jinxi notice list"))
        raise typer.Exit(NOT_FOUND)
    if as_json:
        print_json({**_as_json(found), "texts": dict(found.texts)})
    else:
        print_text(found.spoken(language()) if spoken else found.text(language())[1])


def _as_json(made: Notice) -> dict[str, Any]:
    return {
        "version": made.version,
        "purpose": made.purpose,
        "languages": [name for name in LANGUAGES if name in made.texts],
        "sha256": made.sha256,
    }
