"""Members: doctors, pharmacy clerks and consumers who refer others (handbook p. 39–40)."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from campaigns.events.base import EventData, Fen, Id, Text

MemberKind = Literal["doctor", "clerk", "consumer"]
InstitutionKind = Literal["public_hospital", "private_hospital", "pharmacy", "none"]


class MemberPerson(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who the member is."""

    name: Text


class MemberContact(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the member is reached."""

    phones: tuple[Text, ...]


class MemberEnrolled(EventData, frozen=True, kw_only=True):
    """Somebody became a member.

    member: the member's code
    kind: doctor, clerk, consumer
    dealer: the dealer that enrolled the member
    person: name
    contact: phones
    card_id: the member's own card, if a patient too
    institution: where the member works
    institution_kind: public_hospital, private_hospital, pharmacy, none
    licence_no: licence to practise
    """

    type_name = "member.enrolled"
    blank = b'{"person":{"name":"-"},"contact":{"phones":[]}}'
    subject_kind, subject_field = "member", "member"
    creates = ("member", "member")
    refers = (("card", "card_id"),)

    member: Id
    kind: MemberKind
    dealer: Id
    person: MemberPerson
    contact: MemberContact
    card_id: Id | None = None
    institution: Text | None = None
    institution_kind: InstitutionKind | None = None
    licence_no: Text | None = None


class MemberPersonPatch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What changes of `person`."""

    name: Text | UnsetType = UNSET


class MemberContactPatch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What changes of `contact`."""

    phones: tuple[Text, ...] | UnsetType = UNSET


class MemberChanged(EventData, frozen=True, kw_only=True):
    """Something about a member changed; only what changed is given, null clears.

    member: the member's code
    kind: see member.enrolled
    dealer: see member.enrolled
    person: name
    contact: phones
    card_id: see member.enrolled
    institution: see member.enrolled
    institution_kind: see member.enrolled
    licence_no: see member.enrolled
    """

    type_name = "member.changed"
    subject_kind, subject_field = "member", "member"
    refers = (("member", "member"), ("card", "card_id"))

    member: Id
    kind: MemberKind | UnsetType = UNSET
    dealer: Id | UnsetType = UNSET
    person: MemberPersonPatch | UnsetType = UNSET
    contact: MemberContactPatch | UnsetType = UNSET
    card_id: Id | UnsetType | None = UNSET
    institution: Text | UnsetType | None = UNSET
    institution_kind: InstitutionKind | UnsetType | None = UNSET
    licence_no: Text | UnsetType | None = UNSET


class MemberTrained(EventData, frozen=True, kw_only=True):
    """A member took a training (handbook p. 39).

    member: the member's code
    course: which training
    passed: whether it was passed
    score: points, 0–100
    """

    type_name = "member.trained"
    subject_kind, subject_field = "member", "member"
    refers = (("member", "member"),)
    exact = False

    member: Id
    course: Text
    passed: bool
    score: Annotated[float, Meta(ge=0, le=100)] | None = None


class MemberLeft(EventData, frozen=True, kw_only=True):
    """A member left.

    member: the member's code
    reason_code: why
    """

    type_name = "member.left"
    subject_kind, subject_field = "member", "member"
    refers = (("member", "member"),)

    member: Id
    reason_code: Text | None = None


class ValueTransferred(EventData, frozen=True, kw_only=True):
    """A member was given something of value: it goes into the register.

    member: the member's code
    item: what
    value_fen: its value, fen
    form: gift, book, meal, travel, device_loan, fee
    activity_id: the activity
    """

    type_name = "value.transferred"
    subject_kind, subject_field = "member", "member"
    refers = (("member", "member"), ("activity", "activity_id"))

    member: Id
    item: Text
    value_fen: Fen
    form: Literal["gift", "book", "meal", "travel", "device_loan", "fee"]
    activity_id: Id | None = None


EVENTS = (MemberEnrolled, MemberChanged, MemberTrained, MemberLeft, ValueTransferred)
