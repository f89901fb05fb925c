"""One item of each list over HTTP, as the description of the interface names it."""

from pydantic import BaseModel


class ActivityItem(BaseModel):
    """An activity as it stands."""

    activity_id: str
    programme: str
    kind: str
    title: str
    region: str
    dealer: str
    starts_at: str
    ends_at: str | None
    venue: str | None
    filing_no: str | None
    cancelled: bool
    reached: int | None
    cards_handed_out: int | None
    cost_fen: int | None


class PersonItem(BaseModel):
    """A person as lists show it; name: masked, null where this bearer may not see it."""

    person_id: str
    card_id: str
    name: str | None
    sex: str | None
    born: str | None
    region: str | None
    deceased: bool
    restricted: bool


class MemberItem(BaseModel):
    """A member as it stands; name: masked."""

    member: str
    kind: str
    dealer: str
    name: str
    institution: str | None
    institution_kind: str | None
    enrolled_at: str
    left: bool
    trained: bool


class FollowUpItem(BaseModel):
    """A call that is due today or was; one that a group asks for has number 0 and says about what,
    and its own id where others have their trial's."""

    trial_id: str
    number: int
    person_id: str
    due_on: str
    sku: str
    owner: str | None
    about: str = ""


class RequestItem(BaseModel):
    """A request of a person under their rights; without its words."""

    request_id: str
    card_id: str
    kind: str
    received_on: str
    due_on: str
    is_closed: bool


class AccountItem(BaseModel):
    """An account, open or closed."""

    actor: str
    name: str
    roles: list[str]
    dealer: str | None
    is_open: bool
    created_at: str


class TokenItem(BaseModel):
    """A token; what one sends with is kept nowhere."""

    token_id: str
    name: str
    role: str
    dealer: str | None
    sources: list[str]
    created_at: str
    revoked_at: str | None
