"""What a dealer said to have deleted, as the file that proves it: signed by the company."""

import orjson
from fastapi import APIRouter
from fastapi.responses import Response

from crm.feed.acknowledging import company_signer
from crm.feed.deletions import deletion_receipt
from crm.scope import OutOfScope
from crm.storage.database import reading
from crm.web.guards.visit import NotFound, SignedIn

router = APIRouter()


@router.get("/copy/deletions/{receipt_id}")
def deletion_file(visit: SignedIn, receipt_id: str) -> Response:
    """The bytes that were signed, the signature and the key, for whoever may see the copy."""
    if not visit.scope.sees & {"copies", "own_copy"}:
        raise OutOfScope("what dealers hold")
    with reading(visit.site.engine) as connection:
        found = deletion_receipt(visit.scope, connection, receipt_id)
    if found is None:
        raise NotFound
    told = {
        # A text, so that nothing writes it otherwise on its way: these bytes were signed.
        "signed": found.receipt.decode(),
        "company_signature": found.company_signature,
        "company_key": company_signer(visit.site.keyring).public_key,
        "algorithm": "Ed25519",
    }
    named = f'attachment; filename="deletion-{found.receipt_id[:8]}.json"'
    headers = {"Content-Disposition": named, "Cache-Control": "no-store"}
    content = orjson.dumps(told, option=orjson.OPT_INDENT_2)
    return Response(content, media_type="application/json", headers=headers)
