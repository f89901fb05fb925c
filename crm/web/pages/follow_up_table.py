"""The list of whom to call, as a table."""

from collections.abc import Mapping
from dataclasses import dataclass

from campaigns.regions import region_name
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import C_, N_
from campaigns.wording.counting import counted
from campaigns.wording.days import day_text
from crm.follow_ups.due import Asking, DueFollowUp, DueList
from crm.people.found import FoundPerson
from crm.web.desk.cells import dealer_cell
from crm.web.desk.tables import Cell, Column, Filter, Table
from crm.web.guards.visit import Visit
from crm.web.pages.people_lists import name_cell
from crm.web.view.labels import label

_ASSIGNING = "by"


@dataclass(frozen=True, slots=True)
class Called:
    """A call as a line of the list: to whom, of whose it is, and where a tap leads.

    dials: whether the visitor may open a number, where there is one;
    query: the part of the list that is shown.
    """

    due: DueFollowUp
    owner: str
    dials: bool
    query: str
    person: FoundPerson | None = None
    has_phone: bool = False

    @property
    def path(self) -> str:
        """The call's own page."""
        return f"/follow-ups/{self.due.trial_id}/{self.due.number}"


def _name(visit: Visit, row: Called) -> Cell | None:
    return name_cell(visit, row.person) if row.person is not None else None


def _about(visit: Visit, row: Called) -> str:
    return row.due.about or visit.say(N_("第 %(n)s 次")) % {"n": row.due.number}


def _due(visit: Visit, row: Called) -> Cell:
    today = shanghai_day(visit.site.now_us())
    return Cell(day_text(row.due.due_on, visit.language, today), raw=row.due.due_on)


def _late(visit: Visit, row: Called) -> Cell | None:
    days = (shanghai_day(visit.site.now_us()) - row.due.due_on).days
    text = counted(visit.say(N_("%(n)s 天")) % {"n": days})
    return Cell(text, tone="waiting", raw=days) if days > 0 else None


def _sex(visit: Visit, row: Called) -> str | None:
    return visit.say(label("sex", row.person.sex)) if row.person and row.person.sex else None


def _tails(visit: Visit, row: Called) -> str:
    if not row.has_phone:
        return visit.say(N_("没有能打的电话"))
    return visit.joined(row.person.phone_tails) if row.person else ""


def _act(visit: Visit, row: Called) -> Cell:
    if row.dials and row.has_phone:
        return Cell(visit.say(N_("打电话")), sent=f"{row.path}/open")
    return Cell(visit.say(N_("查看")), f"{row.path}?{row.query}")


_COLUMNS: tuple[Column[Called], ...] = (
    Column("name", N_("姓名"), _name),
    Column("about", N_("谈什么"), _about, order=lambda row: (row.due.about, row.due.number)),
    Column("due", C_("call", "到期"), _due, order=lambda row: row.due.due_on),
    Column("late", N_("过期"), _late),
    Column("sex", N_("性别"), _sex, shown=False),
    Column(
        "born",
        N_("出生年"),
        lambda _, row: ((row.person and row.person.born) or "")[:4],
        shown=False,
    ),
    Column("phone", N_("手机尾号"), _tails),
    Column("sku", N_("产品"), lambda _, row: row.due.sku, order=lambda row: row.due.sku),
    Column(
        "region",
        N_("地区"),
        lambda _, row: region_name(row.due.region or "") or row.due.region,
        order=lambda row: row.due.region,
    ),
    Column(
        "dealer",
        N_("经销商"),
        lambda v, row: dealer_cell(v, row.due.dealer),
        order=lambda row: row.due.dealer,
    ),
    Column("owner", N_("谁来打"), lambda _, row: row.owner, order=lambda row: row.owner or None),
    Column("act", N_("打电话"), _act, acts=True),
)
"""Names stay masked, and no number is among them."""


def table_of(
    visit: Visit, everybody: DueList, dealers: Mapping[str, str], asking: Asking
) -> Table[Called]:
    """The list, filtered by what occurs in it; who makes calls ticks some for a colleague."""
    regions, of_dealers, skus = everybody.choices()
    offered: list[tuple[str, str, Mapping[str, str]]] = [
        (
            "region",
            N_("地区"),
            {code[:4]: region_name(f"{code[:4]}00") or code for code in regions},
        ),
        ("dealer", N_("经销商"), {code: dealers.get(code, code) for code in of_dealers}),
        ("sku", N_("产品"), {code: code for code in skus}),
        ("task", N_("谈什么"), dict(everybody.abouts())),
    ]
    return Table(
        "follow-ups",
        _COLUMNS,
        tuple(
            Filter(name, word, options, as_they_are=True)
            for name, word, options in offered
            if len(options) > (name != "task") or getattr(asking, name)
        ),
        row_id=_call_name if visit.may_say("follow_up.done") else None,
        beside=_ASSIGNING,
    )


def _call_name(row: Called) -> str:
    return f"{row.due.trial_id}/{row.due.number}"
