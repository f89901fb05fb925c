"""Who bought beside the chain of outcomes: without a trial, or before the archive was agreed to."""

from datetime import date

from crm.funnels.document import Document
from crm.funnels.queries import OUTCOME_CHAIN, OUTCOME_WINDOW
from crm.funnels.report import Question, Report
from crm.web.guards.visit import Visit
from crm.web.view.funnel_form import address_of

_CAME_AND_BOUGHT = ("activity.attended", "purchase.made")


def bought_beside(visit: Visit, chain: Report, days: int, today: date) -> tuple[int, str]:
    """(how many bought after they came and are not among the chain's, the funnel of all who did).

    Nobody where few people may not be told.
    """
    if not visit.scope.may("people"):
        return 0, ""
    document = Document(_CAME_AND_BOUGHT, OUTCOME_WINDOW, last_days=days)
    found = visit.site.funnels.report(visit.scope, Question(document, today))
    in_chain = chain.people[OUTCOME_CHAIN.index("purchase.made")]
    return found.people[1] - in_chain, f"/funnels?{address_of(document)}"
