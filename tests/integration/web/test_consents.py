"""Consents on the pages and over HTTP: notices, signatures, evidence, the ledger of a person."""

import base64
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import httpx
import pytest

from campaigns.ids import person_id
from campaigns.wording.languages import LANGUAGES
from crm.accounts.access import accesses_of_cards
from crm.archives.queries import archive
from crm.notices.notice import HEADINGS, PURPOSES, notice
from crm.notices.register import add_notice
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.integration.web.person_events import consent, refusal
from tests.integration.web.sites import RunningSite, activity_today, card, sign_in, token_in

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
DRAWN = "data:image/png;base64," + base64.b64encode(PNG).decode()


@pytest.fixture(scope="module", autouse=True)
def people(site: RunningSite) -> None:
    for name, role in (("field", "staff"), ("law", "compliance"), ("office", "headquarters")):
        site.user(name, role)  # type: ignore[arg-type]
    site.accept(activity_today(), card("C1"), card("C-no", "赵不见", "13700001111"))
    site.accept(card("C-sign", "钱签名", "13700002222"))


@pytest.fixture
def field(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        sign_in(client, "field")
        yield client


def ledger(site: RunningSite, card_id: str) -> dict[str, Any]:
    with reading(site.site.engine) as connection:
        found = archive(
            HEADQUARTERS_SCOPE, connection, site.site.keyring, card_id, site.site.now_us()
        )
    assert found is not None
    return found


def looks(site: RunningSite, card_id: str) -> list[str]:
    with reading(site.site.engine) as connection:
        found = accesses_of_cards(HEADQUARTERS_SCOPE, connection, [card_id])
    return [look.field for look in found]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", PURPOSES)
def test_everybody_may_read_a_notice_in_large_print_and_have_it_read_aloud(
    site: RunningSite, language: str, purpose: str
) -> None:
    with site.client(**{"Accept-Language": language}) as client:
        page = client.get(f"/notices/2026-01/{purpose}")
        spoken = client.get(f"/notices/2026-01/{purpose}/spoken")
    assert page.status_code == spoken.status_code == 200
    assert 'class="large"' in page.text
    for heading in HEADINGS[language]:  # type: ignore[index]
        assert f"<h2>{heading}</h2>" in page.text
        assert heading in spoken.text
    assert "{dealer}" not in page.text + spoken.text


def test_large_print_begins_at_24_pixels(site: RunningSite) -> None:
    with site.client() as client:
        page = client.get("/notices/2026-01/health").text
        style = re.search(r"/static/\w+/style\.css", page)
        assert style
        found = re.search(r"\.large ?\{ ?font-size: ?(\d+)px", client.get(style[0]).text)
    assert found
    assert int(found[1]) >= 24


def test_the_address_of_a_notice_puts_no_words_of_its_own_on_the_page(site: RunningSite) -> None:
    with site.client() as client:
        page = client.get("/notices/2026-01/share_with_dealer?dealer=Cheap-Pills")
        assert client.get("/notices/never/health").status_code == 404
    assert "Cheap-Pills" not in page.text


def test_a_signature_on_the_glass_becomes_evidence_of_the_consent(
    site: RunningSite, field: httpx.Client
) -> None:
    page = field.get(f"/log/A-today/person/{person_id('C-sign')}").text
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    form |= {"consent_archive": "1", "method": "screen", "by": "self", "signature": DRAWN}
    receipt = field.post("/log/A-today/submit", data=form)
    assert "data-receipt" in receipt.text
    again = field.post("/log/A-today/submit", data=form)
    assert "data-receipt" in again.text
    site.work()
    (word,) = ledger(site, "C-sign")["consents"]
    assert word["evidence_sha256"] == sha256(PNG).hexdigest()
    assert word["evidence_kept"] is True
    assert word["notice_unknown"] is False
    opened = field.post(
        f"/people/{person_id('C-sign')}/evidence",
        data={
            "form_token": token_in(page),
            "card_id": "C-sign",
            "evidence": word["evidence_sha256"],
        },
    )
    assert (opened.status_code, opened.headers["content-type"]) == (200, "image/png")
    assert opened.content == PNG
    assert looks(site, "C-sign") == ["evidence"]


def test_a_broken_signature_is_said_and_nothing_is_taken(
    site: RunningSite, field: httpx.Client
) -> None:
    page = field.get(f"/log/A-today/person/{person_id('C1')}").text
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    form |= {"consent_archive": "1", "method": "screen", "signature": DRAWN[:-40] + "!"}
    answer = field.post("/log/A-today/submit", data=form)
    assert answer.status_code == 422
    assert "签名没有传完整" in answer.text
    site.work()
    assert ledger(site, "C1")["consents"] == []


def test_a_consent_on_an_unknown_notice_is_taken_and_marked(
    site: RunningSite, staff: httpx.Client
) -> None:
    body = consent("C1", notice_version="of-last-year")
    answer = staff.post(
        "/v1/events", json=body, headers={"content-type": "application/cloudevents+json"}
    )
    (receipt,) = answer.json()["receipts"]
    assert receipt == {"source": receipt["source"], "id": receipt["id"], "status": "accepted"}
    site.work()
    (word,) = ledger(site, "C1")["consents"]
    assert word["notice_unknown"] is True
    assert word["notice_sha256"] is None
    text = "# 标题\n" + "".join(f"\n## {heading}\n\n写清楚。\n" for heading in HEADINGS["zh-CN"])
    made = notice("of-last-year", "archive", {"zh-CN": text})
    assert add_notice(site.site.engine, made, 5)
    (word,) = ledger(site, "C1")["consents"]
    assert (word["notice_unknown"], word["notice_sha256"]) == (False, made.sha256)


def test_evidence_goes_over_http_and_each_reading_is_logged(
    site: RunningSite, staff: httpx.Client
) -> None:
    site.accept(consent("C1", purpose="club"))
    posted = staff.post("/v1/attachments?card_id=C1", content=PNG)
    assert posted.status_code == 201, posted.text
    assert posted.json() == {
        "evidence_sha256": sha256(PNG).hexdigest(),
        "media_type": "image/png",
        "size_bytes": len(PNG),
    }
    before = len(looks(site, "C1"))
    read = staff.get(f"/v1/attachments/{sha256(PNG).hexdigest()}?card_id=C1")
    assert (read.status_code, read.content) == (200, PNG)
    assert len(looks(site, "C1")) == before + 1


def test_a_dealer_may_hand_evidence_over_and_reads_none(site: RunningSite) -> None:
    with site.client(Authorization=f"Bearer {site.token('dealer', 'D1')}") as dealer:
        assert dealer.post("/v1/attachments?card_id=C-new", content=PNG).status_code == 201
        read = dealer.get(f"/v1/attachments/{sha256(PNG).hexdigest()}?card_id=C-new")
        both = dealer.post(f"/v1/attachments?card_id=C-new&row_key={'0' * 64}", content=PNG)
        nobodys = dealer.post(f"/v1/attachments?row_key={'0' * 64}", content=PNG)
    assert (read.status_code, both.status_code, nobodys.status_code) == (404, 400, 404)


@pytest.mark.parametrize(
    ("query", "content", "status"),
    [
        ("?card_id=C1", b"no picture", 415),
        ("?card_id=C1", PNG + b"x" * (5 * 1024 * 1024), 413),
        ("?card_id=13912345678", PNG, 400),
        ("?card_id=../C1", PNG, 400),
        ("", PNG, 400),
    ],
)
def test_what_cannot_be_evidence_is_refused_with_its_reason(
    staff: httpx.Client, query: str, content: bytes, status: int
) -> None:
    answer = staff.post(f"/v1/attachments{query}", content=content)
    assert answer.status_code == status
    assert answer.json()["status"] == status


def test_evidence_of_a_restricted_archive_is_for_compliance_alone(site: RunningSite) -> None:
    with site.client(Authorization=f"Bearer {site.token()}") as machine:
        machine.post("/v1/attachments?card_id=C-no", content=PNG)
        digest = sha256(PNG).hexdigest()
        site.accept(consent("C-no", evidence_sha256=digest), refusal("C-no"))
        assert machine.get(f"/v1/attachments/{digest}?card_id=C-no").status_code == 404
    answers = {}
    for name in ("law", "office", "field"):
        with site.client() as client:
            sign_in(client, name)
            page = client.get(f"/people/{person_id('C-no')}").text
            form = {"form_token": token_in(page), "card_id": "C-no", "evidence": digest}
            answers[name] = client.post(
                f"/people/{person_id('C-no')}/evidence", data=form
            ).status_code
    assert answers == {"law": 200, "office": 404, "field": 404}


def test_who_may_not_open_evidence_is_told_that_it_is_there_and_until_when_a_consent_holds(
    site: RunningSite,
) -> None:
    site.user("looker", "auditor")
    digest = sha256(PNG).hexdigest()
    with site.client(Authorization=f"Bearer {site.token()}") as machine:
        machine.post("/v1/attachments?card_id=C1", content=PNG)
    site.accept(consent("C1", id="kept", evidence_sha256=digest, expires_on="2031-05-03"))
    with site.client() as client:
        sign_in(client, "looker")
        page = client.get(f"/people/{person_id('C1')}").text
    assert "有凭据" in page and digest[:16] in page and "/evidence" not in page
    assert "到 2031年5月3日 为止" in page.partition('id="timeline"')[2]


def test_the_page_shows_what_holds_now_even_when_paper_disagrees(
    site: RunningSite, field: httpx.Client
) -> None:
    site.accept(card("C-paper", "孙白纸", "13700003333"))
    no = refusal("C-paper") | {"timeprecision": "day", "id": "no-paper"}
    site.accept(no, consent("C-paper"))
    known = ledger(site, "C-paper")
    assert [(s["purpose"], s["state"]) for s in known["standings"]] == [("archive", "refused")]
    assert [w["decides"] for w in known["consents"]] == [True, False]
    page = field.get(f"/people/{person_id('C-paper')}").text
    assert '<span class="badge good">✓ 已同意</span>' not in page
