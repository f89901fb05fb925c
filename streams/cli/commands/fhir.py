"""`jinxi fhir`: an archive, or a dealer's whole copy, as FHIR R4B."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, BinaryIO

import orjson
import typer
from sqlalchemy import Connection, Engine

from crm.archives.queries import person_shown
from crm.clock import now_us
from crm.copies.queries import copy_now, copy_then
from crm.feed.history import Sent, keep_sent
from crm.feed.queries import last_sequence
from crm.fhir.archive import ArchiveRestricted, archive_resources, bundle
from crm.fhir.dealer import row_resources
from crm.fhir.terms import BASE, Element
from crm.scope import HEADQUARTERS_SCOPE as SCOPE
from crm.storage.database import reading, writing
from crm.storage.owner_alone import make_folder
from streams.cli.commands.dealers_copy import may_leave_now, must_be_dealer
from streams.cli.commands.options import NOT_FOUND, At, instant
from streams.running.installation import open_installation
from streams.running.private_files import private_file, write_private
from streams.wording.output import print_lines, print_notice, print_text
from streams.wording.say import say

_ACTOR = "command"
_STREAM = "-"
_NDJSON = ".ndjson"


def fhir(
    name: Annotated[
        str | None, typer.Argument(metavar="[CARD_OR_PERSON]", help="档案卡或人员编号")
    ] = None,
    dealer: Annotated[str | None, typer.Option(help="改为导出这个经销商的整份副本")] = None,
    at: At = None,
    out: Annotated[
        str, typer.Option(metavar="PATH", help="写到文件；整份副本写到文件夹；- 为标准输出")
    ] = _STREAM,
) -> None:
    """以 FHIR R4B 导出一份档案，或一个经销商的整份副本（NDJSON，每种资源一个文件）。

    jinxi fhir C0001 --out archive.json
    jinxi fhir C0001 --out archive.ndjson --at 2026-05-03T09:00:00+08:00
    jinxi fhir --dealer D01 --out d01-fhir
    """
    if (name is None) == (dealer is None):
        raise typer.BadParameter(say("请写一个档案卡或人员编号，或者 --dealer，二者取一"))
    at_us = instant(at)
    if name is not None:
        _export_archive(name, at_us, out)
    else:
        _export_copy(str(dealer), at_us, out)


def _export_archive(name: str, at_us: int | None, out: str) -> None:
    installation = open_installation()
    with reading(installation.engine) as connection:
        known = person_shown(SCOPE, connection, installation.keyring, name, now_us(), at_us)
    if known is None:
        print_notice(
            say("没有这份档案：{name}。编号可在 jinxi people 里查到；刚收下的要先入档。", name=name)
        )
        raise typer.Exit(NOT_FOUND)
    try:
        resources = archive_resources(known.person, known.past, known.closed)
    except ArchiveRestricted:
        print_notice(say("这份档案限制使用：本人没有同意建档或已撤回，只存不用，所以不能导出。"))
        raise typer.Exit(NOT_FOUND) from None
    lines = resources if out.endswith(_NDJSON) else [bundle(resources, BASE, known.past.at_us)]
    if out == _STREAM:
        print_lines(lines)
    else:
        write_private(Path(out), map(_line, lines))
        _tell_written(out)


def _export_copy(dealer: str, at_us: int | None, out: str) -> None:
    installation = open_installation()
    told_us = now_us() if at_us is None else at_us
    with reading(installation.engine) as connection:
        must_be_dealer(connection, dealer)
        if at_us is None:
            may_leave_now(connection, dealer)
            rows = copy_now(SCOPE, connection, dealer)
        else:
            rows = copy_then(SCOPE, connection, installation.keyring, dealer, at_us)
        _keep_left(installation.engine, connection, dealer, is_past=at_us is not None)
        resources = (one for row in rows for one in row_resources(dealer, row.content, told_us))
        if out == _STREAM:
            sys.stdout.buffer.writelines(map(_line, resources))
            sys.stdout.buffer.flush()
        else:
            _write_folder(Path(out), resources)
            _tell_written(out)


def _tell_written(out: str) -> None:
    print_text(say("已写好：{file}。只有您这个账户读得到；用完请删掉。", file=out))


def _keep_left(engine: Engine, connection: Connection, dealer: str, *, is_past: bool) -> None:
    """Such an export is made to be handed over: what is in it counts as sent to the dealer."""
    last = last_sequence(SCOPE, connection, dealer)
    # A copy of the past has rows that were withdrawn since.
    known = 0 if is_past else last
    with writing(engine) as change:
        keep_sent(change, Sent(dealer, now_us(), _ACTOR, "fhir", last, 0, known))


def _write_folder(folder: Path, resources: Iterator[Element]) -> None:
    """One file for each kind of resource, as in FHIR's Bulk Data; an older export is not mixed."""
    make_folder(folder)
    if any(folder.glob(f"*{_NDJSON}")):
        message = say(
            "{folder} 里已有一次导出。请另用一个文件夹，免得新旧混在一起。", folder=folder
        )
        raise typer.BadParameter(message)
    with ExitStack() as open_files:
        files: dict[str, BinaryIO] = {}
        for resource in resources:
            kind = resource["resourceType"]
            if kind not in files:
                file = private_file(folder / f"{kind}{_NDJSON}")
                files[kind] = open_files.enter_context(file)
            files[kind].write(_line(resource))


def _line(resource: Element) -> bytes:
    return orjson.dumps(resource, option=orjson.OPT_APPEND_NEWLINE)
