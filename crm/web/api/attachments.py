"""Evidence over HTTP: hand a scan or recording over, and read one back, which is logged."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from campaigns.events.base import ID_PATTERN
from campaigns.identifiers import looks_personal
from campaigns.intake import Credential
from crm.accounts.access import Access, log_accesses
from crm.attachments.kinds import MEDIA_TYPES
from crm.attachments.store import LARGEST_BYTES, AttachmentRefused, AttachmentStore
from crm.consents.uses import may_show
from crm.intake.row_references import card_of_row
from crm.people.queries import standing_of_card
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing
from crm.web.api.bodies import read_body
from crm.web.api.events import UNAUTHORISED, AtSite, bearer, problem
from crm.web.api.problems import Problem
from crm.web.guards.site import Site

router = APIRouter(tags=["attachments"])

EVIDENCE_FIELD = "evidence"
"""What the access log calls it."""
_PATTERN = ID_PATTERN.replace(r"\Z", "$")
CardId = Annotated[str, Query(pattern=_PATTERN, description="the card that it is evidence of")]
SomeCardId = Annotated[
    str | None, Query(pattern=_PATTERN, description="the card that it is evidence of")
]
SomeRowKey = Annotated[
    str | None, Query(pattern="^[0-9a-f]{64}$", description="or a row of the dealer's own copy")
]
_REFUSED = {
    "too_large": (413, f"an attachment has at most {LARGEST_BYTES:,} bytes"),
    "unknown_kind": (415, f"an attachment is one of {', '.join(sorted(set(MEDIA_TYPES)))}"),
    "too_many": (409, "this card has as many attachments as one may have"),
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
    openapi_extra={"requestBody": _BODY, "security": [{"token": []}]},
    responses={
        400: problem("neither a card nor a row is named, or both"),
        401: UNAUTHORISED,
        404: problem("no such row"),
        409: problem("the card is erased, or has too many"),
        413: problem("too large"),
        415: problem("no kind that is taken"),
    },
)
async def post_attachment(
    request: Request,
    site: AtSite,
    credential: Annotated[Credential, Depends(bearer)],
    card_id: SomeCardId = None,
    row_key: SomeRowKey = None,
) -> JSONResponse:
    """A signature, scan or recording as it is. The same again is the same; hand it over first.

    A dealer names a person of its copy by the row, and a card that it writes itself by the card.
    """
    card_id = await run_in_threadpool(_card, site, credential, card_id, row_key)
    if looks_personal(card_id):
        raise Problem(400, "card_id is a personal number")
    content = await read_body(request, LARGEST_BYTES)
    store = AttachmentStore(site.keyring)
    actor = credential.actor or ""
    try:
        kept = await run_in_threadpool(store.put, card_id, content, actor, site.now_us())
    except AttachmentRefused as error:
        raise Problem(*_REFUSED[error.reason]) from error
    body: dict[str, Any] = {
        "evidence_sha256": kept.sha256,
        "media_type": kept.heading.media_type,
        "size_bytes": len(content),
    }
    return JSONResponse(body, 201)


def _card(site: Site, credential: Credential, card_id: str | None, row_key: str | None) -> str:
    """What it is evidence of."""
    if (card_id is None) == (row_key is None):
        raise Problem(400, "name either card_id or row_key")
    if card_id is not None:
        return card_id
    found = None
    if credential.dealer is not None:
        found = card_of_row(site.engine, site.keyring, credential.dealer, row_key or "")
    if found is None:
        raise Problem(404, "no such row in the copy of this token's dealer")
    return found


@router.get(
    "/v1/attachments/{evidence_sha256}",
    summary="Read evidence",
    response_class=Response,
    openapi_extra={"security": [{"token": []}]},
    responses={401: UNAUTHORISED, 404: problem("none that this token may read")},
)
def get_attachment(
    site: AtSite,
    credential: Annotated[Credential, Depends(bearer)],
    evidence_sha256: str,
    card_id: CardId,
) -> Response:
    """For headquarters and staff, unless the archive is restricted. Who read it is kept."""
    found = None
    if credential.role in ("headquarters", "staff"):
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
