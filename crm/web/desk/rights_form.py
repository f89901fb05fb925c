"""The form of what a person asks for under their rights: what is typed becomes what is entered."""

from datetime import date
from typing import TypeVar

from crm.rights.register import Asked
from crm.rights.request import ASKERS, CHANNELS, KINDS, RequestRefused
from crm.web.desk.acts import FORM_ID
from crm.web.guards.visit import Posting

LONGEST_TEXT = 4_000
Chosen = TypeVar("Chosen", bound=str)


def asked_in(posting: Posting, name: str) -> Asked:
    """What a form says that somebody asks for; RequestRefused."""
    return Asked(
        name,
        choice_of(posting, "kind", KINDS),
        choice_of(posting, "asked_by", ASKERS),
        choice_of(posting, "channel", CHANNELS),
        _day(posting.text("received_on", 10)),
        posting.text("text", LONGEST_TEXT) or None,
        form_id if FORM_ID.fullmatch(form_id := posting.text("form_id", 36)) else None,
    )


def choice_of(posting: Posting, field: str, choices: tuple[Chosen, ...]) -> Chosen:
    """One of some codes; RequestRefused where none was chosen."""
    for choice in choices:
        if choice == posting.text(field, 32):
            return choice
    raise RequestRefused(field)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RequestRefused("received_on") from error
