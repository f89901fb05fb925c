"""Proof of equality over HTTP: acknowledgements, receipts, keys (docs/dealer-feed.md)."""

from datetime import date
from typing import Annotated, Any

import msgspec
import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response
from msgspec import Meta
from starlette.concurrency import run_in_threadpool

from crm.copies.receipts import Receipt, is_public_key
from crm.feed.acknowledging import (
    Claim,
    Compared,
    Forged,
    KeyUnknown,
    NeverSent,
    NotTaken,
    acknowledge,
    company_signer,
    compare,
    countersign_receipt,
)
from crm.feed.history import KeptReceipt, daily_receipts, dealer_key, take_key
from crm.storage.database import reading, writing
from crm.web.api.bodies import body_of, json_body
from crm.web.api.dealer_feed import LARGEST_NUMBER, SECURED
from crm.web.api.dealer_visit import DealerVisit, FromDealer
from crm.web.api.events import problem
from crm.web.api.problems import Problem

router = APIRouter(tags=["dealer"])

_ACKNOWLEDGING_TURNS = 10
_Number = Annotated[int, Meta(ge=0, le=LARGEST_NUMBER)]
_Rows = Annotated[int, Meta(ge=0, le=2**31 - 1)]
_Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
_Text = Annotated[str, Meta(max_length=64)]
_Base64 = Annotated[str, Meta(max_length=100)]
_PublicKey = Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=\Z")]
"""Base64 of 32 bytes."""


class AcknowledgementBody(msgspec.Struct, forbid_unknown_fields=True):
    """What a dealer's side says that it holds."""

    up_to: _Number
    rows: _Rows
    digest: _Hash
    at: _Text
    signature: _Base64 | None = None


class ReceiptPart(msgspec.Struct, forbid_unknown_fields=True):
    """A receipt as the company issued it."""

    dealer: _Text
    day: date
    up_to: _Number
    rows: _Rows
    digest: _Hash
    at: _Text


class ReceiptBody(msgspec.Struct, forbid_unknown_fields=True):
    """A receipt and the dealer's signature of it."""

    receipt: ReceiptPart
    signature: _Base64


class KeyBody(msgspec.Struct, forbid_unknown_fields=True):
    """The dealer's public key."""

    public_key: _PublicKey


@router.post(
    "/v1/dealer/acknowledge",
    summary="Say what the copy holds",
    openapi_extra=SECURED | body_of(AcknowledgementBody),
    responses={409: problem("it does not fit what was sent, or the public key is not known")},
)
async def post_acknowledge(request: Request, visit: FromDealer) -> Response:
    """Compare, keep what was said, and sign a receipt when both copies are equal."""
    visit.take_turns(_ACKNOWLEDGING_TURNS)
    body = await json_body(request, AcknowledgementBody)
    claim = Claim(body.up_to, body.rows, body.digest, body.at, body.signature)
    figures = visit.site.feed_caches.figures
    try:
        compared = await visit.when_settled(
            lambda connection: compare(connection, figures, visit.dealer, claim)
        )
        receipt = await run_in_threadpool(_kept, visit, claim, compared)
    except NeverSent as error:
        raise visit.refused(400, "up_to is beyond what was ever sent") from error
    except (Forged, KeyUnknown) as error:
        raise _untrue(visit, error) from error
    except NotTaken as error:
        raise visit.refused(403, f"the acknowledgement was not taken: {error}") from error
    answer: dict[str, Any] = {
        "state": compared.state,
        "last": compared.last,
        "rows": compared.rows,
        "company_key": company_signer(visit.site.keyring).public_key,
    }
    if receipt is not None:
        answer["receipt"] = orjson.Fragment(receipt.receipt)
        answer["company_signature"] = receipt.company_signature
    return _json(answer)


def _kept(visit: DealerVisit, claim: Claim, compared: Compared) -> KeptReceipt | None:
    site = visit.site
    signer = company_signer(site.keyring)
    return acknowledge(
        site.engine, site.intake, signer, visit.credential, claim, compared, site.now_us()
    )


@router.post(
    "/v1/dealer/receipts",
    summary="Sign a receipt",
    openapi_extra=SECURED | body_of(ReceiptBody),
    responses={409: problem("the public key is not known")},
)
async def post_receipt(request: Request, visit: FromDealer) -> Response:
    """Keep the dealer's signature of a receipt that the company issued."""
    visit.take_turns()
    body = await json_body(request, ReceiptBody)
    receipt = Receipt(**msgspec.structs.asdict(body.receipt))
    site = visit.site
    try:
        kept = await run_in_threadpool(
            countersign_receipt,
            site.engine,
            visit.dealer,
            receipt,
            body.signature,
            site.now_us(),
        )
    except (Forged, KeyUnknown) as error:
        raise _untrue(visit, error) from error
    return _json(_receipt(kept, company_signer(site.keyring).public_key))


@router.get("/v1/dealer/receipts", summary="Receipts, one a day", openapi_extra=SECURED)
def get_receipts(visit: FromDealer) -> Response:
    """The newest day first."""
    visit.take_turns()
    with reading(visit.site.engine) as connection:
        found = daily_receipts(connection, visit.dealer)
    company_key = company_signer(visit.site.keyring).public_key
    return _json({"receipts": [_receipt(kept, company_key) for kept in found]})


@router.get("/v1/dealer/keys", summary="Public keys", openapi_extra=SECURED)
def get_keys(visit: FromDealer) -> Response:
    """The company's, and the dealer's once it is known."""
    visit.take_turns()
    with reading(visit.site.engine) as connection:
        return _keys(visit, dealer_key(connection, visit.dealer))


@router.post(
    "/v1/dealer/keys",
    summary="Make the dealer's key known",
    openapi_extra=SECURED | body_of(KeyBody),
    responses={409: problem("another key is known")},
)
async def post_key(request: Request, visit: FromDealer) -> Response:
    """The first key is taken; another one only after headquarters has let go of the first."""
    visit.take_turns()
    body = await json_body(request, KeyBody)
    if not is_public_key(body.public_key):
        raise Problem(400, "missing or malformed: public_key")

    def take() -> str:
        with writing(visit.site.engine) as connection:
            return take_key(connection, visit.dealer, body.public_key, visit.site.now_us())

    holding = await run_in_threadpool(take)
    if holding != body.public_key:
        raise visit.refused(409, "another key is known: ask headquarters to let go of it")
    return _keys(visit, holding)


def _keys(visit: DealerVisit, holding: str | None) -> Response:
    company_key = company_signer(visit.site.keyring).public_key
    return _json({"company_key": company_key, "dealer_key": holding})


def _untrue(visit: DealerVisit, error: Forged | KeyUnknown) -> Problem:
    if isinstance(error, KeyUnknown):
        return visit.refused(409, "make the public key known first: POST /v1/dealer/keys")
    return visit.refused(400, f"not genuine: {error}")


def _receipt(kept: KeptReceipt, company_key: str) -> dict[str, Any]:
    return {
        "receipt": orjson.Fragment(kept.receipt),
        "company_signature": kept.company_signature,
        "company_key": company_key,
        "dealer_signature": kept.dealer_signature,
        "dealer_key": kept.dealer_key,
    }


def _json(answer: dict[str, Any]) -> Response:
    return Response(orjson.dumps(answer), media_type="application/json")
