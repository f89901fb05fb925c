"""What was written under the wrong activity: moved to the right one by its writer, in one act.

Each line is taken back and said anew. A card keeps its number, so what others wrote on it stays.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.sheets.facts import plain_data
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from campaigns.wording.days import day_text
from crm.activities.queries import ActivityRow, activity
from crm.copies.queries import dealer_names
from crm.entries.own_events import OwnEvent, own_events, own_events_whole
from crm.entries.queries import OwnForm
from crm.journal.logged_event import LoggedEvent
from crm.scope import OutOfScope
from crm.storage.database import reading
from crm.web.desk.acts import Act, ActForm, Answer, done, say, was_said
from crm.web.desk.changes import what_changes
from crm.web.guards.visit import NotFound, SignedIn, SignedInPosting, Visit
from crm.web.pages.log_form import near_activities
from crm.web.pages.own_forms import own_forms
from crm.web.pages.own_today import VOIDED
from crm.web.view import labels
from crm.web.view.said import receipt_number

router = APIRouter()

_REASON = "typed_wrong"
_SALES = frozenset({"trial.started", "purchase.made"})
_NO_ACTIVITY = N_("还没有选记到哪一场。")
_UNSEEN = N_("一场你现在看不到的活动")
_NO_SALES = N_("义诊不能试用和销售，这张里有：请先撤销那几项，再换。")
_MOVED = N_("%(what)s：从“%(was)s”撤销，记到“%(to)s”。")
_ANOTHER_DAY = N_("日期也跟着改成%(day)s。")
_NOT_AGAIN = N_("%(what)s：只撤销，不再记。同意是给另一家经销商的，请重新问本人。")


@dataclass(frozen=True)
class Moving:
    """What a form said that hangs on an activity; choices: the activities it may be moved to."""

    form: OwnForm
    events: tuple[LoggedEvent, ...]
    own: tuple[OwnEvent, ...]
    was: str
    choices: Mapping[str, ActivityRow]


@router.get("/said/{form_id}/move")
def move_page(visit: SignedIn, form_id: str) -> Response:
    """What hangs on the activity, and where it may be moved to."""
    return _page(visit, _moving(visit, form_id), ActForm())


@router.post("/said/{form_id}/move")
def move(posting: SignedInPosting, form_id: str) -> Response:
    """Take back and say anew, after it was told what that is."""
    visit, own_id = posting.visit, posting.text("form_id", 36)
    if was_said(visit, own_id):
        # A second tap: the first has left nothing that could be moved.
        return done(visit, f"/said/{own_id}", Answer(own_id, None))
    moving = _moving(visit, form_id)
    to = moving.choices.get(posting.text("activity", 64))
    acts: list[Act] = []
    faults, told = {}, []
    if to is None:
        faults["activity"] = visit.say(_NO_ACTIVITY)
    elif to.kind == "free_clinic" and any(e.type_name in _SALES for e in moving.events):
        faults["activity"] = visit.say(_NO_SALES)
    else:
        acts = list(_acts(moving, to))
        told = [*_what_moves(visit, moving, to), *what_changes(visit, acts)]
    answer = say(posting, acts, faults=faults, doubts=told)
    if answer.form is None:
        return done(visit, f"/said/{answer.form_id}", answer)
    return _page(visit, moving, answer.form)


def _moving(visit: Visit, form_id: str) -> Moving:
    """NotFound where nothing of the form can be moved."""
    if not visit.account.may_say(VOIDED):
        raise OutOfScope("who takes nothing back")
    source = visit.account.source
    with reading(visit.site.engine) as connection:
        may_move = [each for each in own_events(connection, source, form_id) if each.may_move]
        forms = own_forms(visit, connection, 0, form_id)
        known = {e.id: e for e in own_events_whole(connection, visit.site.keyring, source, form_id)}
        own = tuple(each for each in may_move if not known[each.id].blank)
        if not own or not forms:
            raise NotFound
        events, was = tuple(known[each.id] for each in own), own[0].activity_id
        named = activity(visit.scope, connection, was)
        last = _written_by(forms[0], events)
        near = [e for e in near_activities(visit, connection) if shanghai_day(e.starts_us) <= last]
        choices = {one.activity_id: one for one in near}
    choices.pop(was, None)
    return Moving(forms[0], events, own, named.title if named else visit.say(_UNSEEN), choices)


def _written_by(form: OwnForm, events: Iterable[LoggedEvent]) -> date:
    """The day on which it stood there at the latest: of what came later it cannot speak, and a
    consent of a later day would outlive a withdrawal in between."""
    instants = [event.starts_us for event in events if not event.day_precision]
    return shanghai_day(min([form.received_us, *instants]))


def _acts(moving: Moving, to: ActivityRow) -> Iterator[Act]:
    for event in moving.events:
        back = {"of_source": event.source, "of_id": event.id, "reason_code": _REASON}
        yield Act(VOIDED, back, event.subject)
    for event in moving.events:
        said = _anew(event, to)
        if said is not None:
            yield Act(event.type_name, said, **_when(event, to))


def _anew(event: LoggedEvent, to: ActivityRow) -> dict[str, Any] | None:
    """The same at the other activity; None: a consent to share was given to one dealer alone."""
    said = plain_data(event.data) | {"activity_id": to.activity_id}
    if said.get("purpose") == "share_with_dealer" and said.get("dealer") != to.dealer:
        return None
    if event.type_name == "purchase.made":
        said["dealer"] = to.dealer
    return said


def _when(event: LoggedEvent, to: ActivityRow) -> dict[str, Any]:
    """On the activity's day the instant stays; of another day the day alone is known."""
    day = shanghai_day(to.starts_us)
    if shanghai_day(event.starts_us) == day and not event.day_precision:
        return {"at": event.time}
    return {"on": day}


def _what_moves(visit: Visit, moving: Moving, to: ActivityRow) -> Iterator[str]:
    for event in moving.events:
        purpose = getattr(event.data, "purpose", None)
        what = visit.say(labels.label("event", event.type_name))
        what += f" · {visit.say(labels.label('purpose', purpose))}" if purpose else ""
        said = _MOVED if _anew(event, to) is not None else _NOT_AGAIN
        yield visit.say(said) % {"what": what, "was": moving.was, "to": to.title}
    days = {shanghai_day(event.starts_us) for event in moving.events}
    if days != {shanghai_day(to.starts_us)}:
        yield visit.say(_ANOTHER_DAY) % {"day": _day(visit, shanghai_day(to.starts_us))}


def _page(visit: Visit, moving: Moving, form: ActForm) -> Response:
    with reading(visit.site.engine) as connection:
        names = dealer_names(connection)
    choices = [
        (one.activity_id, f"{one.title} · {_day(visit, shanghai_day(one.starts_us))}")
        for one in moving.choices.values()
    ]
    context = {
        "title": visit.say(N_("换一场活动")),
        "of": moving.form,
        "number": receipt_number(moving.form.form_id),
        "was": moving.was,
        "words": moving.own,
        "dealers": names,
        "choices": choices,
        "form": form,
    }
    return visit.render("own_move.html", context, 422 if form.is_wrong else 200)


def _day(visit: Visit, day: date) -> str:
    return day_text(day, visit.language, shanghai_day(visit.site.now_us()))
