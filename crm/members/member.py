"""A member as it stands, folded from its recorded events."""

from dataclasses import dataclass
from typing import Any

from msgspec import UNSET

from campaigns.events.members import MemberChanged, MemberEnrolled, MemberPersonPatch, MemberTrained
from crm.journal.logged_event import COMPANY
from crm.outcomes.shared import Member

_CHANGEABLE = ("kind", "dealer", "institution", "institution_kind", "card_id")


@dataclass(frozen=True, slots=True)
class MemberState:
    """Who the member is now."""

    member: str
    kind: str
    dealer: str
    name: str
    institution: str | None
    institution_kind: str | None
    card_id: str | None
    enrolled_us: int
    left: bool
    trained: bool


def member_state(member: Member) -> MemberState:
    """The values in force; a member who left has left for good.

    Whose member it is changes by the company's word alone: who enrolled it may speak of it for
    ever, and would else take back whom headquarters has moved to another dealer.
    """
    enrolled = member.events[0]
    assert isinstance(enrolled.data, MemberEnrolled)
    values: dict[str, Any] = {name: getattr(enrolled.data, name) for name in _CHANGEABLE}
    values["name"] = enrolled.data.person.name
    for event in member.events[1:]:
        data = event.data
        if isinstance(data, MemberChanged):
            for name in _CHANGEABLE:
                is_told = name != "dealer" or event.party == COMPANY
                if is_told and getattr(data, name) is not UNSET:
                    values[name] = getattr(data, name)
            if isinstance(data.person, MemberPersonPatch) and data.person.name is not UNSET:
                values["name"] = data.person.name
    return MemberState(
        member=member.member,
        enrolled_us=enrolled.starts_us,
        left=any(event.type_name == "member.left" for event in member.events),
        trained=any(
            isinstance(event.data, MemberTrained) and event.data.passed for event in member.events
        ),
        **values,
    )
