"""What one member earned, month after month: a picture, and the table beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import dropwhile

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from campaigns.wording.days import month_text
from crm.ledger.asking import WITHOUT_MONEY
from crm.members.asking import earned_by_month, owed_back_fen
from crm.members.earned import Earned, next_month, together
from crm.storage.database import reading
from crm.web.desk.cells import money_cell
from crm.web.desk.files import taken_away
from crm.web.desk.tables import Asked, Cell, Column, Filter, Table
from crm.web.guards.visit import SignedIn, Visit
from crm.web.pages.members import member_shown
from crm.web.pages.statements import months_before, months_offered, span_in
from crm.web.view.labels import label

router = APIRouter()

_MONTHS = 12
"""So many are shown before anybody chooses."""
_TOGETHER = N_("合计")


@dataclass(frozen=True, slots=True)
class MonthBar:
    """A month as it is drawn: widths in per mille of the largest month's."""

    earned: Earned
    word: str
    settled: int
    payable: int
    held: int


def _month(code: str) -> Callable[[Visit, Earned], Cell]:
    def cell(visit: Visit, row: Earned) -> Cell:
        if row.month is None:
            return Cell(visit.say(_TOGETHER))
        word = month_text(row.month, visit.language)
        return Cell(word, f"/members/{code}?month={row.month:%Y-%m}", raw=f"{row.month:%Y-%m}")

    return cell


def _columns(code: str, rows: Sequence[Earned]) -> tuple[Column[Earned], ...]:
    """Those without money alone of which there are any."""
    counted = [state for state in WITHOUT_MONEY if any(getattr(row, state) for row in rows)]
    return (
        Column("month", N_("月份"), _month(code)),
        Column("rewards", N_("份数"), lambda _, row: row.rewards, is_number=True),
        Column("held", N_("冻结期"), lambda _, row: money_cell(row.held_fen), is_number=True),
        Column("payable", N_("可发放"), lambda _, row: money_cell(row.payable_fen), is_number=True),
        Column("settled", N_("已发放"), lambda _, row: money_cell(row.settled_fen), is_number=True),
        Column("whole", N_("一共"), lambda _, row: money_cell(row.whole_fen), is_number=True),
        Column("paid", N_("当月付出"), lambda _, row: money_cell(row.paid_fen), is_number=True),
        *(_count(state) for state in counted),
    )


def _count(state: str) -> Column[Earned]:
    word = label("reward_state", state)
    return Column(state, word, lambda _, row: getattr(row, state), is_number=True)


@router.get("/members/{code}/earned")
def earned_page(visit: SignedIn, code: str) -> Response:
    """The months of a span, and all of them together; a dealer sees its own members."""
    visit.scope.require("money", "what members earned")
    row = member_shown(visit, code)
    asked = Asked.of(visit.request.query_params)
    this = shanghai_day(visit.site.now_us()).replace(day=1)
    since = asked.text("since") or f"{months_before(this, _MONTHS - 1):%Y-%m}"
    first, last = span_in(visit, since, asked.text("month"))
    with reading(visit.site.engine) as connection:
        months = earned_by_month(visit.scope, connection, code, first, next_month(last))
        owed_fen = owed_back_fen(visit.scope, connection, code)
    if not asked.text("since"):
        # Nobody asked for the months before there was anything.
        months = list(dropwhile(lambda each: each == Earned(each.month), months)) or months[-1:]
        first = months[0].month or first
    whole = together(None, months)
    words = months_offered(visit, first, last)
    filters = (
        Filter("since", N_("从哪个月起"), words, as_they_are=True),
        Filter("month", N_("到哪个月"), words, as_they_are=True),
    )
    rows = [*reversed(months), whole]
    # Which months these are stands in the choices too.
    chosen = {**asked.filters, "since": f"{first:%Y-%m}", "month": f"{last:%Y-%m}"}
    asked = Asked("", 1, asked.columns, chosen, asked.file)
    table = Table("earned", _columns(code, rows), filters)
    listed = table.show(
        visit, asked, lambda _, most, skipped: (rows, len(months)), f"/members/{code}/earned"
    )
    if asked.file:
        return taken_away(visit, listed)
    context = {
        "title": visit.say(N_("按月合计")),
        "row": row,
        "table": listed,
        "whole": whole,
        "owed_fen": owed_fen,
        "counted": [
            (visit.say(label("reward_state", state)), getattr(whole, state))
            for state in WITHOUT_MONEY
            if getattr(whole, state)
        ],
        "bars": bars(visit, months),
        "since": f"{first:%Y-%m}",
        "month": f"{last:%Y-%m}",
    }
    return visit.render("earned.html", context)


def bars(visit: Visit, months: Sequence[Earned]) -> list[MonthBar]:
    """The months as they are drawn, the first one first; none where nothing was earned."""
    most = max((each.whole_fen for each in months), default=0)
    if not most:
        return []
    return [
        MonthBar(
            each,
            month_text(each.month, visit.language),
            *(fen * 1000 // most for fen in (each.settled_fen, each.payable_fen, each.held_fen)),
        )
        for each in months
        if each.month is not None
    ]
