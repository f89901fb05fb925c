"""Many activities at once, held or to come: pasted out of a workbook, looked at, then planned."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import LISTED, N_
from campaigns.wording.days import whole_day_text
from crm.web.desk.acts import Act, ActForm, done, say, sayer_of
from crm.web.desk.contracts import without_contract
from crm.web.desk.planned_twice import planned_already
from crm.web.guards.visit import SignedIn, SignedInPosting, Visit
from crm.web.view.plan_lists import MOST_LINES, TOO_MANY, PlanLine, PlanList, read_list
from crm.web.view.plans import planned

router = APIRouter()

_PLANNED, _CHANGED, _HELD = "activity.planned", "activity.changed", "activity.held"
_READ = N_("读到 {n} 场，{first}到{last}；触达共 {reached} 人次。下面逐场看一眼。")
_LINE = N_("第 {n} 行：{fault}")
_LONGEST = 20_000
_NOTHING = N_("请把表贴进来。")
_NOT_HELD = N_("你的身份不能日结：触达和发卡不会记，请由现场或总部来记。")


@router.get("/plan/list")
def list_page(visit: SignedIn) -> Response:
    """Where a list is pasted."""
    sayer_of(visit, [_PLANNED, _CHANGED])
    dealers = list(visit.dealer_words)
    alone = dealers[0] if len(dealers) == 1 else None
    return _page(visit, ActForm.of({"starts": "09:00", "dealer": alone}), PlanList())


@router.post("/plan/list")
def plan_list(posting: SignedInPosting) -> Response:
    """First what was read, then, sent once more, all of it planned and what was held closed."""
    visit = posting.visit
    sayer_of(visit, [_PLANNED, _CHANGED])
    today = shanghai_day(visit.site.now_us())
    found = read_list(
        *(posting.text_of("list"), visit.say, today, visit.dealer_words, posting.text_of)
    )
    if len(posting.text("list", _LONGEST + 1)) > _LONGEST:
        found = PlanList(fault=visit.say(TOO_MANY).format(n=MOST_LINES))
    faults = dict(_faults(visit, found))
    mark = posting.text("form_id", 36)[:6]
    acts = [act for line in found.lines if not line.faults for act in _acts(visit, line, mark)]
    answer = say(posting, acts, faults=faults, doubts=[] if faults else _doubts(visit, found, acts))
    if answer.form is not None:
        return _page(visit, answer.form, found)
    return done(visit, "/activities?days=3660", answer)


def _faults(visit: Visit, found: PlanList) -> Iterator[tuple[str, str]]:
    if found.fault:
        yield "list", found.fault
    elif not found.lines:
        yield "list", visit.say(_NOTHING)
    for line in found.lines:
        if line.faults:
            said = visit.say(_LINE).format(n=line.number, fault=" ".join(line.faults))
            yield f"line-{line.number}", said


def _acts(visit: Visit, line: PlanLine, mark: str) -> Iterator[Act]:
    day = str(line.plan.said["starts_at"])[:10].replace("-", "")
    activity_id = f"A-{day}-{mark}-{line.number}"
    yield Act(_PLANNED, planned(line.plan, activity_id))
    if line.held and visit.may_say(_HELD):
        yield Act(_HELD, {"activity_id": activity_id, **line.held})


def _doubts(visit: Visit, found: PlanList, acts: list[Act]) -> list[str]:
    """What was read, always; and what is odd about it, each thing once."""
    days = sorted(date.fromisoformat(line.plan.said["starts_at"][:10]) for line in found.lines)
    first, last = (whole_day_text(day, visit.language) for day in (days[0], days[-1]))
    reached = sum(line.held.get("reached", 0) for line in found.lines)
    read = {"n": len(found.lines), "first": first, "last": last, "reached": reached}
    doubts = [visit.say(_READ).format(**read), *found.doubts]
    asked: dict[str, list[str]] = {}
    for line in found.lines:
        for doubt in line.plan.doubts:
            asked.setdefault(doubt, []).append(str(line.number))
    numbers = {doubt: visit.say(LISTED).join(of) for doubt, of in asked.items()}
    doubts += [visit.say(_LINE).format(n=of, fault=doubt) for doubt, of in numbers.items()]
    if reached and not visit.may_say(_HELD):
        doubts.append(visit.say(_NOT_HELD))
    plans = [act.data for act in acts if act.type_name == _PLANNED]
    doubts += without_contract(visit, *plans)
    doubts += [doubt for plan in plans for doubt in planned_already(visit, plan)]
    return list(dict.fromkeys(doubts))


def _page(visit: Visit, form: ActForm, found: PlanList) -> Response:
    context: dict[str, Any] = {
        "title": visit.say(N_("一次记多场活动")),
        "form": form,
        "lines": found.lines,
        "dealers": list(visit.dealer_words.items()),
        "today": shanghai_day(visit.site.now_us()),
    }
    return visit.render("activity_list.html", context, 422 if form.is_wrong else 200)
