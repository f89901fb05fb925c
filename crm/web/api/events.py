"""The HTTP interface: hand events over, ask what became of them, see that the site is alive."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy import Connection

from campaigns.catalogue import wire_name
from campaigns.intake import Credential
from campaigns.times import rfc3339
from crm.accounts.roles import scope_of_token
from crm.accounts.sources import senders_of_actors
from crm.accounts.tokens import credential_of_token
from crm.copies.row_keys import row_keys
from crm.copies.row_names import ROW
from crm.outcomes.queries import EventStatus, event_status, was_said_by_row
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import is_ready, reading
from crm.web.api.bodies import announced_bytes, read_body
from crm.web.api.cloudevents_http import MEDIA_TYPES
from crm.web.api.problems import MEDIA_TYPE, Problem
from crm.web.api.receipts import answered, describing
from crm.web.guards.bounds import LARGEST_EVENTS_BYTES
from crm.web.guards.large_bodies import Answered, HandedOver
from crm.web.guards.site import Site, site_at_hand
from crm.web.view.languages import wanted_language

router = APIRouter(tags=["events"])

AtSite = Annotated[Site, Depends(site_at_hand)]
_CARD = "card/"
_LARGE_BYTES = 64 * 1024
"""Some hundred events."""
_CHALLENGE = 'Bearer realm="jinxi"'


class ReceiptBody(BaseModel):
    """The answer to one event."""

    source: str | None
    id: str | None
    status: Literal["accepted", "duplicate", "refused"]
    reason: str | None = None
    path: str | None = None
    sentence: str | None = None
    warnings: list[str] | None = None


class ReceiptsBody(BaseModel):
    """One receipt for each event, in the order of the request."""

    receipts: list[ReceiptBody]


class EventBody(BaseModel):
    """What became of one event; `accepted` until it is recorded."""

    source: str
    id: str
    type: str
    outcome: Literal["accepted", "recorded", "waiting", "rejected", "voided", "failed"]
    reason: str | None = None
    waiting_for: str | None = None
    marks: list[str]
    received_at: str


class HealthBody(BaseModel):
    """Whether the site can answer."""

    ok: bool


class ProblemBody(BaseModel):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


def problem(description: str) -> dict[str, Any]:
    """A problem as the description of the interface names it."""
    schema = {"$ref": "#/components/schemas/ProblemBody"}
    return {"description": description, "content": {MEDIA_TYPE: {"schema": schema}}}


def answers_to_any(path: str, method: str, described: dict[str, Any]) -> dict[str, Any]:
    """The answers that an operation gives beside its own, by what it takes."""
    found = {"500": problem("this was not done; what was answered before is kept")}
    if described.get("security"):
        found["401"] = UNAUTHORISED
    if described.get("parameters") or "requestBody" in described:
        found["400"] = problem("something is missing or malformed")
    if method == "post":
        found["408"] = problem("the body did not come in time")
        found["413"] = problem("too large")
        found["503"] = problem("too busy; see Retry-After")
    if path.startswith("/v1/dealer/"):
        found["403"] = problem("not with this token")
        found["429"] = problem("too many requests; see Retry-After")
        found["503"] = problem("nothing can leave just now, or too busy; see Retry-After")
    return found


UNAUTHORISED = problem("no token, or an unknown one")
_EVENT = {
    "description": "a CloudEvent; see docs/events.md. Of one that is none the receipt says so"
}
_BODIES: dict[str, Any] = {
    "required": True,
    "content": {
        "application/cloudevents+json": {"schema": _EVENT},
        "application/cloudevents-batch+json": {"schema": {"type": "array", "items": _EVENT}},
        "application/x-ndjson": {"schema": {"type": "string", "description": "one event a line"}},
        "application/json": {"schema": {"description": "data; the attributes in ce- headers"}},
    },
}


def bearer(site: AtSite, authorization: Annotated[str | None, Header()] = None) -> Credential:
    """What the bearer of the request's token may say; Problem 401 without one."""
    scheme, _, token = (authorization or "").partition(" ")
    challenge = {"WWW-Authenticate": _CHALLENGE}
    if scheme.lower() != "bearer" or not token.strip():
        raise Problem(401, "send a token: Authorization: Bearer …", challenge)
    with reading(site.engine) as connection:
        credential = credential_of_token(connection, token.strip())
    if credential is None:
        raise unknown_token()
    return credential


def unknown_token() -> Problem:
    """There is no such token, or no longer."""
    challenge = {"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'}
    return Problem(401, "this token is not known here", challenge)


@router.post(
    "/v1/events",
    summary="Hand events over",
    response_model=ReceiptsBody,
    response_model_exclude_none=True,
    openapi_extra={"requestBody": _BODIES, "security": [{"token": []}]},
    responses={
        400: problem("the body is no JSON array, or no HTTP request"),
        401: UNAUTHORISED,
        413: problem("too large, or too many events"),
        415: problem("no format that is read"),
        429: problem("too much at once, or too many requests that could not be read"),
    },
)
async def post_events(
    request: Request,
    site: AtSite,
    credential: Annotated[Credential, Depends(bearer)],
    accept_language: Annotated[str | None, Header()] = None,
) -> Response:
    """CloudEvents over HTTP: binary, structured or batched; or NDJSON.

    The answer is 200 with a receipt for each event, in order. `accepted` means durable;
    `duplicate` is no error; what is `refused` says why, where, and how to mend it.
    """
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Problem(415, f"send the body as it is, one of {', '.join(MEDIA_TYPES)}")
    handed_over = HandedOver(
        describing(request.headers.items()), credential, wanted_language(accept_language)
    )
    key = credential.actor or credential.role
    with site.budget.sending(key, announced_bytes(request)) as sender:
        body = await read_body(request, LARGEST_EVENTS_BYTES)
        sender.sent(len(body))
        told = await _taken(site, handed_over, body)
        sender.was_refused(told.refused)
        if told.status != HTTPStatus.OK:
            raise Problem(told.status, told.body.decode(), told.headers)
        return Response(told.body, media_type="application/json")


async def _taken(site: Site, handed_over: HandedOver, body: bytes) -> Answered:
    """A large body after the other large ones, in a process of its own where there is one."""
    if len(body) <= _LARGE_BYTES:
        return await site.lanes.beside(answered, site.intake, handed_over, body)
    if site.large_intake is None:
        return await site.lanes.heavy(answered, site.intake, handed_over, body)
    return await site.lanes.heavy(site.large_intake, handed_over, body)


@router.get(
    "/v1/events",
    summary="Ask what became of an event",
    response_model=EventBody,
    response_model_exclude_none=True,
    openapi_extra={"security": [{"token": []}]},
    responses={
        400: problem("source or id is missing"),
        401: UNAUTHORISED,
        404: problem("no such event that this token may ask for"),
    },
)
def get_event(
    site: AtSite,
    credential: Annotated[Credential, Depends(bearer)],
    source: Annotated[str, Query(max_length=256)],
    id: Annotated[str, Query(max_length=64)],
) -> dict[str, Any]:
    """By source and id; headquarters any, others what they sent or what is under their sources."""
    with reading(site.engine) as connection:
        status = event_status(HEADQUARTERS_SCOPE, connection, source, id)
        allowed = status is not None and _may_ask(connection, credential, status)
        by_row = credential.dealer is not None and was_said_by_row(connection, source, id)
    if status is None or not allowed:
        raise Problem(404, "no event of this source and id that this token may ask for")
    body: dict[str, Any] = {
        "source": status.source,
        "id": status.id,
        "type": wire_name(status.type),
        "outcome": status.outcome,
        "marks": list(status.marks),
        "received_at": rfc3339(status.received_us),
    }
    if status.reason is not None:
        body["reason"] = status.reason
    if status.waiting_for is not None:
        body["waiting_for"] = status.waiting_for
    if by_row and status.waiting_for is not None and status.waiting_for.startswith(_CARD):
        # By the card two dealers could tell that they know one person.
        row_key, card_id = row_keys(site.keyring.secret("copies")), status.waiting_for[len(_CARD) :]
        body["waiting_for"] = f"{ROW}{row_key(credential.dealer or '', card_id)}"
    return body


def _may_ask(connection: Connection, credential: Credential, status: EventStatus) -> bool:
    if scope_of_token(credential).may("events") or status.actor == credential.actor:
        return True
    if credential.sender is None:
        return credential.names(status.source)
    senders = senders_of_actors(connection, [status.actor])
    return senders.get(status.actor) == credential.sender


@router.get("/health", summary="Is the site alive?", response_model=HealthBody, tags=["site"])
def health(site: AtSite) -> dict[str, bool]:
    """200 when the database answers."""
    return {"ok": is_ready(site.engine)}
