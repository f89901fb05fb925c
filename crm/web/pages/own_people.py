"""Whom a dealer may speak of outside an activity: a person of its copy, or of a card of its own."""

from dataclasses import dataclass

from fastapi.responses import RedirectResponse, Response

from campaigns.ids import short_number
from campaigns.wording.catalogues import N_
from crm.copies.queries import own_row_key
from crm.copies.row_names import ROW
from crm.feed.finding import own_person
from crm.feed.portal import Shared
from crm.masking import masked_name
from crm.rights.queries import card_of_row, is_own_card
from crm.scope import OutOfScope
from crm.storage.database import reading
from crm.web.guards.visit import NotFound, Visit
from crm.web.pages.copy import is_settled, keep_shown
from crm.web.pages.event import seen_event
from crm.web.pages.own_forms import names_seen
from crm.web.view.event_view import address_of
from crm.web.view.shared_fields import masked

_OWN_CARD = N_("档案卡 %(number)s")


@dataclass(frozen=True, slots=True)
class OwnPerson:
    """One of them.

    name: a row (`row/KEY`) or a card; who: in words; address: of the page that speaks of them;
    back: where the person stands; shared: what the copy shows, of a row; card_id is for what is
    kept beside it, and never shown of a row.
    """

    name: str
    card_id: str
    who: str
    address: str
    back: str
    shared: Shared | None = None

    @property
    def deceased(self) -> bool | None:
        """None where the dealer cannot know."""
        return None if self.shared is None else bool(self.shared.content.get("deceased"))


def person_of_row(visit: Visit, key: str, path: str) -> OwnPerson:
    """A person of the copy; NotFound. path: of the page below the row's."""
    dealer = _dealer(visit)
    with reading(visit.site.engine) as connection:
        settled = is_settled(visit, connection, dealer)
        found = own_person(visit.scope, connection, dealer, key) if settled else None
        card_id = card_of_row(visit.scope, connection, key)
        if found is None or card_id is None:
            raise NotFound
        keep_shown(visit, connection, dealer, 1)
    address = f"/copy/row/{key}"
    back = address if visit.may("own_copy") else "/log"
    return OwnPerson(ROW + key, card_id, masked(found, "names"), f"{address}/{path}", back, found)


def person_of_event(visit: Visit, source: str, event_id: str, path: str) -> OwnPerson | Response:
    """Whom an event speaks of: one of an own card, or of the copy, which has a page of its own."""
    _dealer(visit)
    said = seen_event(visit, (source, event_id)).said
    kind, _, card_id = said.subject.partition("/")
    if kind != "card":
        raise NotFound
    with reading(visit.site.engine) as connection:
        if said.by_row:
            key = own_row_key(visit.scope, connection, said.subject)
            if key is None:
                raise NotFound
            return RedirectResponse(f"/copy/row/{key}/{path}", 303)
        if not is_own_card(visit.scope, connection, card_id):
            raise NotFound
        name = names_seen(visit, connection, {said.subject}).get(said.subject)
    number = visit.say(_OWN_CARD) % {"number": short_number(card_id)}
    who = f"{masked_name(name)} · {number}" if name else number
    here = address_of(source, event_id)
    return OwnPerson(card_id, card_id, who, here.replace("/event?", f"/event/{path}?"), here)


def _dealer(visit: Visit) -> str:
    visit.scope.require("passes_on", "who speaks of a dealer's people")
    if visit.scope.dealer is None:
        raise OutOfScope("who speaks for no dealer")
    return visit.scope.dealer
