"""What members earned in a month, to be held against the books: a table to be taken away."""

from dataclasses import replace
from datetime import date, timedelta

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from campaigns.wording.days import month_text
from crm.copies.queries import dealer_names
from crm.masking import masked_name
from crm.members.queries import Statement, statements
from crm.storage.database import reading
from crm.web.desk.cells import money_cell
from crm.web.desk.files import taken_away
from crm.web.desk.tables import Asked, Cell, Column, Filter, Table
from crm.web.guards.visit import SignedIn, Visit
from crm.web.view.labels import label

router = APIRouter()


def _code(visit: Visit, row: Statement) -> Cell:
    first, _ = month_in(visit, visit.request.query_params.get("month", ""))
    return Cell(row.member, f"/members/{row.member}?month={first:%Y-%m}")


def _owed(_visit: Visit, row: Statement) -> Cell:
    return money_cell(row.owed_back_fen, "wrong" if row.owed_back_fen else "")


_COLUMNS: tuple[Column[Statement], ...] = (
    Column("member", N_("会员"), _code, order=lambda row: row.member),
    Column("name", N_("姓名"), lambda _, row: masked_name(row.name)),
    Column(
        "kind",
        N_("类别"),
        lambda visit, row: visit.say(label("member_kind", row.kind)),
        order=lambda row: row.kind,
    ),
    Column("dealer", N_("经销商"), lambda _, row: row.dealer, order=lambda row: row.dealer),
    Column(
        "rewards",
        N_("份数"),
        lambda _, row: row.rewards,
        order=lambda row: row.rewards,
        is_number=True,
    ),
    Column("held", N_("冻结期"), lambda _, row: money_cell(row.held_fen), is_number=True),
    Column("payable", N_("可发放"), lambda _, row: money_cell(row.payable_fen), is_number=True),
    Column("settled", N_("已发放"), lambda _, row: money_cell(row.settled_fen), is_number=True),
    Column(
        "paid",
        N_("当月付出"),
        lambda _, row: money_cell(row.paid_fen),
        order=lambda row: row.paid_fen,
        is_number=True,
    ),
    Column("owed", N_("应退回"), _owed, order=lambda row: row.owed_back_fen, is_number=True),
)
_MONTHS_OFFERED = 24


def _table(visit: Visit, asked: date, dealers: dict[str, str]) -> Table[Statement]:
    """With the months to choose from, that which is asked for among them, and the dealers."""
    this = shanghai_day(visit.site.now_us()).replace(day=1)
    months = [this]
    while len(months) < _MONTHS_OFFERED:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    offered = sorted({*months, asked}, reverse=True)
    words = {f"{each:%Y-%m}": month_text(each, visit.language) for each in offered}
    filters = [Filter("month", N_("月份"), words, as_they_are=True)]
    if dealers and visit.account.dealer is None:
        filters.append(Filter("dealer", N_("经销商"), dealers, as_they_are=True))
    return Table("statement", _COLUMNS, tuple(filters))


@router.get("/statements")
def statements_page(visit: SignedIn) -> Response:
    """One month, member by member; a dealer sees its own members."""
    asked = Asked.of(visit.request.query_params)
    first, after = month_in(visit, asked.text("month"))
    with reading(visit.site.engine) as connection:
        found = statements(visit.scope, connection, first, after, asked.text("dealer"))
        dealers = dealer_names(connection)
    table = _table(visit, first, dealers)
    # Which month it is stands in the choice too.
    asked = replace(asked, filters={**asked.filters, "month": f"{first:%Y-%m}"})
    shown = table.show(visit, asked, table.of_rows(found), "/statements")
    if asked.file:
        return taken_away(visit, shown)
    total = {
        "rewards": sum(row.rewards for row in found),
        "paid_fen": sum(row.paid_fen for row in found),
        "owed_back_fen": sum(row.owed_back_fen for row in found),
    }
    context = {
        "title": visit.say(N_("按月对账")),
        "table": shown,
        "month": f"{first:%Y-%m}",
        "total": total,
    }
    return visit.render("statements.html", context)


def month_in(visit: Visit, text: str) -> tuple[date, date]:
    """The first day of a month and that of the next; of this month where no other is named."""
    try:
        return _month_from(date.fromisoformat(f"{text}-01"))
    except ValueError:
        # No month, or the last one of the calendar, after which none comes.
        return _month_from(shanghai_day(visit.site.now_us()).replace(day=1))


def _month_from(first: date) -> tuple[date, date]:
    return first, date(first.year + first.month // 12, first.month % 12 + 1, 1)
