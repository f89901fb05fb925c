"""What the actors of a page are called, by who looks."""

from sqlalchemy import Connection

from campaigns.wording.catalogues import N_
from crm.accounts.people import names_of
from crm.accounts.tokens import token_names
from crm.activities.queries import activity
from crm.copies.queries import dealer_names
from crm.web.guards.visit import Visit
from crm.web.view.speakers import dealer_of_source

_NOT_ONES_OWN = N_("公司或其他经销商")


def sources_shown(visit: Visit, connection: Connection, sources: set[str]) -> dict[str, str]:
    """What sources are called: people, dealers, and of a sheet the activity that it belongs to."""
    of_sheets = {activity_id for each in sources if (activity_id := dealer_of_source(each))}
    held = (activity(visit.scope, connection, each) for each in of_sheets)
    titles = {row.activity_id: row.title for row in held if row is not None}
    people = names_of(connection, sources, visit.scope.dealer)
    return titles | dealer_names(connection) | people


def names_shown(visit: Visit, connection: Connection, actors: set[str]) -> dict[str, str]:
    """The names of actors; a dealer sees those of its own people and systems, and nobody else's."""
    dealer = visit.scope.dealer
    if dealer is None:
        people = token_names(connection, actors) | names_of(connection, actors)
        return dealer_names(connection) | people
    own = token_names(connection, actors, dealer) | names_of(connection, actors, dealer)
    others = {actor for actor in actors if dealer_of_source(actor) != dealer}
    return (
        {dealer: visit.dealer_word(dealer)}
        | own
        | {actor: visit.say(_NOT_ONES_OWN) for actor in others - own.keys()}
    )
