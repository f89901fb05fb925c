"""Evidence over HTTP: hand a scan or recording over, and read one back, which is logged."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from campaigns.events.base import ID_PATTERN
from campaigns.identifiers import looks_personal
from campaigns.intake import Credential
from campaigns.times import shanghai_day
from crm.accounts.access import Access, log_accesses
from crm.accounts.roles import scope_of_token
from crm.attachments.kinds import MEDIA_TYPES
from crm.attachments.parties import count_use, may_attach, party_of
from crm.attachments.store import LARGEST_BYTES, Attachment, AttachmentRefused, AttachmentStore
from crm.consents.uses import may_show
from crm.intake.row_references import card_of_row
from crm.people.queries import standing_of_card
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing
from crm.web.api.bodies import announced_bytes, read_body
from crm.web.api.events import UNAUTHORISED, AtSite, bearer, problem
from crm.web.api.problems import Problem
from crm.web.guards.site import Site

router = APIRouter(tags=["attachments"])

EVIDENCE_FIELD = "evidence"
"""What the access log calls it."""
_PATTERN = ID_PATTERN.replace(r"\Z", "$")
_ROW_PATTERN = r"^[0-9a-f]{64}$"
CardId = Annotated[
    str, Query(pattern=f"^$|{_PATTERN}", description="the card that it is evidence of")
]


def _of(name: str, pattern: str, description: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: {"type": "string", "pattern": pattern, "description": description}},
        "required": [name],
        "additionalProperties": False,
    }


_WHOSE = {
    "name": "whose",
    "in": "query",
    "required": True,
    "style": "form",
    "explode": True,
    "description": "Whose evidence it is: `card_id` or `row_key`, one of them.",
    "schema": {
        "oneOf": [
            _of("card_id", _PATTERN, "the card that it is evidence of"),
            _of("row_key", _ROW_PATTERN, "of a dealer: the row of its copy"),
        ]
    },
}
"""Two parameters of which exactly one is given, as OpenAPI says it: an object's properties."""
_REFUSED = {
    "too_large": (413, f"an attachment has at most {LARGEST_BYTES:,} bytes"),
    "unknown_kind": (415, f"an attachment is one of {', '.join(sorted(set(MEDIA_TYPES)))}"),
    "too_many": (409, "you have handed over as many of this card as one may"),
    "party_full": (429, "you have handed over as much as one may in a day"),
    "erased": (409, "the card is erased: nothing about it is kept"),
}
_BODY = {
    "required": True,
    "content": {
        media_type: {"schema": {"type": "string", "format": "binary"}}
        for media_type in sorted(set(MEDIA_TYPES))
    },
}


class AttachmentBody(BaseModel):
    """What was kept; a consent names it by the hash."""

    evidence_sha256: str
    media_type: str
    size_bytes: int


@router.post(
    "/v1/attachments",
    status_code=201,
    summary="Hand evidence over",
    response_model=AttachmentBody,
    openapi_extra={
        "requestBody": _BODY,
        "parameters": [_WHOSE],
        "security": [{"token": []}],
    },
    responses={
        400: problem("card_id or row_key is missing or malformed"),
        401: UNAUTHORISED,
        403: problem("the card is another party's"),
        404: problem("no such row in the dealer's copy"),
        409: problem("the card is erased, or you have handed over too many of it"),
        413: problem("too large"),
        415: problem("no kind that is taken"),
        429: problem("too much at once, or as much as one may in a day"),
    },
)
async def post_attachment(
    request: Request,
    site: AtSite,
    credential: Annotated[Credential, Depends(bearer)],
    card_id: Annotated[str, Query(pattern=f"^$|{_PATTERN}", include_in_schema=False)] = "",
    row_key: Annotated[str | None, Query(pattern=_ROW_PATTERN, include_in_schema=False)] = None,
) -> JSONResponse:
    """A signature, scan or recording as it is. The same again is the same; hand it over first.

    It is of a card, which a dealer wrote or will write itself, or of a row of the dealer's copy.
    """
    card = await site.lanes.beside(_card_of, site, credential, card_id, row_key)
    with site.budget.sending(
        credential.actor or credential.role, announced_bytes(request)
    ) as sender:
        content = await read_body(request, LARGEST_BYTES)
        sender.sent(len(content))
        kept = await site.lanes.beside(_keep, site, credential, card, content)
    body: dict[str, Any] = {
        "evidence_sha256": kept.sha256,
        "media_type": kept.heading.media_type,
        "size_bytes": len(content),
    }
    return JSONResponse(body, 201)


def _card_of(site: Site, credential: Credential, card_id: str, row_key: str | None) -> str:
    """The card that the sender names and may speak of; Problem 400, 403 or 404 otherwise."""
    if bool(card_id) == (row_key is not None):
        raise Problem(400, "missing or malformed: card_id or row_key, one of them")
    if looks_personal(card_id):
        raise Problem(400, "card_id is a personal number")
    if row_key is not None:
        if credential.dealer is None:
            raise Problem(404, "no such row in your copy")
        found = card_of_row(site.engine, site.keyring, credential.dealer, row_key)
        if found is None:
            raise Problem(404, "no such row in your copy")
        return found
    with reading(site.engine) as connection:
        if not may_attach(connection, card_id, credential.dealer):
            raise Problem(403, "this card is not yours")
    return card_id


def _keep(site: Site, credential: Credential, card_id: str, content: bytes) -> Attachment:
    now_us, party = site.now_us(), party_of(credential.dealer)
    try:
        count_use(site.engine, party, len(content), shanghai_day(now_us))
        store = AttachmentStore(site.keyring)
        return store.put(card_id, content, credential.actor or "", now_us, party)
    except AttachmentRefused as error:
        raise Problem(*_REFUSED[error.reason]) from error


@router.get(
    "/v1/attachments/{evidence_sha256}",
    summary="Read evidence",
    response_class=Response,
    openapi_extra={"security": [{"token": []}]},
    responses={
        200: {
            "description": "as it was handed over",
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in sorted(set(MEDIA_TYPES))
            },
        },
        404: problem("none that this token may read"),
    },
)
def get_attachment(
    site: AtSite,
    credential: Annotated[Credential, Depends(bearer)],
    evidence_sha256: str,
    card_id: CardId,
) -> Response:
    """For headquarters and staff, unless the archive is restricted. Who read it is kept."""
    found = None
    if scope_of_token(credential).may("archive"):
        with reading(site.engine) as connection:
            standing = standing_of_card(HEADQUARTERS_SCOPE, connection, card_id)
        if standing is not None and may_show(standing, sees_restricted=False):
            found = AttachmentStore(site.keyring).get(card_id, evidence_sha256)
    if found is None:
        raise Problem(404, "no such attachment that this token may read")
    with writing(site.engine) as connection:
        access = Access(site.now_us(), credential.actor or "", card_id, EVIDENCE_FIELD)
        log_accesses(connection, [access])
    return Response(found.content, media_type=found.heading.media_type)
