"""A walk-in activity: written down on the phone where nothing was planned, also without network.

The phone keeps this form and an empty card beside it. A card names the activity by the number of
the form that wrote it down, and is sent after it.
"""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.activity_rules import rule_of
from campaigns.regions import covers, region_name
from campaigns.times import rfc3339, shanghai_day
from campaigns.wording.catalogues import N_
from crm.activities.queries import ActivityRow, activities_between
from crm.copies.queries import dealer_names
from crm.storage.database import reading
from crm.walk_ins.queries import walk_in_id
from crm.web.desk.acts import Act, ActForm, Answer, say, sayer_of
from crm.web.guards.visit import Posting, SignedIn, SignedInPosting, Visit
from crm.web.pages.log_form import form_page, written_at
from crm.web.view.labels import ACTIVITY_KINDS
from crm.web.view.plans import PROGRAMME
from crm.web.view.region_typed import region_code, region_fault, regions_said

router = APIRouter()

_PLANNED = "activity.planned"
_ELSEWHERE = N_("你负责的是{places}；别处的活动请总部来建。")
_NEEDED = N_("请填好这一栏。")
_TO_BE_FILED = N_("这种活动要先有备案号，由总部安排，不能现场补建。")
_WHO_WRITES_DOWN = ("activity.planned", "activity.attended")
"""Who stands there: whoever only plans does so ahead, on the page that is made for it."""
_DAYS_BACK = 30


@router.get("/log/walk-in")
def walk_in_page(visit: SignedIn) -> Response:
    """The form; place and dealer are those of the last activity, as far as there was one."""
    sayer_of(visit, _WHO_WRITES_DOWN)
    today = shanghai_day(visit.site.now_us())
    with reading(visit.site.engine) as connection:
        later = today + timedelta(days=1)
        from_day = today - timedelta(days=_DAYS_BACK)
        before = activities_between(visit.scope, connection, from_day, later)[:1]
    known = {
        name: value
        for each in before
        for name, value in (("dealer", each.dealer), ("region", region_name(each.region)))
    }
    return _form(visit, ActForm.of(known))


@router.get("/log/walk-in/new")
def walk_in_card_page(visit: SignedIn) -> Response:
    """An empty card of whichever walk-in, for a phone without network."""
    sayer_of(visit, _WHO_WRITES_DOWN)
    title = visit.say(N_("现场补建的活动"))
    facts = (PROGRAMME, "promotion", title, "", "", visit.site.now_us(), None, None, None)
    stands_in = ActivityRow("walk-in", "activity/walk-in", *facts, False, None, None)
    return form_page(visit, stands_in, None)


@router.post("/log/walk-in/submit")
def walk_in_sent(posting: SignedInPosting) -> Response:
    """Plan it, and show the receipt."""
    visit = posting.visit
    sayer_of(visit, _WHO_WRITES_DOWN)
    form_id = posting.text("form_id", 36)
    said, answer = _planned(posting, written_at(posting))
    if answer.form is not None:
        # Sent twice at once by a phone whose clock is ahead: the other was received meanwhile.
        said, answer = _planned(posting, written_at(posting))
    if answer.form is not None:
        return _form(visit, answer.form)
    context = {
        "title": visit.say(N_("回执")),
        "form_id": form_id,
        "activity_id": said["activity_id"],
        "activity_title": said["title"],
        "duplicate": all(receipt.status == "duplicate" for receipt in answer.receipts),
    }
    return visit.render("walk_in_receipt.html", context)


def _planned(posting: Posting, started: str) -> tuple[dict[str, Any], Answer]:
    """The activity as it is planned, and what became of it."""
    visit = posting.visit
    said = {
        "activity_id": walk_in_id(posting.text("form_id", 36)),
        "programme": PROGRAMME,
        "title": posting.text("title"),
        "kind": posting.text("kind"),
        "dealer": posting.text("dealer"),
        "region": region_code(posting.text("region")),
        "starts_at": started,
    }
    if posting.text("venue"):
        said["venue"] = posting.text("venue")
    wanted = ("title", "kind", "dealer", "region")
    faults = {name: visit.say(_NEEDED) for name in wanted if not posting.text(name)}
    if said["kind"] in ACTIVITY_KINDS and said["kind"] not in _kinds():
        faults["kind"] = visit.say(_TO_BE_FILED)
    if fault := region_fault(posting.text("region"), visit.say):
        faults["region"] = fault
    elif not _is_there(visit, said["region"]):
        places = regions_said(visit.scope.regions, visit.say)
        faults["region"] = visit.say(_ELSEWHERE).format(places=places)
    return said, say(posting, [Act(_PLANNED, said, at=started)], faults=faults)


def _is_there(visit: Visit, region: str) -> bool:
    """Whether who plans it will see it."""
    within = visit.scope.regions
    return not within or any(covers(code, region) for code in within)


def _kinds() -> list[str]:
    """What may be held without a number of the authorities."""
    return [kind for kind in ACTIVITY_KINDS if not rule_of(kind).needs_filing_number]


def _form(visit: Visit, form: ActForm) -> Response:
    with reading(visit.site.engine) as connection:
        dealers = dealer_names(connection)
    context = {
        "title": visit.say(N_("现场补建活动")),
        "form": form,
        "written_at": rfc3339(visit.site.now_us()),
        "dealers": [(code, f"{code} {name}") for code, name in dealers.items()],
        "kinds": [(code, visit.say(ACTIVITY_KINDS[code])) for code in _kinds()],
    }
    return visit.render("walk_in.html", context, 422 if form.is_wrong else 200)
