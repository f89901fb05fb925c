"""The evidence behind a consent: kept before the consent is said, opened with a trace."""

from fastapi import APIRouter
from fastapi.responses import Response

from crm.accounts.access import Access, log_accesses
from crm.archives.queries import archive
from crm.attachments.store import AttachmentRefused, AttachmentStore
from crm.database import reading, writing
from crm.sharing.uses import Standing, may_show
from crm.web.api_attachments import EVIDENCE_FIELD
from crm.web.forms import Entry
from crm.web.visit import NotFound, SignedInPosting, Visit

router = APIRouter()


def keep_signature(visit: Visit, entry: Entry) -> bool:
    """Keep the drawing that a consent of the form names; False when it is not taken.

    Of an erased card nothing is kept, and nothing needs to be: what became of the consent says so.
    """
    if not entry.names_signature:
        return True
    store, card_id = AttachmentStore(visit.site.keyring), entry.card_id or entry.form_id
    try:
        store.put(card_id, entry.signature.png, visit.account.actor, visit.site.now_us())
    except AttachmentRefused as error:
        return error.reason == "erased"
    return True


@router.post("/people/{name}/evidence")
def evidence(posting: SignedInPosting, name: str) -> Response:
    """A signature, scan or recording that a recorded consent of this person names."""
    visit = posting.visit
    card_id, sha256 = posting.text("card_id", 64), posting.text("evidence", 64)
    with reading(visit.site.engine) as connection:
        known = archive(visit.scope, connection, visit.site.keyring, name, visit.site.now_us())
    if known is None:
        raise NotFound
    standing = Standing(known["restricted"], known["deceased"])
    is_named = any(
        (word["card_id"], word["evidence_sha256"]) == (card_id, sha256)
        for word in known["consents"]
    )
    # A signature is a name.
    if not is_named or not may_show(standing, sees_restricted=visit.scope.sees_restricted_names):
        raise NotFound
    found = AttachmentStore(visit.site.keyring).get(card_id, sha256)
    if found is None:
        raise NotFound
    with writing(visit.site.engine) as connection:
        access = Access(visit.site.now_us(), visit.account.actor, card_id, EVIDENCE_FIELD)
        log_accesses(connection, [access])
    media_type = found.heading.media_type
    shown = "inline" if media_type.startswith("image/") else "attachment"
    headers = {"Content-Disposition": f'{shown}; filename="evidence"'}
    return Response(found.content, media_type=media_type, headers=headers)
