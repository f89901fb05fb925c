"""A saved group's people are to be called: about what, from which day on, by whom.

Who may be called is looked at when it is asked for, and again whenever the list is read.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.accounts.people import accounts
from crm.follow_ups.due import task_name
from crm.follow_ups.queries import Purpose, asked_before
from crm.follow_ups.register import Task, ask_for_calls
from crm.funnels.report import Report
from crm.holdings.queries import said_by
from crm.people.found import FoundPerson
from crm.people.queries import Wanted, list_people
from crm.storage.database import reading, writing
from crm.web.desk.acts import ActForm, sayer_of
from crm.web.guards.visit import Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.follow_ups import DONE, colleagues, day_of
from crm.web.pages.funnel_people import saved_segment, segment_report

router = APIRouter()

MOST_AT_ONCE = 400
_LONGEST_ABOUT = 80
_MOST_DAYS_AHEAD = 90
PURPOSES: dict[Purpose, str] = {
    "care": N_("关怀：问问用得怎样，不推销"),
    "marketing": N_("活动和产品的消息"),
    "club": N_("俱乐部的事"),
}
DEFAULT_PURPOSE: Purpose = "marketing"
_LEFT_OUT = {
    "earlier": N_("进入以前已经做过下一步，不是流失"),
    "before": N_("这件事已经请人打过"),
    "no_consent": N_("没有同意接收这一类"),
    "restricted": N_("档案限制使用"),
    "deceased": N_("已去世"),
    "erased": N_("个人信息已删除"),
    "too_many": N_("一次最多 {n} 人，余下的请再来一次"),
}
"""Why nobody is asked to call somebody → how it is said."""
_NO_ABOUT = N_("请写要谈什么，1 到 {most} 个字；不要写姓名。")
_NO_DAY = N_("请选今天到 {most} 天以内的一天。")


@dataclass(frozen=True, slots=True)
class Callable:
    """Who can be called, and who is left out: why → how many."""

    people: list[str]
    left_out: Counter[str]


@router.get("/segments/{segment_id}/follow-ups")
def tasks_form(visit: SignedIn, segment_id: str) -> Response:
    """What is to be talked about, from which day on, whose it is."""
    _may(visit)
    report = segment_report(visit, segment_id)
    return _page(visit, report, segment_id, ActForm.of({"due_on": _today(visit)}))


@router.post("/segments/{segment_id}/follow-ups")
def tasks_asked(posting: SignedInPosting, segment_id: str) -> Response:
    """Look at who would be called and who not; then ask for the calls."""
    visit = posting.visit
    _may(visit)
    report = segment_report(visit, segment_id)
    earlier = frozenset() if posting.ticked("with_earlier") else frozenset(report.earlier)
    members = frozenset(report.listed or ())
    task, faults = _task(posting, segment_id)
    form = ActForm(posting.text("form_id", 36), posting.text_of, faults)
    if task is None:
        return _page(visit, report, segment_id, form)
    if posting.text("step") != "send":
        return _page(visit, report, segment_id, form, _callable(visit, task, members, earlier))
    owner = posting.text("owner", 64) or None
    with reading(visit.site.engine) as connection:
        known = {each.actor for each in colleagues(accounts(connection))}
    found = _callable(visit, task, members, earlier)
    with writing(visit.site.engine) as connection:
        asked = ask_for_calls(
            *(visit.scope, connection, task, found.people, owner if owner in known else None),
            actor=visit.account.actor,
            now_us=visit.site.now_us(),
        )
    return _page(visit, report, segment_id, form, found, (asked, task_name(task.about)))


def _may(visit: Visit) -> None:
    visit.scope.require("people", "who is called")
    visit.scope.require("follow_ups", "follow-ups are the company's")
    sayer_of(visit, [DONE])


def _task(posting: Posting, segment_id: str) -> tuple[Task | None, dict[str, str]]:
    """What is asked for; None with what is wrong, by field."""
    visit = posting.visit
    about, due_on = posting.text("about").strip(), day_of(posting.text("due_on", 10))
    faults = {}
    if not 1 <= len(about) <= _LONGEST_ABOUT:
        faults["about"] = visit.say(_NO_ABOUT).format(most=_LONGEST_ABOUT)
    if due_on is None or not 0 <= (due_on - _today(visit)).days <= _MOST_DAYS_AHEAD:
        faults["due_on"] = visit.say(_NO_DAY).format(most=_MOST_DAYS_AHEAD)
    if faults or due_on is None:
        return None, faults
    said, purpose = posting.text("purpose", 16), DEFAULT_PURPOSE
    purpose = next((each for each in PURPOSES if each == said), purpose)
    return Task(f"segment:{segment_id}", about, purpose, due_on), {}


def _today(visit: Visit) -> date:
    return shanghai_day(visit.site.now_us())


def _callable(
    visit: Visit, task: Task, members: frozenset[str], earlier: frozenset[str]
) -> Callable:
    """Each of a group looked at. earlier: who is left out as not lost."""
    scope = visit.scope
    with reading(visit.site.engine) as connection:
        before = asked_before(scope, connection, task.occasion, task.about)
        people, _ = list_people(scope, connection, Wanted(most=len(members)), among=members)
        said = said_by(scope, connection, members, "", visit.site.now_us())
    left_out: Counter[str] = Counter()
    found = []
    for person in people:
        word = said.get(person.person_id, {})
        agreed = task.purpose == "care" or bool(word.get(task.purpose))
        own = person.person_id
        why = "earlier" if own in earlier else ""
        if why := why or _why_not(person, is_asked=own in before, agreed=agreed):
            left_out[why] += 1
        else:
            found.append(person.person_id)
    left_out["too_many"] += max(0, len(found) - MOST_AT_ONCE)
    return Callable(found[:MOST_AT_ONCE], +left_out)


def _why_not(person: FoundPerson, *, is_asked: bool, agreed: bool) -> str:
    if person.restricted:
        return "restricted"
    if person.deceased:
        return "deceased"
    if not person.name:
        return "erased"
    if is_asked:
        return "before"
    return "" if agreed else "no_consent"


def _page(
    visit: Visit,
    report: Report,
    segment_id: str,
    form: ActForm,
    found: Callable | None = None,
    asked: tuple[int, str] | None = None,
) -> Response:
    with reading(visit.site.engine) as connection:
        owners = [(each.actor, each.name) for each in colleagues(accounts(connection))]
    context = {
        "title": visit.say(N_("请人给这群人打电话")),
        "segment": saved_segment(visit, segment_id),
        "form": form,
        "purposes": [(code, visit.say(word)) for code, word in PURPOSES.items()],
        "owners": owners,
        "latest": _today(visit) + timedelta(days=_MOST_DAYS_AHEAD),
        "most": _LONGEST_ABOUT,
        "found": found,
        "earlier": len(report.earlier),
        "asked": asked,
        "left_out": [
            (visit.say(word).format(n=MOST_AT_ONCE), found.left_out[why])
            for why, word in _LEFT_OUT.items()
            if found and found.left_out[why]
        ],
    }
    return visit.render("segment_tasks.html", context, 422 if form.is_wrong else 200)
