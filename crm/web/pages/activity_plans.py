"""Activities are planned, changed, called off, copied from last month, and closed for the day."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.times import DAY_US, shanghai_day
from campaigns.wording.catalogues import N_
from crm.activities.happened import happened_at, written_at
from crm.activities.queries import ActivityRow, WholeActivity, activities_between, whole_activity
from crm.copies.queries import dealer_names
from crm.storage.database import reading
from crm.walk_ins.queries import is_unconfirmed
from crm.web.desk.acts import Act, ActForm, done, say, sayer_of
from crm.web.desk.contracts import without_contract
from crm.web.desk.planned_twice import planned_already, same_as
from crm.web.guards.visit import NotFound, SignedIn, SignedInPosting, Visit
from crm.web.view.labels import ACTIVITY_KINDS, CANCEL_REASONS
from crm.web.view.plans import FIELDS, changed, plan_of, planned, values_of

router = APIRouter()

_PLANNED, _CHANGED = "activity.planned", "activity.changed"
_CANCELLED, _HELD = "activity.cancelled", "activity.held"
_FOUR_WEEKS = 28
_MOST_COPIED = 60

_OF_CONTRACTS = frozenset({"dealer", "region", "starts_at"})
_OF_FILING = frozenset({"kind", "filing_no"})
_NOTHING_NEW = N_("没有改动。")
_NONE_CHOSEN = N_("还没有选要照搬的活动。")
_NUMBER = N_("请填 0 以上的整数，例如 120。")
_LESS_THAN_CAME = N_("触达人数比到场登记的 {n} 人还少。")
_LESS_THAN_WRITTEN = N_("发出的卡比写好的 {n} 张还少。")
_MISSING = N_("发出的卡里有 {n} 张还没有登记：请找齐补登，或者确认没有填。")


@router.get("/plan")
def plan_page(visit: SignedIn, like: str = "") -> Response:
    """The form of a new activity; `like`: filled in as another, four weeks later."""
    sayer_of(visit, [_PLANNED, _CHANGED])
    form = ActForm.of({"starts": "09:00", "starts_on": visit.request.query_params.get("on")})
    if like:
        form = ActForm.of(values_of(_whole(visit, like).stands, _FOUR_WEEKS))
    return _form(visit, form)


@router.post("/plan")
def plan(posting: SignedInPosting) -> Response:
    """Plan it."""
    visit = posting.visit
    sayer_of(visit, [_PLANNED, _CHANGED])
    found = plan_of(posting.text_of, visit.say, shanghai_day(visit.site.now_us()))
    form_id = posting.text("form_id", 36)
    day = str(found.said.get("starts_at", ""))[:10].replace("-", "")
    activity_id = f"A-{day}-{form_id[:6]}"
    act = Act(_PLANNED, planned(found, activity_id))
    doubts = [*found.doubts, *without_contract(visit, found.said)]
    doubts += [] if found.faults else planned_already(visit, act.data)
    answer = say(posting, [act], fields=FIELDS, faults=found.faults, doubts=doubts)
    if answer.form is not None:
        return _form(visit, answer.form)
    return done(visit, f"/activities/{activity_id}", answer)


@router.get("/activities/{activity_id}/change")
def change_page(visit: SignedIn, activity_id: str) -> Response:
    """The form with what holds now."""
    sayer_of(visit, [_CHANGED])
    whole = _whole(visit, activity_id)
    return _form(visit, ActForm.of(values_of(whole.stands)), whole)


@router.post("/activities/{activity_id}/change")
def change(posting: SignedInPosting, activity_id: str) -> Response:
    """Say what is another than before, and nothing else."""
    visit = posting.visit
    sayer_of(visit, [_CHANGED])
    whole = _whole(visit, activity_id)
    found = plan_of(posting.text_of, visit.say, date.min)
    said = changed(found, whole.stands)
    is_first_look = is_unconfirmed(whole)
    if len(said) == 1 and is_first_look:
        # Nothing has to be another for a planner to say that it is right.
        said["title"] = whole.stands.title
    elif len(said) == 1 and not found.faults:
        found.faults[""] = visit.say(_NOTHING_NEW)
    act = Act(_CHANGED, said)
    # What was asked when it was planned is asked again where it is touched alone.
    doubts = list(found.doubts) if is_first_look or not _OF_FILING.isdisjoint(said) else []
    if is_first_look or not _OF_CONTRACTS.isdisjoint(said):
        doubts += without_contract(visit, found.said)
    answer = say(posting, [act], fields=FIELDS, faults=found.faults, doubts=doubts)
    if answer.form is not None:
        return _form(visit, answer.form, whole)
    return done(visit, f"/activities/{activity_id}", answer)


@router.get("/activities/{activity_id}/cancel")
def cancel_page(visit: SignedIn, activity_id: str) -> Response:
    """What calling it off means, and why it is called off."""
    sayer_of(visit, [_CANCELLED])
    return _cancel(visit, _whole(visit, activity_id), ActForm())


@router.post("/activities/{activity_id}/cancel")
def cancel(posting: SignedInPosting, activity_id: str) -> Response:
    """Call it off."""
    visit = posting.visit
    whole = _whole(visit, activity_id)
    reason = posting.text("reason_code")
    faults = {} if reason in CANCEL_REASONS else {"reason_code": visit.say(N_("请选一个原因。"))}
    act = Act(_CANCELLED, {"activity_id": activity_id, "reason_code": reason})
    answer = say(posting, [act], faults=faults)
    if answer.form is not None:
        return _cancel(visit, whole, answer.form)
    return done(visit, f"/activities/{activity_id}", answer)


@router.get("/activities/{activity_id}/held")
def held_page(visit: SignedIn, activity_id: str) -> Response:
    """Closing the day: the counts of the hall against what is recorded."""
    sayer_of(visit, [_HELD])
    whole = _whole(visit, activity_id)
    known = {"reached": whole.stands.reached, "cards_handed_out": whole.stands.cards_handed_out}
    return _held(visit, whole, ActForm.of(known))


@router.post("/activities/{activity_id}/held")
def held(posting: SignedInPosting, activity_id: str) -> Response:
    """Close it; what does not agree is asked about once."""
    visit = posting.visit
    whole = _whole(visit, activity_id)
    counted: dict[str, int] = {}
    faults: dict[str, str] = {}
    for name in ("reached", "cards_handed_out"):
        text = posting.text(name, 9)
        if text.isdecimal():
            counted[name] = int(text)
        else:
            faults[name] = visit.say(_NUMBER)
    doubts = [] if faults else _disagreements(visit, activity_id, counted)
    act = Act(_HELD, {"activity_id": activity_id, **counted})
    answer = say(posting, [act], faults=faults, doubts=doubts)
    if answer.form is not None:
        return _held(visit, whole, answer.form)
    return done(visit, f"/activities/{activity_id}", answer)


@router.get("/plan/copy")
def copy_page(visit: SignedIn) -> Response:
    """The activities of the last four weeks, to be planned again four weeks later."""
    sayer_of(visit, [_PLANNED, _CHANGED])
    return _copying(visit, ActForm())


@router.post("/plan/copy")
def copy(posting: SignedInPosting) -> Response:
    """Plan all that are ticked, in one go."""
    visit = posting.visit
    sayer_of(visit, [_PLANNED, _CHANGED])
    chosen = [each for each in posting.texts("chosen", 64) if each][:_MOST_COPIED]
    form_id = posting.text("form_id", 36)
    acts = [
        Act(_PLANNED, _four_weeks_later(visit, activity_id, f"{form_id[:6]}-{place}"))
        for place, activity_id in enumerate(chosen, 1)
    ]
    faults = {} if acts else {"": visit.say(_NONE_CHOSEN)}
    doubts = [
        f"{act.data['title']}：{sentence}"
        for act in acts
        for sentence in without_contract(visit, act.data)
    ]
    doubts += [sentence for act in acts for sentence in planned_already(visit, act.data)]
    answer = say(posting, acts, faults=faults, doubts=doubts)
    if answer.form is not None:
        return _copying(visit, replace(answer.form, typed=lambda name: " ".join(chosen)))
    return done(visit, "/activities", answer)


def _four_weeks_later(visit: Visit, activity_id: str, mark: str) -> dict[str, Any]:
    whole = _whole(visit, activity_id)
    values = {name: str(v or "") for name, v in values_of(whole.stands, _FOUR_WEEKS).items()}
    found = plan_of(lambda name: values.get(name, ""), visit.say, date.min)
    # A region that has no name of its own any more is kept as its code.
    found.said["region"] = whole.stands.region
    day = str(found.said["starts_at"])[:10].replace("-", "")
    return planned(found, f"A-{day}-{mark}")


def _whole(visit: Visit, activity_id: str) -> WholeActivity:
    visit.scope.require("activities", "which activities there are")
    with reading(visit.site.engine) as connection:
        found = whole_activity(visit.scope, connection, visit.site.keyring, activity_id)
    if found is None:
        raise NotFound
    return found


def _form(visit: Visit, form: ActForm, whole: WholeActivity | None = None) -> Response:
    with reading(visit.site.engine) as connection:
        dealers = dealer_names(connection)
    own = visit.scope.dealer
    known = {code: name for code, name in dealers.items() if own in (None, code)}
    typed = form.typed("dealer")
    if typed and typed not in known:
        known[typed] = typed
    context = {
        "title": visit.say(N_("改活动") if whole else N_("计划活动")),
        "form": form,
        "activity": whole.stands if whole else None,
        "is_first_look": whole is not None and is_unconfirmed(whole),
        "dealers": [(code, f"{code} {name}") for code, name in known.items()],
        "kinds": [(code, visit.say(word)) for code, word in ACTIVITY_KINDS.items()],
    }
    return visit.render("activity_plan.html", context, 422 if form.is_wrong else 200)


def _cancel(visit: Visit, whole: WholeActivity, form: ActForm) -> Response:
    context = {
        "title": visit.say(N_("取消活动")),
        "form": form,
        "activity": whole.stands,
        "reasons": [(code, visit.say(word)) for code, word in CANCEL_REASONS.items()],
        "recorded": _counts(visit, whole.stands.activity_id),
    }
    return visit.render("activity_cancel.html", context, 422 if form.is_wrong else 200)


def _held(visit: Visit, whole: WholeActivity, form: ActForm) -> Response:
    context = {
        "title": visit.say(N_("日结")),
        "form": form,
        "activity": whole.stands,
        "recorded": _counts(visit, whole.stands.activity_id),
    }
    return visit.render("activity_held.html", context, 422 if form.is_wrong else 200)


def _counts(visit: Visit, activity_id: str) -> dict[str, int] | None:
    """How many came and how many cards were written; None for whoever sees no lists of people."""
    if not visit.scope.may("people"):
        return None
    with reading(visit.site.engine) as connection:
        happened = happened_at(visit.scope, connection, activity_id)
        written = written_at(visit.scope, connection, activity_id)
    return {"came": len(happened.came), "cards": len(written)}


def _disagreements(visit: Visit, activity_id: str, counted: dict[str, int]) -> list[str]:
    recorded = _counts(visit, activity_id)
    if recorded is None:
        return []
    came, cards = recorded["came"], recorded["cards"]
    found = []
    if counted["reached"] < came:
        found.append(visit.say(_LESS_THAN_CAME).format(n=came))
    if counted["cards_handed_out"] < cards:
        found.append(visit.say(_LESS_THAN_WRITTEN).format(n=cards))
    if counted["cards_handed_out"] > cards:
        found.append(visit.say(_MISSING).format(n=counted["cards_handed_out"] - cards))
    return found


def _copying(visit: Visit, form: ActForm) -> Response:
    today = shanghai_day(visit.site.now_us())
    from_day = today - timedelta(days=_FOUR_WEEKS)
    with reading(visit.site.engine) as connection:
        found = activities_between(visit.scope, connection, from_day, today)
        until = today + timedelta(days=_FOUR_WEEKS)
        coming = activities_between(visit.scope, connection, today, until)
    context = {
        "title": visit.say(N_("照搬近四周的活动")),
        "form": form,
        "activities": [each for each in reversed(found) if not each.cancelled][:_MOST_COPIED],
        "later": _later,
        "standing": {each.activity_id for each in found if _is_standing(each, coming)},
        "today": today,
    }
    return visit.render("activity_copy.html", context, 422 if form.is_wrong else 200)


def _is_standing(each: ActivityRow, coming: list[ActivityRow]) -> bool:
    said = {"title": each.title, "venue": each.venue, "dealer": each.dealer}
    return any(same_as(said, each.starts_us + _FOUR_WEEKS * DAY_US, coming))


def _later(each: ActivityRow) -> date:
    return shanghai_day(each.starts_us) + timedelta(days=_FOUR_WEEKS)
