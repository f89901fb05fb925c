"""The evidence behind a consent: kept before the consent is said, opened with a trace.

A consent is taken back where it stands: with a tap less than it was given.
"""

from collections.abc import Callable
from typing import Any

import orjson
from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from campaigns.times import shanghai_day
from crm.accounts.access import Access, log_accesses
from crm.archives.queries import archive
from crm.attachments.parties import count_use, may_attach, party_of
from crm.attachments.store import AttachmentRefused, AttachmentStore
from crm.consents.gathering import CONSENT_TYPES
from crm.consents.uses import Standing, may_show
from crm.copies.row_names import ROW
from crm.entries.own_events import pending
from crm.intake.row_references import card_of_row
from crm.storage.database import reading, writing
from crm.web.api.attachments import EVIDENCE_FIELD
from crm.web.desk.acts import Act, done, say, sayer_of
from crm.web.desk.granting import answered
from crm.web.guards.visit import FormStale, NotFound, SignedInPosting, Visit
from crm.web.view.forms import Entry

router = APIRouter()


def keep_signature(visit: Visit, entry: Entry) -> bool:
    """Keep the drawing that a consent of the form names; False when it is not taken.

    Of an erased card nothing is kept, and nothing needs to be: what became of the consent says so.
    """
    if not entry.names_signature:
        return True
    site, dealer = visit.site, visit.account.dealer
    card_id = entry.card_id or entry.form_id
    if card_id.startswith(ROW):
        key = card_id.removeprefix(ROW)
        card_id = card_of_row(site.engine, site.keyring, dealer or "", key) or entry.form_id
    return keep_evidence(visit, card_id, entry.signature.content)


def keep_evidence(visit: Visit, card_id: str, content: bytes) -> bool:
    """Keep what proves a consent of a card; False when it is not taken."""
    now_us, dealer = visit.site.now_us(), visit.account.dealer
    store, party = AttachmentStore(visit.site.keyring), party_of(dealer)
    with reading(visit.site.engine) as connection:
        if not may_attach(connection, card_id, dealer):
            return False
    try:
        count_use(visit.site.engine, party, len(content), shanghai_day(now_us))
        store.put(card_id, content, visit.account.actor, now_us, party)
    except AttachmentRefused as error:
        return error.reason == "erased"
    return True


def changing(visit: Visit, archive: dict[str, Any]) -> Callable[[str, str | None], bool]:
    """Whether a word on a purpose (and dealer) is accepted that the archive does not show yet."""
    subjects = [f"card/{card['card_id']}" for card in archive["cards"]]
    with reading(visit.site.engine) as connection:
        rows = pending(connection, subjects, CONSENT_TYPES)
    said = [orjson.loads(row.plain) for row in rows]
    found = {(each["purpose"], each.get("dealer")) for each in said}
    return lambda purpose, dealer: not found.isdisjoint({(purpose, dealer), (purpose, None)})


@router.post("/people/{name}/evidence")
def evidence(posting: SignedInPosting, name: str) -> Response:
    """A signature, scan or recording that a recorded consent of this person names."""
    visit = posting.visit
    visit.scope.require("opens", "evidence is no mask")
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
    if not is_named or not may_show(standing, sees_restricted=visit.scope.may("restricted")):
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


_ALL = "all"
_NAMES_IT = ("card_id", "purpose", "dealer")


@router.post("/people/{name}/withdraw")
def withdraw(posting: SignedInPosting, name: str) -> Response:
    """The person took a consent back, or all of them: said of each card on which it stands."""
    visit = posting.visit
    sayer_of(visit, ["consent.withdrawn"])
    purpose, dealer = posting.text("purpose", 64), posting.text("dealer", 64) or None
    with reading(visit.site.engine) as connection:
        known = archive(visit.scope, connection, visit.site.keyring, name, visit.site.now_us())
    if known is None:
        raise NotFound
    back = answered(visit, posting.text("back", 60)) or f"/people/{name}"
    acts = [
        Act("consent.withdrawn", {field: each[field] for field in _NAMES_IT if each[field]})
        for each in known["standings"]
        if each["state"] == "given"
        and purpose in (each["purpose"], _ALL)
        and (dealer == each["dealer"] or purpose == _ALL)
    ]
    if not acts:
        # A second tap, or nothing that stands: nothing is said, and nothing is wrong.
        return RedirectResponse(back, 303)
    answer = say(posting, acts)
    if answer.form is not None:
        raise FormStale
    return done(visit, back, answer)
