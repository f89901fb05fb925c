"""The form of an activity → what an event says of it, and back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from msgspec import to_builtins

from campaigns.activity_rules import rule_of
from campaigns.regions import region_name
from campaigns.times import SHANGHAI
from campaigns.wording.catalogues import N_
from crm.money import fen_in, yuan_typed
from crm.outcomes.shared import Activity
from crm.web.view.materials import materials_text, materials_typed
from crm.web.view.region_typed import region_code, region_fault

PROGRAMME = "golden-sunset"
FIELDS = {"starts_at": "starts_on", "ends_at": "ends", "cost_fen": "cost"}
"""Where a field of the event is typed under another name."""

_NEEDED = N_("请填好这一栏。")
_BAD_DAY = N_("日期看不懂，请写成 2026-05-03。")
_BAD_TIME = N_("时间看不懂，请写成 09:30。")
_ENDS_FIRST = N_("结束时间要在开始之后。")
_BAD_COST = N_("费用看不懂。请以元为单位，例如 3000 或 3000.50，要大于零。")
_NO_FILING = N_("大型义诊没有备案号就不能举办。可以先计划，拿到备案号再补上。")
_PAST = N_("这个日期已经过去了。")

Say = Callable[[str], str]


@dataclass
class Plan:
    """What was typed of an activity. said: the fields of the event; faults: by field of the form,
    in words; doubts: what is asked about once."""

    said: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)


def plan_of(typed: Callable[[str], str], say: Say, today: date) -> Plan:
    """The fields as they are typed; what is left empty is None."""
    plan = Plan()
    for name in ("title", "kind", "dealer"):
        if not typed(name):
            plan.faults[name] = say(_NEEDED)
        plan.said[name] = typed(name)
    plan.said["programme"] = typed("programme") or PROGRAMME
    plan.said["region"] = region_code(typed("region"))
    if fault := region_fault(typed("region"), say):
        plan.faults["region"] = fault
    _times(plan, typed, say, today)
    plan.said["venue"] = typed("venue") or None
    plan.said["filing_no"] = typed("filing_no") or None
    helpers = (each.strip() for each in typed("co_organizers").splitlines())
    plan.said["co_organizers"] = [each for each in helpers if each] or None
    cost = fen_in(typed("cost")) if typed("cost") else None
    if typed("cost") and not cost:
        plan.faults["cost"] = say(_BAD_COST)
    plan.said["cost_fen"] = cost
    materials, fault = materials_typed(typed("materials"), say)
    if fault:
        plan.faults["materials"] = fault
    plan.said["materials"] = materials or None
    if rule_of(typed("kind")).needs_filing_number and not typed("filing_no"):
        plan.doubts.append(say(_NO_FILING))
    return plan


def _times(plan: Plan, typed: Callable[[str], str], say: Say, today: date) -> None:
    try:
        day = date.fromisoformat(typed("starts_on"))
    except ValueError:
        plan.faults["starts_on"] = say(_BAD_DAY)
        return
    starts, ends = _clock(typed("starts")), _clock(typed("ends"))
    if starts is None:
        plan.faults["starts"] = say(_BAD_TIME)
        return
    if typed("ends") and ends is None:
        plan.faults["ends"] = say(_BAD_TIME)
        return
    if ends is not None and ends <= starts:
        plan.faults["ends"] = say(_ENDS_FIRST)
    if day < today:
        plan.doubts.append(say(_PAST))
    plan.said["starts_at"] = _moment(day, starts)
    plan.said["ends_at"] = None if ends is None else _moment(day, ends)


def _clock(text: str) -> time | None:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0)
    except ValueError:
        return None


def _moment(day: date, clock: time) -> str:
    return datetime.combine(day, clock, SHANGHAI).isoformat()


def planned(plan: Plan, activity_id: str) -> dict[str, Any]:
    """What `activity.planned` says: only what is known."""
    known = {name: value for name, value in plan.said.items() if value is not None}
    return {"activity_id": activity_id, **known}


def changed(plan: Plan, before: Activity) -> dict[str, Any]:
    """What `activity.changed` says: only what is another than before; null clears."""
    old = facts_of(before)
    differing = {name: value for name, value in plan.said.items() if value != old[name]}
    return {"activity_id": before.activity_id, **differing}


def facts_of(activity: Activity) -> dict[str, Any]:
    """The fields of an activity as an event says them."""
    return {
        "programme": activity.programme,
        "title": activity.title,
        "kind": activity.kind,
        "dealer": activity.dealer,
        "region": activity.region,
        "starts_at": activity.starts_at.astimezone(SHANGHAI).isoformat(),
        "ends_at": activity.ends_at and activity.ends_at.astimezone(SHANGHAI).isoformat(),
        "venue": activity.venue,
        "filing_no": activity.filing_no,
        "co_organizers": list(activity.co_organizers) or None,
        "cost_fen": activity.cost_fen,
        "materials": [to_builtins(each) for each in activity.materials] or None,
    }


def values_of(activity: Activity, days_later: int = 0) -> Mapping[str, object]:
    """What stands in the form of an activity, or of another like it some days later.

    A filing number is one activity's, so the other has none.
    """
    starts = activity.starts_at.astimezone(SHANGHAI) + timedelta(days=days_later)
    ends = activity.ends_at and activity.ends_at.astimezone(SHANGHAI)
    cost = activity.cost_fen
    return {
        "title": activity.title,
        "kind": activity.kind,
        "dealer": activity.dealer,
        "region": region_name(activity.region) or activity.region,
        "starts_on": starts.date().isoformat(),
        "starts": f"{starts:%H:%M}",
        "ends": f"{ends:%H:%M}" if ends else None,
        "venue": activity.venue,
        "filing_no": None if days_later else activity.filing_no,
        "co_organizers": "\n".join(activity.co_organizers) or None,
        "cost": yuan_typed(cost) if cost else None,
        "materials": materials_text(activity.materials) or None,
        "programme": activity.programme,
    }
