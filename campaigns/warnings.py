"""What looks odd in an event but is taken all the same: the sender is told, nobody is held up."""

from campaigns.events.base import Contact, EventData, Person
from campaigns.events.dealers import DealerContracted
from campaigns.events.members import MemberContact, MemberContactPatch
from campaigns.events.people import ContactPatch, PersonPatch
from campaigns.identifiers import id_number_agrees, mobile_e164, verified_id_number
from campaigns.regions import region_known

_PEOPLE = (Person, PersonPatch)
_CONTACTS = (Contact, ContactPatch, MemberContact, MemberContactPatch)
LOOKED_AT = frozenset({"person", "contact", "region", "regions"})
"""Fields without which nothing in an event can look odd."""

WARNINGS = ("id_number_unverified", "phone_unusual", "region_unknown")


def warnings_of(event: EventData) -> tuple[str, ...]:
    """The warnings of an event, in the order of WARNINGS, each once."""
    found = []
    if _id_number_doubtful(getattr(event, "person", None)):
        found.append("id_number_unverified")
    if _phone_unusual(getattr(event, "contact", None)):
        found.append("phone_unusual")
    if not all(map(region_known, _regions(event))):
        found.append("region_unknown")
    return tuple(found)


def _id_number_doubtful(person: object) -> bool:
    if not isinstance(person, _PEOPLE) or not person.id_number:
        return False
    verified = verified_id_number(person.id_number)
    if verified is None:
        return True
    return not id_number_agrees(
        verified, person.sex or None, person.birth_date or None, person.birth_year or None
    )


def _phone_unusual(contact: object) -> bool:
    if not isinstance(contact, _CONTACTS):
        return False
    return any(mobile_e164(phone) is None for phone in contact.phones or ())


def _regions(event: EventData) -> tuple[str, ...]:
    if isinstance(event, DealerContracted):
        return event.regions
    region = getattr(event, "region", None)
    return (region,) if region else ()
