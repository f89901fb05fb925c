"""The audit: who looked at what, who took what away, who changed who may sign in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.ids import short_number
from campaigns.regions import region_name
from campaigns.times import day_end_us, day_start_us, shanghai_day
from campaigns.wording.catalogues import C_, N_
from crm.accounts.access import COMMAND, PAYEES
from crm.accounts.audit import (
    CHANGED,
    KEPT,
    KEPT_BY_DAY,
    KINDS,
    LOOKED,
    SENT,
    TOOK,
    AuditAsked,
    Audited,
    audited,
    subjects_looked_at,
)
from crm.accounts.invitations import FIRST_START, NOBODY
from crm.accounts.people import accounts, names_of
from crm.accounts.roles import ROLES
from crm.accounts.tokens import token_names
from crm.people.queries import cards_of
from crm.storage.database import reading
from crm.web.desk.cells import moment_cell
from crm.web.desk.files import taken_away
from crm.web.desk.tables import Asked, Cell, Column, Filter, Table
from crm.web.guards.visit import SignedIn, Visit
from crm.web.view.audit_labels import ACCOUNT_CHANGES, FILES, LOOKED_AT
from crm.web.view.speakers import speaker_word

router = APIRouter()

TRANSFERS = "transfers"
_NUMBER = re.compile(r"[\w.:/-]*", re.ASCII)
_SHORT_NUMBER = re.compile("[0-9A-Fa-f]{8}")
"""What stands on a card and in lists, and is told over the phone."""

_WORDS = {
    LOOKED: N_("看了"),
    TOOK: N_("带走了文件"),
    SENT: N_("发了信"),
    CHANGED: N_("改了账号"),
}
assert _WORDS.keys() == set(KINDS)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line with the names of whom it names."""

    of: Audited
    by: str
    subject: str


def _when(visit: Visit, line: _Line) -> Cell:
    return moment_cell(visit, line.of.at_us)


def _kind(visit: Visit, line: _Line) -> str:
    return visit.say(_WORDS[line.of.kind])


def _what(visit: Visit, line: _Line) -> Cell | str:
    what = TRANSFERS if _is_of_register(line.of) else line.of.what
    if what == KEPT_BY_DAY:
        return Cell(visit.say(FILES[KEPT]), _each_of_the_day(line.of))
    if line.of.kind == TOOK:
        return visit.say(FILES.get(what, what))
    if line.of.kind == CHANGED:
        return visit.say(ACCOUNT_CHANGES.get(what, what))
    if line.of.kind == SENT and not line.of.subject:
        return Cell(visit.say(LOOKED_AT[what]), _each_of_the_day(line.of))
    if what in LOOKED_AT:
        return visit.say(LOOKED_AT[what])
    return visit.field_word(what)


def _each_of_the_day(line: Audited) -> str:
    """Where each is listed of which a line tells how many they were."""
    day = shanghai_day(line.at_us)
    return f"/audit?{urlencode({'kind': line.kind, 'actor': line.actor, 'from': day, 'to': day})}"


def _is_of_register(line: Audited) -> bool:
    """Whether it is a form of the register, taken away when both were kept by one name."""
    return line.what == PAYEES and line.subject.startswith(f"{TRANSFERS}/")


def _subject(visit: Visit, line: _Line) -> Cell:
    if line.of.kind == CHANGED:
        return Cell(line.subject)
    if "/" in line.of.subject or not line.of.subject:
        # It was no card, but a file or what a member wrote.
        return _file(visit, *line.of.subject.split("/", 1))
    href = f"/people/{line.of.subject}" if visit.scope.may("archive") else ""
    card = short_number(line.of.subject)
    return Cell(visit.say(N_("档案 {number}")).format(number=card), href, raw=line.of.subject)


def _file(visit: Visit, sort: str, name: str = "") -> Cell:
    if sort == TRANSFERS:
        return Cell(visit.say(N_("{year} 年")).format(year=name), f"/transfers?year={name}")
    if sort == "payments":
        href = f"/rewards/files/{name}" if visit.scope.may("books") else ""
        return Cell(visit.say(N_("付款文件")), href, raw=name)
    if sort == "dispute":
        href = f"/disputes/{name}" if visit.scope.may("books") else ""
        return Cell(visit.say(N_("会员异议")), href, raw=name)
    return Cell("")


def _detail(visit: Visit, line: _Line) -> str:
    if line.of.what == KEPT_BY_DAY:
        return visit.say(N_("{n} 次")).format(n=f"{int(line.of.detail):,}")
    if line.of.kind in (TOOK, SENT) and line.of.detail:
        counted = N_("{n} 行") if line.of.kind == TOOK else N_("{n} 封")
        return visit.say(counted).format(n=f"{int(line.of.detail):,}")
    words: dict[str, str] = {role: visit.say(ROLES[role].word) for role in ROLES}
    told = line.of.detail.split()
    return visit.joined(
        words.get(code) or region_name(code) or visit.dealer_word(code) for code in told
    )


def _table(people: dict[str, str]) -> Table[_Line]:
    return Table(
        "audit",
        (
            Column("at", N_("时间"), _when, sorts=True),
            Column("by", N_("谁"), lambda _, line: line.by),
            Column("kind", N_("做了什么"), _kind),
            Column("what", N_("哪一样"), _what),
            Column("subject", N_("关于"), _subject),
            Column("detail", N_("说明"), _detail),
        ),
        filters=(
            Filter("kind", N_("全部"), _WORDS),
            Filter("actor", N_("所有人"), people, as_they_are=True),
            Filter("subject", N_("关于哪份档案"), hint=N_("档案编号或卡号")),
            Filter("from", N_("从哪天"), kind="date"),
            Filter("to", N_("到哪天"), kind="date"),
        ),
    )


@router.get("/audit")
def audit_page(visit: SignedIn) -> Response:
    """All of it, the latest first; searched, and taken away."""
    visit.scope.require("audit", "who did what")
    asked = Asked.of(visit.request.query_params)
    if not _NUMBER.fullmatch(asked.text("subject")):
        # What is typed there may be a name, and no name is to stand in an address.
        return RedirectResponse("/audit?named=1", 303)
    with reading(visit.site.engine) as connection:
        people = {known.actor: known.name for known in accounts(connection)}
    table = _table(people)
    shown = table.show(visit, asked, lambda *bounds: _fetched(visit, *bounds), "/audit")
    if asked.file:
        return taken_away(visit, shown)
    context: dict[str, Any] = {"title": visit.say(C_("places", "审计")), "table": shown}
    context["named"] = "named" in visit.request.query_params
    return visit.render("audit.html", context)


def _fetched(visit: Visit, asked: Asked, most: int, skipped: int) -> tuple[Sequence[_Line], int]:
    first, last = _day(asked.text("from")), _day(asked.text("to"))
    wanted = AuditAsked(
        asked.text("kind"),
        asked.text("actor"),
        _subjects(visit, asked.text("subject")),
        day_start_us(first) if first else 0,
        day_end_us(last) if last else 2**62,
    )
    oldest_first = asked.by == "at" and not asked.downwards
    with reading(visit.site.engine) as connection:
        found, total = audited(
            visit.scope, connection, wanted, most, skipped, oldest_first=oldest_first
        )
        actors = {name for each in found for name in (each.actor, each.subject)}
        names = token_names(connection, actors) | names_of(connection, actors)
    names |= {FIRST_START: visit.say(N_("首次启动")), COMMAND: visit.say(N_("总部（命令行）"))}
    names[NOBODY] = ""
    return [
        _Line(
            each,
            speaker_word(names, each.actor, visit.say),
            names.get(each.subject, each.subject),
        )
        for each in found
    ], total


def _subjects(visit: Visit, text: str) -> tuple[str, ...]:
    """The cards of the person that a number names; an account, or nothing known, as it stands."""
    if not text:
        return ()
    with reading(visit.site.engine) as connection:
        named = [text]
        if _SHORT_NUMBER.fullmatch(text):
            looked_at = subjects_looked_at(visit.scope, connection)
            named += [each for each in looked_at if short_number(each) == text.upper()]
        if not visit.scope.may("archive"):
            return tuple(named)
        cards = {card for name in named for card in cards_of(visit.scope, connection, name)}
    return (*named, *sorted(cards))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
