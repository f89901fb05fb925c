"""Activities that field staff wrote down where they stood, until the company's planners looked.

Such an activity is planned like any other, by the event that a phone sends; its id says that it
was, so that a phone without network can name it on cards before the server has heard of it. It is
confirmed by the first change that a planner makes of it, be it none; a dealer that changes its own
confirms nothing.
"""

import re

from sqlalchemy import Connection, select

from crm.activities.queries import ActivityRow, WholeActivity, activity, may_see, row_of
from crm.activities.tables import ACTIVITY
from crm.journal.events import JOURNAL, decode
from crm.journal.logged_event import COMPANY
from crm.journal.outbox import accepted_rows_of_subjects
from crm.keyring.keyring import Keyring
from crm.outcomes.shared import judge_activity
from crm.outcomes.tables import OUTCOME
from crm.scope import Scope

PREFIX = "W-"
_OF_A_FORM = re.compile(rf"{PREFIX}[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}")
_CHANGED = "activity.changed"


def walk_in_id(form_id: str) -> str:
    """The id of the activity that a form of a phone writes down."""
    return PREFIX + form_id


def unconfirmed(scope: Scope, connection: Connection) -> frozenset[str]:
    """The activities that no planner has looked at yet; what was called off needs no look."""
    scope.require("activities", "which activities there are")
    looked_at = (
        select(JOURNAL.c.subject)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        .where(JOURNAL.c.subject == ACTIVITY.c.subject, JOURNAL.c.type == _CHANGED)
        .where(OUTCOME.c.outcome == "recorded", JOURNAL.c.role.not_like("dealer%"))
    )
    query = select(ACTIVITY.c.activity_id).where(
        ACTIVITY.c.activity_id.startswith(PREFIX, autoescape=True),
        ACTIVITY.c.cancelled.is_(False),
        ~looked_at.exists(),
    )
    if scope.dealer is not None:
        query = query.where(ACTIVITY.c.dealer == scope.dealer)
    return frozenset(connection.execute(query).scalars())


def is_unconfirmed(whole: WholeActivity) -> bool:
    """The same of one activity."""
    is_walk_in = whole.stands.activity_id.startswith(PREFIX)
    return is_walk_in and not any(
        outcome.takes_effect
        and (
            event.type_name == "activity.cancelled"
            or (event.type_name == _CHANGED and event.party == COMPANY)
        )
        for event, outcome in whole.events
    )


def is_awaited(scope: Scope, connection: Connection, activity_id: str) -> bool:
    """Whether it is an activity of a phone whose form has not come yet: a card may come first.

    A dealer's people write none down, so they wait for none: it would tell them of others'.
    """
    if scope.dealer is not None or not _OF_A_FORM.fullmatch(activity_id):
        return False
    return not accepted_rows_of_subjects(connection, [f"activity/{activity_id}"])


def accepted_activity(
    scope: Scope, connection: Connection, keyring: Keyring, activity_id: str
) -> ActivityRow | None:
    """One activity, a walk-in also where it is accepted and not recorded yet."""
    found = activity(scope, connection, activity_id)
    if found is not None or not activity_id.startswith(PREFIX):
        return found
    rows = accepted_rows_of_subjects(connection, [f"activity/{activity_id}"])
    stands = judge_activity(sorted(decode(rows, keyring), key=lambda event: event.order))[1]
    if stands is None:
        return None
    accepted = row_of(stands)
    return accepted if may_see(scope, accepted) else None
