"""The requests under rights, as a table: what waits for an answer, and until when."""

from campaigns.ids import short_number
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from campaigns.wording.days import day_text
from crm.masking import masked_name
from crm.rights.request import Request
from crm.web.desk.cells import answered_cell
from crm.web.desk.tables import Cell, Column, Table
from crm.web.guards.visit import Visit
from crm.web.view.labels import label

_PROVISIONAL = N_("（暂定）")
Named = tuple[Request, str]
"""A request, and the name on the card that it is about, where the visitor may see it."""


def _kind(visit: Visit, row: Named) -> Cell:
    return Cell(visit.say(label("rights_kind", row[0].kind)), f"/rights/{row[0].request_id}")


def _who(_visit: Visit, row: Named) -> Cell:
    """Masked; a file holds the card, which is looked up in the archive."""
    request, name = row
    text = masked_name(name) if name else short_number(request.card_id)
    return Cell(text, raw=request.card_id)


def _received(visit: Visit, row: Named) -> Cell:
    today = shanghai_day(visit.site.now_us())
    day = row[0].received_on
    return Cell(day_text(day, visit.language, today), raw=day)


def _due(visit: Visit, row: Named) -> Cell:
    request, today = row[0], shanghai_day(visit.site.now_us())
    text = day_text(request.due_on, visit.language, today)
    if request.closing is not None:
        return Cell(text, raw=request.due_on)
    if request.is_overdue(today):
        said = visit.say(N_("过期，应在 %(day)s 前答复")) % {"day": text}
        return Cell(said, tone="wrong", raw=request.due_on)
    said = visit.say(N_("最迟 %(day)s 答复")) % {"day": text}
    if request.is_provisional:
        said += " " + visit.say(_PROVISIONAL)
    return Cell(said, tone="waiting", raw=request.due_on)


def _answered(visit: Visit, row: Named) -> Cell:
    closing = row[0].closing
    if closing is None or not closing.outcome:
        return Cell(visit.say(N_("还没有答复")))
    return Cell(visit.say(label("rights_outcome", closing.outcome)), tone="good")


def _answered_on(visit: Visit, row: Named) -> Cell:
    """The day, and whether it was in time."""
    closing = row[0].closing
    if closing is None:
        return Cell("")
    return answered_cell(visit, shanghai_day(closing.at_us), row[0].due_on)


REQUESTS: Table[Named] = Table(
    "rights",
    (
        Column("kind", N_("要求什么"), _kind, order=lambda row: row[0].kind),
        Column("card", N_("档案卡"), _who),
        Column("by", N_("谁提出的"), lambda v, row: v.say(label("rights_asker", row[0].asked_by))),
        Column(
            "how", N_("怎样提出的"), lambda v, row: v.say(label("rights_channel", row[0].channel))
        ),
        Column("received", N_("哪天收到的"), _received, order=lambda row: row[0].received_on),
        Column("due", N_("期限"), _due, order=lambda row: row[0].due_on),
        Column("answer", N_("答复"), _answered),
        Column("answered", N_("哪天答复的"), _answered_on),
        Column("request", N_("编号"), lambda _, row: short_number(row[0].request_id), shown=False),
    ),
)
"""As they come those that are overdue stand first."""
