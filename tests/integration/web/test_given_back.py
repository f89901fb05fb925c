"""Who had a person's row and gave it back is told where somebody asks who has a copy."""

import re

import httpx
import orjson

from campaigns.ids import person_id
from crm.copies.receipts import is_signed
from tests.integration.feed.dealers import Company, withdrawal
from tests.integration.web.companies import company, shop, sign_in, token_in

__all__ = ["company", "shop"]


def test_a_copy_that_was_given_back_is_told_of_with_who_took_it_and_who_says_it_is_deleted(
    company: Company, shop: httpx.Client
) -> None:
    shop.post("/copy/workbook", data={"form_token": token_in(shop.get("/copy").text)})
    company.take(withdrawal("c-open", "D1"))
    page = shop.get("/copy").text
    (sequence,) = re.findall(r'name="deleted" value="(\d+)"', page)
    form = {"form_token": token_in(page), "deleted": sequence, "everywhere": "1"}
    said = shop.post("/copy/deleted", data=form).headers["location"]
    number = said.partition("deleted=")[2][:8].upper()
    company.running.user("looker", "auditor")
    for name in ("office", "looker"):
        with company.running.client() as person:
            sign_in(person, name)
            told = person.get(f"/people/{person_id('c-open')}").text.partition("谁有副本")[2]
        told = told.partition("</section>")[0]
        assert "哪家经销商都没有" in told and "以前有过，已经交回的" in told
        assert "说已删除" in told and f"回执号 {number}" in told and "下载 Excel · shop" in told


def test_the_receipt_of_a_deletion_is_a_file_that_proves_itself_to_who_may_see_the_copy(
    company: Company, shop: httpx.Client
) -> None:
    shop.post("/copy/workbook", data={"form_token": token_in(shop.get("/copy").text)})
    company.take(withdrawal("c-open", "D1"))
    page = shop.get("/copy").text
    (sequence,) = re.findall(r'name="deleted" value="(\d+)"', page)
    form = {"form_token": token_in(page), "deleted": sequence, "everywhere": "1"}
    shop.post("/copy/deleted", data=form)
    (path,) = set(re.findall(r'href="(/copy/deletions/[^"]+)"', shop.get("/copy").text))
    company.running.user("looker", "auditor")
    company.running.user("other", "dealer", "D2")
    company.running.user("field", "staff")
    answers = {}
    for name in ("looker", "other", "field"):
        with company.running.client() as person:
            sign_in(person, name)
            answers[name] = person.get(path)
            if name == "looker":
                assert path in person.get("/dealers/D1").text
                assert path in person.get(f"/people/{person_id('c-open')}").text
    assert [each.status_code for each in answers.values()] == [200, 404, 403]
    for told in (shop.get(path).json(), answers["looker"].json()):
        signed = told["signed"].encode()
        assert is_signed(signed, told["company_signature"], told["company_key"])
        assert not is_signed(signed + b" ", told["company_signature"], told["company_key"])
        assert orjson.loads(signed)["by"] == "shop"


def test_what_never_left_for_a_dealer_was_never_given_back(company: Company) -> None:
    company.take(withdrawal("c-open", "D1"))
    with company.running.client() as office:
        sign_in(office, "office")
        assert "以前有过" not in office.get(f"/people/{person_id('c-open')}").text
