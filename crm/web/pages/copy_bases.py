"""Headquarters' and auditors' page of what a dealer's copy rests on: of each row the consent."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.copies.asking import Proof, proofs_of_copy
from crm.copies.queries import dealer_names
from crm.journal.numbers import numbers_of
from crm.storage.database import reading
from crm.web.desk.cells import moment_cell
from crm.web.desk.files import taken_away
from crm.web.desk.tables import Asked, Cell, Column, Filter, Table
from crm.web.guards.visit import NotFound, SignedIn, Visit
from crm.web.view.event_view import address_of
from crm.web.view.labels import label

router = APIRouter()

_BASES = {
    "consent": N_("有同意，先同意后交出"),
    "none": N_("没有找到同意"),
    "no": N_("后来不同意或撤回了"),
    "expired": N_("同意已到期"),
    "late": N_("交出以后才收到同意"),
}
_ALL_RIGHT = N_("%(n)s 行，每一行都有本人的同意，而且都是先同意后交出。")
_NOT_ALL = N_("%(n)s 行里有 %(bad)s 行说不出凭哪句同意，或同意来得晚：排在最前。")
_NOTHING = N_("这家经销商现在的副本里没有人。")


@dataclass(frozen=True, slots=True)
class _Line:
    """A row with the number of the event that it rests on."""

    of: Proof
    number: str


def _event(_visit: Visit, line: _Line) -> Cell | None:
    event = line.of.consent
    return None if event is None else Cell(line.number, address_of(event.source, event.id))


def _basis(visit: Visit, line: _Line) -> Cell:
    tone = "good" if line.of.basis == "consent" else "wrong"
    return Cell(visit.say(_BASES[line.of.basis]), tone=tone)


def _on(_visit: Visit, line: _Line) -> date | None:
    event = line.of.consent
    return None if event is None else shanghai_day(event.starts_us)


def _said(line: _Line, name: str) -> Any:
    event = line.of.consent
    return None if event is None else getattr(event.data, name)


def _labelled(visit: Visit, group: str, code: str | None) -> str | None:
    return None if code is None else visit.say(label(group, code))


_TABLE: Table[_Line] = Table(
    "bases",
    (
        Column("row", N_("编号"), lambda _, line: Cell(line.of.key[:12], raw=line.of.key)),
        Column("basis", N_("结论"), _basis),
        Column("event", N_("凭哪一条同意"), _event),
        Column("on", N_("哪天同意"), _on),
        Column("method", N_("怎样同意"), lambda v, e: _labelled(v, "value", _said(e, "method"))),
        Column("by", N_("谁同意的"), lambda v, e: _labelled(v, "giver", _said(e, "by"))),
        Column("since", N_("进副本"), lambda v, line: moment_cell(v, line.of.since_us)),
        Column("notice", N_("告知书版本"), lambda _, e: _said(e, "notice_version"), shown=False),
        Column("expires", N_("最后一天"), lambda _, e: _said(e, "expires_on"), shown=False),
    ),
    filters=(Filter("basis", N_("全部结论"), _BASES),),
)


@router.get("/dealers/{dealer}/bases")
def bases_page(visit: SignedIn, dealer: str) -> Response:
    """Each row of a copy with the consent that it rests on; to be taken away as a proof."""
    with reading(visit.site.engine) as connection:
        proofs = proofs_of_copy(visit.scope, connection, dealer, visit.site.now_us())
        name = dealer_names(connection).get(dealer)
        named = [(e.consent.source, e.consent.id) for e in proofs if e.consent is not None]
        numbers = numbers_of(visit.scope, connection, named)
    if name is None and not proofs:
        raise NotFound
    asked = Asked.of(visit.request.query_params)
    lines = [
        _Line(each, numbers.get((each.consent.source, each.consent.id), "") if each.consent else "")
        for each in proofs
        if asked.text("basis") in ("", each.basis)
    ]
    shown = _TABLE.show(visit, asked, _TABLE.of_rows(lines), f"/dealers/{dealer}/bases")
    if asked.file:
        return taken_away(visit, shown)
    bad = sum(each.basis != "consent" for each in proofs)
    told = _NOTHING if not proofs else _NOT_ALL if bad else _ALL_RIGHT
    context = {
        "title": visit.say(N_("每一行凭哪句同意")),
        "dealer": dealer,
        "name": name or dealer,
        "table": shown,
        "told": visit.say(told) % {"n": f"{len(proofs):,}", "bad": f"{bad:,}"},
        "is_good": bool(proofs) and not bad,
        "bad": bad,
    }
    return visit.render("copy_bases.html", context)
