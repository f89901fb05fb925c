"""What members earned in a month or several, to be held against the books, and taken away."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from campaigns.wording.days import month_text
from crm.masking import masked_name
from crm.members.earned import MOST_MONTHS, next_month
from crm.members.queries import Statement, statements
from crm.storage.database import reading
from crm.web.desk.cells import dealer_cell, money_cell
from crm.web.desk.files import taken_away
from crm.web.desk.tables import Asked, Cell, Column, Filter, Table
from crm.web.guards.visit import SignedIn, Visit
from crm.web.view.labels import label

router = APIRouter()


def _code(visit: Visit, row: Statement) -> Cell:
    first, last = _asked(visit)
    if first == last:
        return Cell(row.member, f"/members/{row.member}?month={last:%Y-%m}")
    return Cell(row.member, f"/members/{row.member}/earned?since={first:%Y-%m}&month={last:%Y-%m}")


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
    Column(
        "dealer",
        N_("经销商"),
        lambda v, row: dealer_cell(v, row.dealer),
        order=lambda row: row.dealer,
    ),
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


def _table(visit: Visit, first: date, last: date, dealers: Mapping[str, str]) -> Table[Statement]:
    """With the months to choose from, those that are asked for among them, and the dealers."""
    words = months_offered(visit, first, last)
    filters = [
        Filter("since", N_("从哪个月起"), words, as_they_are=True),
        Filter("month", N_("月份"), words, as_they_are=True),
    ]
    if dealers and visit.account.dealer is None:
        filters.append(Filter("dealer", N_("经销商"), dealers, as_they_are=True))
    return Table("statement", _COLUMNS, tuple(filters))


@router.get("/statements")
def statements_page(visit: SignedIn) -> Response:
    """One month or several, member by member; a dealer sees its own members."""
    asked = Asked.of(visit.request.query_params)
    first, last = _asked(visit)
    after = next_month(last)
    with reading(visit.site.engine) as connection:
        found = statements(visit.scope, connection, first, after, asked.text("dealer"))
    table = _table(visit, first, last, visit.dealer_words)
    # Which months these are stands in the choices too.
    since = f"{first:%Y-%m}" if first != last else ""
    asked = replace(asked, filters={**asked.filters, "since": since, "month": f"{last:%Y-%m}"})
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
        "since": since,
        "month": f"{last:%Y-%m}",
        "total": total,
    }
    return visit.render("statements.html", context)


def _asked(visit: Visit) -> tuple[date, date]:
    asked = visit.request.query_params
    return span_in(visit, asked.get("since", ""), asked.get("month", ""))


def span_in(visit: Visit, since: str, month: str) -> tuple[date, date]:
    """The first days of the first and of the last month of a span; of one month they are the same.

    The two may be named the other way round.
    """
    last, _ = month_in(visit, month)
    first = month_in(visit, since)[0] if since else last
    first, last = sorted((first, last))
    return max(first, months_before(last, MOST_MONTHS - 1)), last


def months_before(month: date, several: int) -> date:
    """The first day of the month so many before another."""
    whole = month.year * 12 + month.month - 1 - several
    return date(max(whole // 12, date.min.year), whole % 12 + 1, 1)


def months_offered(visit: Visit, *asked: date) -> dict[str, str]:
    """The months to choose from, the latest first, those that are asked for among them."""
    this = shanghai_day(visit.site.now_us()).replace(day=1)
    months = {months_before(this, several) for several in range(_MONTHS_OFFERED)}
    offered = sorted({*months, *asked}, reverse=True)
    return {f"{each:%Y-%m}": month_text(each, visit.language) for each in offered}


def month_in(visit: Visit, text: str) -> tuple[date, date]:
    """The first day of a month and that of the next; of this month where no other is named."""
    try:
        first = date.fromisoformat(f"{text}-01")
        return first, next_month(first)
    except ValueError:
        # No month, or the last one of the calendar, after which none comes.
        first = shanghai_day(visit.site.now_us()).replace(day=1)
        return first, next_month(first)
