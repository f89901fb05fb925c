"""What of the own words is not recorded, and why; each leads to where it is mended.

The desk of a dealer finds there all that was said for the dealer: by its people and its systems.
"""

from fastapi import APIRouter
from fastapi.responses import Response

from campaigns.wording.catalogues import N_
from crm.outcomes.queries import unsettled
from crm.scope import OutOfScope
from crm.storage.database import reading
from crm.web.desk.files import taken_away
from crm.web.desk.tables import Asked, Filter, Table
from crm.web.guards.visit import NotFound, SignedIn
from crm.web.pages.events import TABLE, Named, named
from crm.web.view.labels import OUTCOMES

router = APIRouter()

_LISTED = {code: OUTCOMES[code] for code in ("waiting", "rejected", "failed")}
_ADVICE = N_("点开一条，看为什么，改好再记，或者撤销。等待补齐的，所缺的一到就自动入档，不用重填。")
_OWN: Table[Named] = Table(
    "own-events", TABLE.columns, filters=(Filter("outcome", N_("全部结果"), _LISTED),)
)


@router.get("/said/unsettled")
def unsettled_page(visit: SignedIn) -> Response:
    """The latest first."""
    if visit.account.credential is None:
        raise OutOfScope("who says nothing has nothing to mend")
    asked = Asked.of(visit.request.query_params)
    outcome = asked.text("outcome")
    if outcome and outcome not in _LISTED:
        raise NotFound
    with reading(visit.site.engine) as connection:
        found = unsettled(visit.scope, connection, visit.account.source, outcome or None)
        rows = named(visit, connection, found)
    shown = _OWN.show(visit, asked, _OWN.of_rows(rows), "/said/unsettled")
    if asked.file:
        return taken_away(visit, shown)
    context = {
        "title": visit.say(N_("还没有入档的")),
        "advice": visit.say(_ADVICE),
        "outcome": outcome,
        "table": shown,
    }
    return visit.render("events.html", context)
