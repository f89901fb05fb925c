"""What one of a dealer's people agrees or objects to outside an activity."""

import base64
from collections.abc import Iterator
from hashlib import sha256
from html import unescape
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from campaigns.intake import Credential
from crm.archives.queries import archive
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from crm.web.view.event_view import address_of
from tests.integration.feed.dealers import Company
from tests.integration.web.companies import company, key_in, registered, shop, sign_in, token_in
from tests.integration.web.sites import today

__all__ = ["company", "shop"]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
DRAWN = "data:image/png;base64," + base64.b64encode(PNG).decode()
OWN = ("/dealers/D1/erp", "own-7")
AGREED = {"answer": "yes", "purpose": "archive", "method": "paper", "by": "self"}


def row_of(shop: httpx.Client) -> str:
    return f"/copy/row/{key_in(shop.get('/copy').text)}"


def said(client: httpx.Client, path: str, **typed: str) -> httpx.Response:
    """The form, filled in; where something is asked about, sent once more."""
    token = token_in(client.get("/me").text)
    form = {"form_token": token, "form_id": str(uuid4()), "day": str(today())}
    form |= {f"notice_{each}": "2026-01" for each in ("archive", "health", "share_with_dealer")}
    return client.post(path, data=form | typed)


def words(company: Company, card_id: str = "c-open") -> list[dict[str, Any]]:
    company.work()
    site = company.running.site
    with reading(site.engine) as connection:
        found = archive(HEADQUARTERS_SCOPE, connection, site.keyring, card_id, site.now_us())
    assert found is not None
    return list(found["consents"])


def test_a_consent_with_its_photograph_is_said_of_a_row_outside_an_activity(
    company: Company, shop: httpx.Client
) -> None:
    row = row_of(shop)
    assert f'href="{row}/consent"' in shop.get(row).text
    page = shop.get(f"{row}/consent").text
    assert "现在同意交给你的：身份、联系方式、经过" in page and 'value="voice"' not in page
    answer = said(shop, f"{row}/consent", **AGREED, signature=DRAWN)
    assert answer.headers["location"].startswith(f"{row}?said=")
    *_, word = words(company)
    assert (word["purpose"], word["decides"], word["evidence_kept"]) == ("archive", True, True)
    assert word["evidence_sha256"] == sha256(PNG).hexdigest()


def test_without_evidence_nothing_is_said_and_what_was_typed_stays(
    company: Company, shop: httpx.Client
) -> None:
    before = words(company)
    answer = said(shop, f"{row_of(shop)}/consent", **AGREED, expires_on="2099-01-01")
    assert answer.status_code == 422 and "没有凭据，公司不会入档" in answer.text
    assert 'value="2099-01-01"' in answer.text and words(company) == before


def test_what_the_dealer_may_have_is_what_is_ticked_now(
    company: Company, shop: httpx.Client
) -> None:
    share = AGREED | {"purpose": "share_with_dealer", "categories_identity": "1"}
    assert said(shop, f"{row_of(shop)}/consent", **share, signature=DRAWN).status_code == 303
    *_, word = words(company)
    assert (word["dealer"], word["categories"]) == ("D1", ["identity"])
    assert "现在同意交给你的：身份</p>" in shop.get(f"{row_of(shop)}/consent").text


def test_a_no_needs_no_evidence_and_is_asked_about_once_where_it_ends_the_copy(
    company: Company, shop: httpx.Client
) -> None:
    row, no = row_of(shop), {"answer": "no", "purpose": "share_with_dealer"}
    told = said(shop, f"{row}/consent", **no)
    assert told.status_code == 200 and "从你的副本里收回" in told.text
    asked = unescape(told.text.partition('name="asked" value="')[2].partition('"')[0])
    assert said(shop, f"{row}/consent", **no, asked=asked).status_code == 303
    *_, word = words(company)
    assert (word["word"], word["dealer"]) == ("refused", "D1")
    assert shop.get(row).status_code == 404


def test_a_guardian_is_named_or_asked_for_once(company: Company, shop: httpx.Client) -> None:
    path = f"{row_of(shop)}/consent"
    guardian = AGREED | {"by": "guardian", "signature": DRAWN}
    assert "请写上是谁" in said(shop, path, **guardian).text
    assert said(shop, path, **guardian, giver_name="李小明").status_code == 303
    *_, word = words(company)
    assert word["by"] == "guardian"


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"answer": ""}, "请选一项"),
        ({"purpose": "marketing"}, "请选一项"),
        ({"method": "voice"}, "请选一项"),
        ({"day": "2999-01-01"}, "日期看不懂，或在今天以后"),
        ({"signature": DRAWN[:-40] + "!"}, "凭据没有收到"),
    ],
)
def test_what_cannot_be_said_by_a_row_is_said_beside_its_field(
    company: Company, shop: httpx.Client, typed: dict[str, str], fault: str
) -> None:
    before = words(company)
    answer = said(shop, f"{row_of(shop)}/consent", **(AGREED | {"signature": DRAWN} | typed))
    assert answer.status_code == 422 and fault in answer.text
    assert words(company) == before


@pytest.fixture
def own_card(company: Company) -> str:
    """The page on which a consent is said of a card that D1 wrote itself."""
    wire = registered("c-own", "毛远新") | dict(zip(("source", "id"), OWN, strict=True))
    credential = Credential("dealer", "u-erp", "D1", ("/dealers/D1",))
    [receipt] = company.running.site.intake.accept([orjson.dumps(wire)], credential)
    assert receipt.status == "accepted", receipt
    company.work()
    return address_of(*OWN).replace("/event?", "/event/consent?")


def test_of_an_own_card_a_spoken_consent_is_recorded_and_brings_the_person_into_the_copy(
    company: Company, shop: httpx.Client, own_card: str
) -> None:
    assert own_card in unescape(shop.get(own_card.replace("/event/consent?", "/event?")).text)
    share = AGREED | {"purpose": "share_with_dealer", "method": "voice"}
    assert said(shop, own_card, **share).status_code == 303
    [word] = words(company, "c-own")
    assert (word["dealer"], word["method"], word["decides"]) == ("D1", "voice", True)
    assert "毛*新" in shop.get("/copy").text


@pytest.fixture
def rival(company: Company) -> Iterator[httpx.Client]:
    company.running.user("rival", "dealer", "D2")
    with company.running.client() as client:
        sign_in(client, "rival")
        yield client


def test_nobody_says_a_consent_of_another_dealers_people(
    company: Company, shop: httpx.Client, rival: httpx.Client, own_card: str
) -> None:
    for path in (f"{row_of(shop)}/consent", own_card):
        assert rival.get(path).status_code == 404
        assert said(rival, path, **AGREED, signature=DRAWN).status_code == 404
