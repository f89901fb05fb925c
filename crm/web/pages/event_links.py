"""What an event names, for whoever looks: no link leads to nothing, no id is typed over."""

from sqlalchemy import Connection

from campaigns.catalogue import CATALOGUE
from crm.activities.queries import activity
from crm.copies.queries import own_row_key
from crm.journal.logged_event import LoggedEvent
from crm.ledger.queries import subject_of_reward
from crm.members.queries import member_of
from crm.outcomes.queries import WholeEvent, was_said_by_row
from crm.people.queries import cards_of
from crm.rights.queries import is_own_card
from crm.web.guards.visit import Visit
from crm.web.view.event_view import CARD_FIELDS, address_of, page_of

_BY_MACHINES = frozenset({"card", "purchase", "return", "trial", "complaint", "referral"})
"""Things whose ids are made by forms and systems, and say nothing to whoever reads them."""


def page_shown(visit: Visit, connection: Connection, said: LoggedEvent) -> str:
    """The page of what it is about, where that is known and this visitor may open it."""
    kind, _, name = said.subject.partition("/")
    scope = visit.scope
    is_card = kind == "card" and scope.may("archive") and cards_of(scope, connection, name)
    may_see = scope.may("activities")
    is_held = kind == "activity" and may_see and activity(scope, connection, name) is not None
    return page_of(said) if is_card or is_held else ""


def opened(visit: Visit, connection: Connection, said: LoggedEvent) -> frozenset[str]:
    """The addresses of what an event names, where the thing is known and this visitor may open
    it."""
    found = set()
    if visit.scope.may("activities"):
        named = getattr(said.data, "activity_id", None)
        if named and activity(visit.scope, connection, named) is not None:
            found.add(f"/activities/{named}")
    if visit.scope.may("archive"):
        cards = [str(getattr(said.data, name, "")) for name in CARD_FIELDS]
        found |= {f"/people/{each}" for each in cards if cards_of(visit.scope, connection, each)}
    member = getattr(said.data, "member", None)
    if visit.scope.may("members") and member and member_of(visit.scope, connection, member):
        found.add(f"/members/{member}")
    reward = getattr(said.data, "reward_id", None)
    if visit.scope.may("books") and reward and subject_of_reward(visit.scope, connection, reward):
        found.add(f"/rewards/{reward}")
    return frozenset(found)


def ids_not_offered(visit: Visit, whole: WholeEvent, key: str | None) -> frozenset[str]:
    """Ids that nobody reads and nobody types: of what the event itself brings into being; of a card
    behind a row; and to a dealer of whatever is known already."""
    said, event = whole.said, CATALOGUE[whole.said.type_name]
    closed = set(CARD_FIELDS) if key is not None else set()
    if event.creates and event.creates[0] in _BY_MACHINES:
        closed.add(event.creates[1])
    if visit.scope.dealer is not None:
        closed |= {
            name
            for kind, name in (*event.refers, ("card", "card_id"))
            if kind in _BY_MACHINES
            and whole.status.waiting_for != f"{kind}/{getattr(said.data, name, '')}"
        }
    return frozenset(closed)


def request_page(visit: Visit, connection: Connection, name: tuple[str, str], subject: str) -> str:
    """Where a dealer passes on what the person asks for of whom an event speaks; empty: of nobody
    of whom it may speak."""
    kind, _, card_id = subject.partition("/")
    if not visit.may("passes_on") or kind != "card":
        return ""
    if is_own_card(visit.scope, connection, card_id):
        return address_of(*name).replace("/event?", "/event/request?")
    # By an id that was guessed nobody is led to a row.
    key = (
        own_row_key(visit.scope, connection, subject)
        if was_said_by_row(connection, *name)
        else None
    )
    return f"/copy/row/{key}/request" if key else ""
