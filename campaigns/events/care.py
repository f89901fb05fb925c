"""What people do and what is done for them: from attendance and readings to complaints."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from campaigns.events.base import EventData, Fen, Id, Note, PrivateNote, Text

_CARD = (("card", "card_id"),)
_CARD_AT_ACTIVITY = (("card", "card_id"), ("activity", "activity_id"))


class ActivityAttended(EventData, frozen=True, kw_only=True):
    """A person came to an activity.

    card_id: the card
    activity_id: the activity
    """

    type_name = "activity.attended"
    subject_kind, subject_field = "card", "card_id"
    refers = _CARD_AT_ACTIVITY

    card_id: Id
    activity_id: Id


class Reading(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was measured; millimetres of mercury and beats a minute."""

    systolic_mmhg: Annotated[int, Meta(ge=40, le=350)] | None = None
    diastolic_mmhg: Annotated[int, Meta(ge=20, le=250)] | None = None
    pulse_bpm: Annotated[int, Meta(ge=20, le=300)] | None = None
    note: Note | None = None


class ClinicConsulted(EventData, frozen=True, kw_only=True):
    """A person consulted a clinic or an expert.

    card_id: the card
    activity_id: the activity
    health: systolic_mmhg (40–350), diastolic_mmhg (20–250), pulse_bpm (20–300), note
    """

    type_name = "clinic.consulted"
    blank = b'{"health":{}}'
    subject_kind, subject_field = "card", "card_id"
    refers = _CARD_AT_ACTIVITY

    card_id: Id
    activity_id: Id | None = None
    health: Reading


class TrialStarted(EventData, frozen=True, kw_only=True):
    """A person took a device on trial.

    trial_id: the trial
    card_id: the card
    sku: the product
    activity_id: the activity
    serial: serial number of the device
    """

    type_name = "trial.started"
    subject_kind, subject_field = "card", "card_id"
    creates = ("trial", "trial_id")
    refers = _CARD_AT_ACTIVITY

    trial_id: Id
    card_id: Id
    sku: Text
    activity_id: Id | None = None
    serial: Text | None = None


class TrialEnded(EventData, frozen=True, kw_only=True):
    """A trial ended.

    trial_id: the trial
    card_id: the card
    outcome: how it went
    private: note
    """

    type_name = "trial.ended"
    subject_kind, subject_field = "card", "card_id"
    refers = (("card", "card_id"), ("trial", "trial_id"))

    trial_id: Id
    card_id: Id
    outcome: Literal["satisfied", "unsatisfied", "adverse"]
    private: PrivateNote | None = None


class GiftGiven(EventData, frozen=True, kw_only=True):
    """A person was given something.

    card_id: the card
    item: what
    value_fen: its value, fen
    activity_id: the activity
    """

    type_name = "gift.given"
    subject_kind, subject_field = "card", "card_id"
    refers = _CARD_AT_ACTIVITY

    card_id: Id
    item: Text
    value_fen: Fen
    activity_id: Id | None = None


class ClubJoined(EventData, frozen=True, kw_only=True):
    """A person joined a club.

    card_id: the card
    club: the club
    """

    type_name = "club.joined"
    subject_kind, subject_field = "card", "card_id"
    refers = _CARD

    card_id: Id
    club: Text


class ClubLeft(EventData, frozen=True, kw_only=True):
    """A person left a club.

    card_id: the card
    club: the club
    """

    type_name = "club.left"
    subject_kind, subject_field = "card", "card_id"
    refers = _CARD

    card_id: Id
    club: Text


class FollowUpDone(EventData, frozen=True, kw_only=True):
    """Somebody called, visited or wrote to a person.

    card_id: the card
    channel: phone, visit, wechat, sms
    outcome: reached, not_reached, refused
    private: note
    """

    type_name = "follow_up.done"
    subject_kind, subject_field = "card", "card_id"
    refers = _CARD

    card_id: Id
    channel: Literal["phone", "visit", "wechat", "sms"]
    outcome: Literal["reached", "not_reached", "refused"]
    private: PrivateNote | None = None


class ComplaintText(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was said."""

    text: Note | None = None


class ComplaintRaised(EventData, frozen=True, kw_only=True):
    """A person complained.

    complaint_id: the complaint
    card_id: the card
    kind: about what
    private: text
    """

    type_name = "complaint.raised"
    subject_kind, subject_field = "card", "card_id"
    creates = ("complaint", "complaint_id")
    refers = _CARD

    complaint_id: Id
    card_id: Id
    kind: Literal["product", "service", "effect", "adverse_event", "privacy", "other"]
    private: ComplaintText | None = None


class ComplaintResolved(EventData, frozen=True, kw_only=True):
    """A complaint was resolved.

    complaint_id: the complaint
    card_id: the card
    private: text
    """

    type_name = "complaint.resolved"
    subject_kind, subject_field = "card", "card_id"
    refers = (("card", "card_id"), ("complaint", "complaint_id"))

    complaint_id: Id
    card_id: Id
    private: ComplaintText | None = None


EVENTS = (
    ActivityAttended,
    ClinicConsulted,
    TrialStarted,
    TrialEnded,
    GiftGiven,
    ClubJoined,
    ClubLeft,
    FollowUpDone,
    ComplaintRaised,
    ComplaintResolved,
)
