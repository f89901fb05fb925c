"""A paper list typed at a desk: one row a person, by keyboard alone."""

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.sheets.columns import YES
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from crm.activities.queries import activity
from crm.scope import OutOfScope
from crm.storage.database import reading
from crm.web.guards.visit import NotFound, SignedIn
from crm.web.pages import log_people
from crm.web.pages.notices import shown_notices
from crm.web.view.form_faults import IN_CELLS
from crm.web.view.form_fields import PURPOSES, described

router = APIRouter()

_YES_NO, _SEX = N_("是 / 否"), N_("男 / 女")
_COLUMNS = (
    ("name", N_("姓名"), ""),
    ("phone", N_("手机"), ""),
    ("born", N_("出生"), ""),
    ("sex", N_("性别"), _SEX),
    ("consent_archive", N_("建立档案"), _YES_NO),
    ("consent_health", N_("记录健康情况"), _YES_NO),
    ("consent_share_with_dealer", N_("交给经销商一份"), _YES_NO),
    ("systolic_mmhg", N_("高压"), ""),
    ("diastolic_mmhg", N_("低压"), ""),
    ("attended", N_("到场"), _YES_NO),
)
_OF_SALES = (("quantity", N_("数量"), N_("台")), ("price", N_("单价（元）"), ""))


@router.get("/log/{activity_id}/list")
def list_page(visit: SignedIn, activity_id: str) -> Response:
    """The grid, empty; each row is sent as a form of the phone is."""
    account = visit.account
    if account.credential is None or not account.may_say("activity.attended"):
        raise OutOfScope("who logs nothing at activities")
    with reading(visit.site.engine) as connection:
        found = activity(visit.scope, connection, activity_id)
        if found is None:
            raise NotFound
        notices = shown_notices(visit, connection, found.dealer)
    columns = (*_COLUMNS, *(_OF_SALES if found.kind != "free_clinic" else ()))
    context = {
        "title": visit.say(N_("录入名单")),
        "activity": found,
        "columns": [
            (name, visit.say(word), visit.say(hint) if hint else "") for name, word, hint in columns
        ],
        "described": described(
            visit.language,
            shanghai_day(visit.site.now_us()),
            own_words=IN_CELLS,
            fields=[name for name, _, _ in columns],
        ),
        "versions": {purpose: notices[purpose].version for purpose in PURPOSES},
        "may_search": log_people.may_search(visit),
        "yes": YES,
    }
    return visit.render("log_list.html", context)
