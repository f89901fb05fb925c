"""What the actors of a page are called, by who looks."""

from sqlalchemy import Connection

from campaigns.wording.catalogues import N_
from crm.accounts.people import names_of
from crm.accounts.tokens import token_names
from crm.web.guards.visit import Visit

_NOT_ONES_OWN = N_("公司或其他经销商")


def names_shown(visit: Visit, connection: Connection, actors: set[str]) -> dict[str, str]:
    """The names of actors; a dealer sees those of its own people, and nobody else's."""
    dealer = visit.scope.dealer
    if dealer is None:
        return names_of(connection, actors)
    own = token_names(connection, actors, dealer) | names_of(connection, actors, dealer)
    return {actor: own.get(actor, visit.say(_NOT_ONES_OWN)) for actor in actors}
