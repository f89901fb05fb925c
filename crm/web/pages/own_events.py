"""What of the own words is not recorded, and why; each leads to where it is mended.

The desk of a dealer finds there all that was said for the dealer: by its people and its systems.
"""

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import Connection

from campaigns.wording.catalogues import N_
from crm.entries.queries import subjects_of
from crm.masking import masked_name
from crm.outcomes.queries import unsettled
from crm.scope import OutOfScope
from crm.storage.database import reading
from crm.web.desk.files import taken_away
from crm.web.desk.tables import Asked, Column, Filter, Table
from crm.web.guards.visit import NotFound, SignedIn, Visit
from crm.web.pages.events import TABLE, Named, named
from crm.web.pages.own_forms import names_seen
from crm.web.view.labels import OUTCOMES

router = APIRouter()

_LISTED = {code: OUTCOMES[code] for code in ("waiting", "rejected", "failed")}
_ADVICE = N_("点开一条，看为什么，改好再记，或者撤销。等待补齐的，所缺的一到就自动入档，不用重填。")
_FILTERS = (Filter("outcome", N_("全部结果"), _LISTED),)


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
        table = _table(visit, connection, rows)
    shown = table.show(visit, asked, table.of_rows(rows), "/said/unsettled")
    if asked.file:
        return taken_away(visit, shown)
    context = {
        "title": visit.say(N_("还没有入档的")),
        "advice": visit.say(_ADVICE),
        "outcome": outcome,
        "table": shown,
    }
    return visit.render("events.html", context)


def _table(visit: Visit, connection: Connection, rows: list[Named]) -> Table[Named]:
    """With whom each is about, as far as somebody of a dealer may see it."""
    subjects = subjects_of(connection, [(each[0].source, each[0].id) for each in rows])
    names = names_seen(visit, connection, frozenset(subjects.values()))

    def person(_visit: Visit, each: Named) -> str:
        name = names.get(subjects.get((each[0].source, each[0].id), ""))
        return masked_name(name) if name else ""

    columns = list(TABLE.columns)
    if visit.scope.dealer is not None:
        columns.insert(2, Column("person", N_("说的是谁"), person))
    return Table("own-events", tuple(columns), filters=_FILTERS)
