"""What somebody asks a dealer for under their rights stands on the company's desk at once."""

import re
from collections.abc import Iterator
from html import unescape

import httpx
import orjson
import pytest

from campaigns.ids import short_number
from campaigns.intake import Credential
from crm.accounts.roles import scope_of
from crm.rights.queries import opened_by, requests
from crm.rights.register import Clerk, close_request
from crm.rights.request import Closing, Request
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from crm.web.view.event_view import address_of
from tests.integration.feed.dealers import Company
from tests.integration.web.companies import company, key_in, registered, shop, sign_in, token_in
from tests.integration.web.sites import today

__all__ = ["company", "shop"]
OWN = ("/dealers/D1/erp", "own-7")
ASKED = {"kind": "erase", "asked_by": "self", "channel": "phone", "text": "全部删掉"}


@pytest.fixture
def own_card(company: Company) -> str:
    """The page by which a card is passed on that D1 wrote, and never shared."""
    hand_over(company, "D1", "c-own", OWN)
    return address_of(*OWN).replace("/event?", "/event/request?")


def hand_over(company: Company, dealer: str, card_id: str, identity: tuple[str, str]) -> None:
    wire = registered(card_id, "毛远新") | dict(zip(("source", "id"), identity, strict=True))
    credential = Credential("dealer", "u-erp", dealer, (f"/dealers/{dealer}",))
    [receipt] = company.running.site.intake.accept([orjson.dumps(wire)], credential)
    assert receipt.status == "accepted", receipt
    company.work()


@pytest.fixture
def hall(company: Company) -> Iterator[httpx.Client]:
    """Field staff of D1."""
    company.running.user("hall", "dealer_staff", "D1")
    with company.running.client() as client:
        sign_in(client, "hall")
        yield client


def waiting(company: Company) -> list[Request]:
    site = company.running.site
    with reading(site.engine) as connection:
        return requests(HEADQUARTERS_SCOPE, connection, site.keyring, today())


def passed(client: httpx.Client, path: str, **changed: str) -> httpx.Response:
    token = token_in(client.get("/me").text)
    form = {"form_token": token, "received_on": str(today()), **ASKED, **changed}
    return client.post(path, data=form)


def test_whom_a_row_is_of_who_wants_everything_deleted_is_on_the_companys_desk_at_once(
    company: Company, shop: httpx.Client
) -> None:
    row = f"/copy/row/{key_in(shop.get('/copy').text)}"
    assert f'href="{row}/request"' in shop.get(row).text
    answer = passed(shop, f"{row}/request")
    assert answer.headers["location"] == f"{row}/request#requests"
    page = shop.get(f"{row}/request").text
    assert "已经转给公司的" in page and "最迟" in page
    [found] = waiting(company)
    assert (found.kind, found.card_id, found.text) == ("erase", "c-open", "全部删掉")
    with company.running.client() as office:
        sign_in(office, "office")
        assert "1</b> 件权利请求待答复" in office.get("/").text
        told = office.get(f"/rights/{found.request_id}").text
    assert "shop · 经销商 D1" in told and "转来" in told


def test_whose_card_the_dealer_wrote_is_passed_on_though_it_is_in_no_copy(
    company: Company, shop: httpx.Client, own_card: str
) -> None:
    event_page = unescape(shop.get(own_card.replace("/event/request?", "/event?")).text)
    assert own_card in event_page
    assert short_number("c-own") in shop.get(own_card).text
    assert passed(shop, own_card).status_code == 303
    [found] = waiting(company)
    assert found.card_id == "c-own"
    with reading(company.running.site.engine) as connection:
        assert opened_by(HEADQUARTERS_SCOPE, connection, found.request_id).startswith("u-")


def test_field_staff_of_the_dealer_passes_on_whom_it_finds(
    company: Company, hall: httpx.Client, shop: httpx.Client
) -> None:
    row = f"/copy/row/{key_in(shop.get('/copy').text)}/request"
    assert passed(hall, row).status_code == 303
    assert [each.kind for each in waiting(company)] == ["erase"]
    # The desk of the dealer sees what its field staff passed on.
    assert "已经转给公司的" in shop.get(row).text


def test_who_passes_on_the_same_again_is_told_so_and_nothing_is_entered_twice(
    company: Company, shop: httpx.Client, hall: httpx.Client
) -> None:
    row = f"/copy/row/{key_in(shop.get('/copy').text)}/request"
    assert passed(shop, row).status_code == 303
    for client, again in ((shop, ASKED), (hall, ASKED), (hall, {"text": ""})):
        answer = passed(client, row, **again)
        assert answer.status_code == 200
        assert "同一件事，没有再记一条" in answer.text and "已经转给公司的" in answer.text
    assert len(waiting(company)) == 1


def test_what_is_asked_for_otherwise_is_asked_about_once_and_passed_on_all_the_same(
    company: Company, shop: httpx.Client
) -> None:
    row = f"/copy/row/{key_in(shop.get('/copy').text)}/request"
    passed(shop, row, kind="correct", text="电话换了")
    doubted = passed(shop, row, kind="correct", text="住址换了")
    assert "这次要的不一样，才另记一条" in doubted.text and len(waiting(company)) == 1
    asked = re.search(r'name="asked" value="([^"]+)"', doubted.text)
    assert asked is not None
    again = {"kind": "correct", "text": "住址换了", "asked": asked[1]}
    assert passed(shop, row, **again).status_code == 303
    assert passed(shop, row, kind="copy").status_code == 303, "another kind is no doubt"
    assert sorted(each.kind for each in waiting(company)) == ["copy", "correct", "correct"]


def test_what_was_answered_may_be_asked_for_again(company: Company, shop: httpx.Client) -> None:
    row = f"/copy/row/{key_in(shop.get('/copy').text)}/request"
    passed(shop, row, kind="copy")
    site, [found] = company.running.site, waiting(company)
    clerk = Clerk(scope_of("compliance"), "law-1", site.now_us())
    close_request(site.engine, site.keyring, clerk, found.request_id, Closing("granted"))
    assert passed(shop, row, kind="copy").status_code == 303
    assert len(waiting(company)) == 1


def test_a_dealer_hears_nothing_of_what_others_passed_on(
    company: Company, shop: httpx.Client
) -> None:
    with company.running.client() as office:
        sign_in(office, "office")
        passed(office, "/people/c-open/request")
        [found] = waiting(company)
        # The company sees its own, whoever entered it.
        same = passed(office, "/people/c-open/request")
        assert same.headers["location"] == f"/rights/{found.request_id}?before=true"
        assert "同一件事，没有再记一条" in office.get(same.headers["location"]).text
    row = f"/copy/row/{key_in(shop.get('/copy').text)}/request"
    assert passed(shop, row).status_code == 303
    assert len(waiting(company)) == 2


def test_nobody_is_passed_on_who_is_another_dealers_or_the_companys(
    company: Company, shop: httpx.Client, hall: httpx.Client, own_card: str
) -> None:
    hand_over(company, "D2", "c-other", ("/dealers/D2/erp", "own-7"))
    others = [own_card.replace("D1", "D2"), "/event/request?source=/hq/console&id=none"]
    others.append(f"/copy/row/{'0' * 64}/request")
    for path in others:
        for client in (shop, hall):
            assert client.get(path).status_code == passed(client, path).status_code == 404, path
    # Field staff sees its own words alone.
    assert passed(hall, own_card).status_code == 404
    assert waiting(company) == []


def test_what_a_dealer_says_of_a_card_that_it_guessed_leads_to_no_row(
    company: Company, shop: httpx.Client
) -> None:
    """`c-open` is in the copy, by a row: its id is nothing that the dealer may know."""
    wire = {
        "specversion": "1.0",
        "source": "/dealers/D1/erp",
        "id": "guess",
        "type": "jinxi.club.joined.v1",
        "subject": "card/c-open",
        "time": "2026-01-05T10:00:00+08:00",
        "data": {"card_id": "c-open", "club": "K"},
    }
    credential = Credential("dealer", "u-erp", "D1", ("/dealers/D1",))
    company.running.site.intake.accept([orjson.dumps(wire)], credential)
    company.work()
    path = "/event/request?source=/dealers/D1/erp&id=guess"
    assert shop.get(path).status_code == 404
    assert "/request" not in shop.get(path.replace("/request", "")).text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": ""}, "“要求什么”还没有选"),
        ({"received_on": "2999-01-01"}, "今天以后"),
        ({"asked_by": "relative"}, "近亲属不能代为行使"),
    ],
)
def test_what_is_wrong_or_doubtful_is_said_and_what_was_typed_stays(
    company: Company, shop: httpx.Client, changed: dict[str, str], said: str
) -> None:
    row = f"/copy/row/{key_in(shop.get('/copy').text)}/request"
    answer = passed(shop, row, **changed)
    assert answer.status_code in (200, 422) and said in answer.text and "全部删掉" in answer.text
    assert waiting(company) == []


def test_of_an_own_card_it_is_not_told_whether_its_person_is_known_to_have_died(
    company: Company, shop: httpx.Client, own_card: str
) -> None:
    assert passed(shop, own_card, asked_by="relative").status_code == 303


def test_whoever_has_no_dealer_passes_nothing_on(company: Company, own_card: str) -> None:
    with company.running.client() as office:
        sign_in(office, "office")
        assert passed(office, own_card).status_code == 403
    assert waiting(company) == []


def test_all_that_was_not_chosen_is_told_at_once_each_by_its_name(shop: httpx.Client) -> None:
    row = f"/copy/row/{key_in(shop.get('/copy').text)}/request"
    answer = passed(shop, row, kind="", asked_by="", channel="")
    assert answer.status_code == 422
    for name in ("要求什么", "谁提出的", "怎样提出的"):
        assert f"“{name}”还没有选" in answer.text
