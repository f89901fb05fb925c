"""Every part that pages are made of, on one page: for who builds a desk, and for the eye."""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.wording.catalogues import N_
from crm.entries.own_events import Spoken
from crm.web.desk.acts import ActForm
from crm.web.desk.files import taken_away
from crm.web.desk.tables import Action, Asked, Cell, Column, Filter, Table
from crm.web.guards.visit import SignedIn, Visit
from crm.web.view.said import Said, SaidLine
from crm.web.view.said_on import SAID_ON

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _Sample:
    number: int
    name: str
    is_good: bool


def _state(visit: Visit, each: _Sample) -> Cell:
    if each.is_good:
        return Cell(visit.say(N_("已入档")), tone="good")
    return Cell(visit.say(N_("等待补齐")), tone="waiting")


_SPOKEN = Spoken("activity.planned")
_SAMPLES = [_Sample(number, f"A-{number:03}", number % 3 != 0) for number in range(1, 61)]
_TABLE: Table[_Sample] = Table(
    "components",
    (
        Column("name", N_("名称"), lambda _, e: Cell(e.name, "/components"), lambda e: e.name),
        Column("state", N_("状态"), _state),
        Column("n", N_("人数"), lambda _, e: e.number * 37, lambda e: e.number, is_number=True),
    ),
    filters=(Filter("text", N_("名称")),),
    actions=(Action("/components", N_("对选中的做一件事")),),
    row_id=lambda each: each.name,
)


@router.get("/components")
def components_page(visit: SignedIn) -> Response:
    """All of them, with invented contents; nothing here does anything."""
    visit.scope.require("status", "who looks after the site")
    asked = Asked.of(visit.request.query_params)
    fitting = [each for each in _SAMPLES if asked.text("text").upper() in each.name]
    shown = _TABLE.show(visit, asked, _TABLE.of_rows(fitting), "/components")
    if asked.file:
        return taken_away(visit, shown)
    wrong = ActForm(
        typed=ActForm.of({"title": "社区健康日", "reached": "-3"}).typed,
        faults={"reached": visit.say(N_("触达人数请填 0 以上的整数，例如 120。"))},
    )
    doubted = ActForm(doubts=(visit.say(N_("电话不像大陆的手机号。")),))
    context = {
        "said_on": SAID_ON,
        "title": visit.say(N_("页面的零件")),
        "table": shown,
        "form": wrong,
        "doubted": doubted,
        "receipt": Said(
            "1A2B3C4D",
            (
                SaidLine(
                    "activity.planned",
                    "recorded",
                    visit.say(N_("已入档。")),
                    "",
                    "",
                    False,
                    _SPOKEN,
                ),
            ),
        ),
    }
    return visit.render("components.html", context)
