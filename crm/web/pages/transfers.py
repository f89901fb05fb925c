"""The register of transfers of value: a year, line by line, and the files in which it is told."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from campaigns.ids import short_number
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.access import EFPIA, OPEN_PAYMENTS, Access, log_accesses
from crm.masking import masked_name
from crm.storage.database import reading, writing
from crm.transfers.disclosure import efpia, open_payments
from crm.transfers.queries import transfers
from crm.transfers.transfer import Transfer
from crm.web.desk.cells import day_cell, money_cell
from crm.web.desk.files import taken_away
from crm.web.desk.tables import Asked, Cell, Column, Filter, Table
from crm.web.guards.visit import SignedIn, Visit
from crm.web.view.labels import label
from crm.web.view.reward_labels import MEMBER_KINDS, TRANSFER_FORMS

router = APIRouter()

Year = Annotated[int, Query(ge=2000, le=2999)]
COMPANY = "Jinxi"


def _member(_visit: Visit, row: Transfer) -> Cell:
    return Cell(row.member, f"/members/{row.member}")


def _on(visit: Visit, row: Transfer) -> Cell:
    return day_cell(visit, row.on)


def _item(visit: Visit, row: Transfer) -> Cell:
    if row.form == "reward":
        number = short_number(row.item)
        return Cell(visit.say(N_("奖励 {number}")).format(number=number), f"/rewards/{row.item}")
    return Cell(row.item)


_TABLE: Table[Transfer] = Table(
    "transfers",
    (
        Column("on", N_("哪天"), _on, order=lambda row: row.on),
        Column("member", N_("会员"), _member, order=lambda row: row.member),
        Column("name", N_("姓名"), lambda _, row: masked_name(row.name)),
        Column("kind", N_("类别"), lambda visit, row: visit.say(label("member_kind", row.kind))),
        Column("institution", N_("单位"), lambda _, row: row.institution),
        Column("form", N_("属于"), lambda visit, row: visit.say(label("transfer_form", row.form))),
        Column("item", N_("给了什么"), _item),
        Column(
            "value",
            N_("值多少"),
            lambda _, row: money_cell(row.value_fen),
            order=lambda row: row.value_fen,
            is_number=True,
        ),
    ),
    filters=(
        Filter("year", N_("年份"), hint="2026"),
        Filter("kind", N_("类别"), MEMBER_KINDS),
        Filter("form", N_("属于"), TRANSFER_FORMS),
    ),
)


@router.get("/transfers")
def transfers_page(visit: SignedIn) -> Response:
    """A year of the register."""
    asked = Asked.of(visit.request.query_params)
    text = asked.text("year")
    year = int(text) if text.isdecimal() and 2000 <= int(text) <= 2999 else _today(visit).year
    found = [
        each
        for each in _of_year(visit, year)
        if asked.text("kind") in ("", each.kind) and asked.text("form") in ("", each.form)
    ]
    shown = _TABLE.show(visit, asked, _TABLE.of_rows(found), "/transfers")
    if asked.file:
        return taken_away(visit, shown)
    context = {
        "title": visit.say(N_("给会员的物品和费用")),
        "table": shown,
        "year": year,
        "total_fen": sum(each.value_fen for each in found),
    }
    return visit.render("transfers.html", context)


@router.get("/transfers/open-payments")
def open_payments_file(visit: SignedIn, year: Year | None = None) -> Response:
    """In the 91 columns of the US general payments; it names people: who takes it away is kept."""
    year = year or _today(visit).year
    content = open_payments(_taken(visit, year, OPEN_PAYMENTS), COMPANY, year, _today(visit))
    return _file(content, f"general-payments-{year}")


@router.get("/transfers/efpia")
def efpia_file(visit: SignedIn, year: Year | None = None) -> Response:
    """As EFPIA discloses it: by recipient and category."""
    year = year or _today(visit).year
    return _file(efpia(_taken(visit, year, EFPIA)), f"efpia-{year}")


def _taken(visit: Visit, year: int, what: str) -> Sequence[Transfer]:
    visit.scope.require("payees", "files that name members in full")
    found = _of_year(visit, year)
    with writing(visit.site.engine) as connection:
        look = Access(visit.site.now_us(), visit.account.actor, f"transfers/{year}", what)
        log_accesses(connection, [look])
    return found


def _of_year(visit: Visit, year: int) -> list[Transfer]:
    with reading(visit.site.engine) as connection:
        return transfers(visit.scope, connection, date(year, 1, 1), date(year + 1, 1, 1))


def _today(visit: Visit) -> date:
    return shanghai_day(visit.site.now_us())


def _file(content: bytes, name: str) -> Response:
    headers = {
        "content-disposition": f'attachment; filename="{name}.csv"',
        "cache-control": "no-store",
    }
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)
