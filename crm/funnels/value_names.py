"""What dealers and activities are called by which a funnel is broken down."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_, translated
from campaigns.wording.days import day_text
from campaigns.wording.languages import Language
from crm.activities.queries import activities_between
from crm.copies.queries import dealer_names, name_with_code
from crm.funnels.columns import ACTIVITY
from crm.scope import Scope

DEALER = "dealer"
_HAVE_NAMES = {ACTIVITY, DEALER}


def names_of_values(
    scope: Scope,
    connection: Connection,
    by: Collection[str],
    period: tuple[date, date],
    today: date,
    language: Language,
) -> dict[str, dict[str, str]]:
    """By dimension what a code is called, with the code; of those alone that have names.

    period: in which the activities are (the second day is the one after the last). Dealers are
    named to whoever may see the numbers of all.
    """
    found: dict[str, dict[str, str]] = {}
    if ACTIVITY in by:
        found[ACTIVITY] = {
            each.activity_id: translated(
                N_("{day} {title}（{code}）"),
                language,
                day=day_text(shanghai_day(each.starts_us), language, today),
                title=each.title,
                code=each.activity_id,
            )
            for each in activities_between(scope, connection, *period)
        }
    if DEALER in by and scope.may("numbers"):
        found[DEALER] = {
            code: name_with_code(name, code, language)
            for code, name in dealer_names(connection).items()
            if name
        }
    return found


def have_names(by: Collection[str]) -> bool:
    """Whether values of one of these dimensions have names of their own."""
    return not _HAVE_NAMES.isdisjoint(by)
