"""What somebody wrote today, all of it, and the taking back: of one form, line by line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response

from campaigns.times import day_start_us, shanghai_day
from campaigns.wording.catalogues import N_
from crm.activities.happened import is_recorded_of
from crm.copies.queries import dealer_names
from crm.entries.own_events import OwnEvent, Spoken, own_events
from crm.outcomes.voids import NEVER_VOIDED
from crm.people.queries import PAGE_ROWS
from crm.scope import OutOfScope
from crm.storage.database import reading
from crm.web.desk.acts import Act, ActForm, done, say
from crm.web.desk.changes import what_changes
from crm.web.guards.visit import NotFound, SignedIn, SignedInPosting, Visit
from crm.web.pages.event_links import request_page
from crm.web.pages.log_form import movable_to
from crm.web.pages.own_forms import own_forms, own_forms_page
from crm.web.view.said import receipt_number

router = APIRouter()

Page = Annotated[int, Query(ge=1, le=100_000)]

VOIDED = "event.voided"
REASONS = {
    "typed_wrong": N_("写错了"),
    "duplicate_entry": N_("重复记了"),
    "did_not_happen": N_("没有这回事"),
}
_NOTHING_CHOSEN = N_("还没有选要撤销哪几项。")
_NO_REASON = N_("请选一个原因。")
_LEFT_WITHOUT = N_(
    "“{title}”上已经登记了人。撤销这场活动的计划，他们的到场、试用、购买就没有活动可归，"
    "要等活动补上才算。只是不办了，请到活动页取消；记错了活动的，先换一场。"
)
_CHANGES = {
    "card.registered": N_("这张卡就像没有写过，卡上别的记录要等有卡才算。"),
    "purchase.made": N_("这次购买不算，因它记的奖励也不算；已发的会追回。"),
    "consent.given": N_("这次同意不算；只凭它给经销商的那一份会收回。"),
    "consent.refused": N_("这次不同意不算，以前的同意恢复有效。"),
    "activity.attended": N_("这次到场不算，人数会少一个。"),
    "trial.started": N_("这次试用不算，为它安排的回访取消。"),
}
"""What follows when an event is taken back, of those where more changes than the line itself."""


@dataclass(frozen=True, slots=True)
class OwnLine:
    """One event of a form: what it said, what became of it, what taking it back would change."""

    id: str
    of: Spoken
    outcome: str
    may_take_back: bool
    changes: str
    is_going: bool


@router.get("/said")
def today_page(visit: SignedIn, page: Page = 1) -> Response:
    """What the visitor wrote today, the latest first, fifty a page."""
    _may_write(visit)
    today = shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        found, total = own_forms_page(visit, connection, day_start_us(today), page)
        dealers = dealer_names(connection)
    context: dict[str, Any] = {
        "title": visit.say(N_("今天我记的")),
        "forms": found,
        "number": receipt_number,
    }
    context |= {"total": total, "page": page, "pages": max(1, -(-total // PAGE_ROWS))}
    context["dealers"] = dealers
    context["activities"] = movable_to(visit)
    return visit.render("own_today.html", context)


@router.get("/said/{form_id}")
def form_page(visit: SignedIn, form_id: str) -> Response:
    """One form: its lines, and what taking them back would change."""
    _may_write(visit)
    return _shown(visit, form_id, ActForm())


@router.post("/said/{form_id}")
def take_back(posting: SignedInPosting, form_id: str) -> Response:
    """Take back the lines that were chosen."""
    visit = posting.visit
    _may_write(visit)
    chosen, reason = set(posting.texts("line", 64)), posting.text("reason", 40)
    with reading(visit.site.engine) as connection:
        events = own_events(connection, visit.account.source, form_id)
    if not events:
        raise NotFound
    acts = [
        Act(
            VOIDED,
            {"of_source": visit.account.source, "of_id": event.id, "reason_code": reason},
            subject=event.subject,
        )
        for event in events
        if event.id in chosen and event.status.type not in NEVER_VOIDED
    ]
    faults = {} if acts else {"line": visit.say(_NOTHING_CHOSEN)}
    if reason not in REASONS:
        faults["reason"] = visit.say(_NO_REASON)
    going = [event for event in events if event.id in chosen]
    doubts = [] if faults else [*_left_without(visit, going), *what_changes(visit, acts)]
    answer = say(posting, acts, faults=faults, doubts=doubts)
    if answer.form is None:
        return done(visit, f"/said/{form_id}", answer)
    return _shown(visit, form_id, answer.form, frozenset(chosen))


def _left_without(visit: Visit, going: Sequence[OwnEvent]) -> Iterator[str]:
    """What stands on the activities whose plan is taken back: it would wait, and nobody is told."""
    with reading(visit.site.engine) as connection:
        for event in going:
            if event.status.type == "activity.planned" and is_recorded_of(
                visit.scope, connection, event.activity_id
            ):
                yield visit.say(_LEFT_WITHOUT).format(title=event.of.title)


def _shown(
    visit: Visit, form_id: str, form: ActForm, chosen: frozenset[str] | None = None
) -> Response:
    with reading(visit.site.engine) as connection:
        events = own_events(connection, visit.account.source, form_id)
        forms = own_forms(visit, connection, 0, form_id)
        names = dealer_names(connection)
        asking = [
            request_page(visit, connection, (event.status.source, event.id), event.subject)
            for event in events
        ]
    if not events or not forms:
        raise NotFound
    lines = [
        OwnLine(
            event.id,
            event.of,
            event.status.outcome,
            visit.account.may_say(VOIDED)
            and event.status.type not in NEVER_VOIDED
            and event.status.outcome not in ("voided", "rejected")
            and not event.is_going,
            _CHANGES.get(event.status.type, ""),
            event.is_going,
        )
        for event in events
    ]
    cards = [event.subject.removeprefix("card/") for event in events if _is_of_archive(event)]
    # Once something was taken back, what is left was left on purpose.
    is_first = not any(line.is_going or line.outcome == "voided" for line in lines)
    if chosen is None:
        chosen = frozenset(line.id for line in lines if is_first)
    context = {
        "title": visit.say(N_("撤销")),
        "number": receipt_number(form_id),
        "of": forms[0],
        "lines": lines,
        "chosen": chosen,
        "dealers": names,
        "reasons": REASONS,
        "form": form,
        "card": cards[0] if cards and visit.scope.may("archive") else None,
        "hall": next(filter(None, map(_hall_of, events)), None),
        "request_page": next(filter(None, asking), ""),
        "may_move": visit.account.may_say(VOIDED) and any(event.may_move for event in events),
    }
    return visit.render("own_form.html", context, 422 if form.is_wrong else 200)


def _is_of_archive(event: OwnEvent) -> bool:
    return event.subject.startswith("card/") and event.status.outcome == "recorded"


def _hall_of(event: OwnEvent) -> str:
    """Where somebody was registered; what is said of an activity itself is of no next person."""
    return "" if event.subject.startswith("activity/") else event.activity_id


def _may_write(visit: Visit) -> None:
    if visit.account.credential is None:
        raise OutOfScope("who says nothing has nothing to take back")
