"""A dealer invites people of its own copy to its own activities, and nobody else to nothing."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from crm.invitations import of_dealers
from crm.invitations.queries import invited_to
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from crm.web.pages import own_invitations
from tests.integration.feed.dealers import Company, event, shared
from tests.integration.web.companies import NAME, company, key_in, shop, token_in
from tests.integration.web.sites import activity_today, today

__all__ = ["company", "shop"]

PAGE = "/copy/invite/A-today"


@pytest.fixture(autouse=True)
def hall(company: Company) -> None:
    other = activity_today("A-other")
    before = activity_today("A-before")
    other["data"] |= {"dealer": "D2"}
    before["data"] |= {"starts_at": f"{today() - timedelta(days=2)}T09:00:00+08:00"}
    company.take(activity_today(), other, before)


def said(shop: httpx.Client, step: str, *keys: str, page: str = PAGE, **more: Any) -> str:
    form = {"form_token": token_in(shop.get("/copy").text), "step": step, "chosen": keys}
    return shop.post(page, data=form | more).text


def invited(company: Company, activity_id: str = "A-today") -> int:
    with reading(company.running.site.engine) as connection:
        return len(invited_to(HEADQUARTERS_SCOPE, connection, activity_id))


def test_a_dealer_invites_whoever_is_in_its_copy_and_takes_it_back(
    company: Company, shop: httpx.Client
) -> None:
    assert f'href="{PAGE}"' in shop.get("/activities/A-today").text
    page = shop.get(PAGE).text
    assert NAME not in page and "欧*" in page and "请过" not in page
    key = key_in(shop.get("/copy").text)
    assert "请先勾上要请的人" in said(shop, "invite")
    answer = said(shop, "invite", key)
    assert "请了 1 人。" in answer and "请过" in answer
    assert invited(company) == 1
    assert "请了 0 人。<br>1 人已经请过。" in said(shop, "invite", key)
    assert "请过" not in said(shop, "take_back", key)
    assert invited(company) == 0


def test_who_said_no_to_notices_is_left_out_and_counted(
    company: Company, shop: httpx.Client
) -> None:
    no = {"card_id": "c-open", "purpose": "marketing", "by": "self", "method": "oral"}
    company.take(event("consent.refused", "card/c-open", {**no, "notice_version": "1"}))
    answer = said(shop, "invite", key_in(shop.get("/copy").text))
    assert "1 人说过不接收活动通知" in answer
    assert invited(company) == 0


def test_who_was_never_asked_is_left_out_until_the_dealer_says_otherwise(
    company: Company, shop: httpx.Client
) -> None:
    assert re.search(r'name="asked_only" value="1" checked', shop.get(PAGE).text)
    answer = said(shop, "invite", key_in(shop.get("/copy").text), asked_only="1")
    assert "1 人还没有问过要不要活动通知" in answer and "请了 0 人" in answer
    assert invited(company) == 0


def test_nobody_elses_people_and_no_other_activity_can_be_invited(
    company: Company, shop: httpx.Client
) -> None:
    company.take(*shared("c-else", "D2"))
    key = key_in(shop.get("/copy").text)
    page = "/copy/invite/A-other"
    assert shop.get(page).status_code == 404
    assert "请过" not in said(shop, "invite", key, page=page)
    assert "请了 0 人。" in said(shop, "invite", "0" * 64)
    assert "不能再请人" in said(shop, "invite", key, page="/copy/invite/A-before")
    assert [invited(company, each) for each in ("A-today", "A-other", "A-before")] == [0, 0, 0]


def test_the_list_is_narrowed_by_a_name_and_by_who_came(
    company: Company, shop: httpx.Client
) -> None:
    came = {"card_id": "c-open", "activity_id": "A-before"}
    company.take(event("activity.attended", "card/c-open", came))
    assert 'name="chosen"' in said(shop, "look", came_to="A-before")
    assert 'name="chosen"' not in said(shop, "look", came_to="A-today")
    assert 'name="chosen"' in said(shop, "look", text=NAME)
    assert "没有这样的人" in said(shop, "look", text="别人")


def test_who_would_not_be_invited_is_marked_before_anybody_is_ticked(
    company: Company, shop: httpx.Client
) -> None:
    company.take(*shared("c-quiet", "D1"), *shared("c-glad", "D1"))
    for card_id, type_name in (("c-open", "consent.refused"), ("c-glad", "consent.given")):
        word = {"card_id": card_id, "purpose": "marketing", "by": "self", "method": "voice"}
        company.take(event(type_name, f"card/{card_id}", {**word, "notice_version": "1"}))
    page = shop.get(PAGE).text
    assert page.count("说过不接收活动通知</span>") == 1
    assert page.count("没有问过要不要活动通知</span>") == 1
    assert page.count('name="chosen"') == 3 and page.count(" disabled>") == 1
    keys = re.findall(r'name="chosen" value="([0-9a-f]+)"', page)
    answer = said(shop, "invite", *keys, asked_only="1")
    assert "请了 1 人。<br>1 人还没有问过" in answer and invited(company) == 1


def test_that_nobody_was_invited_is_no_good_news(company: Company, shop: httpx.Client) -> None:
    key = key_in(shop.get("/copy").text)
    answer = said(shop, "invite", key, asked_only="1")
    assert '<p class="note waiting" role="status">请了 0 人。' in answer


def test_a_whole_copy_of_five_thousand_rows_can_be_ticked(
    company: Company, shop: httpx.Client
) -> None:
    key = key_in(shop.get("/copy").text)
    others = [f"{number:064x}" for number in range(4_999)]
    assert "请了 1 人。" in said(shop, "invite", key, *others)


def test_who_fits_and_is_not_listed_can_be_meant_as_well_and_the_most_at_once_is_said(
    company: Company, shop: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.take(*(e for n in range(3) for e in shared(f"c-more-{n}", "D1")))
    monkeypatch.setattr(own_invitations, "_MOST_SHOWN", 2)
    page = shop.get(PAGE).text
    keys = re.findall(r'name="chosen" value="([0-9a-f]+)"', page)
    after = re.findall(r'name="after" value="([0-9a-f]+)"', page)[0]
    assert len(keys) == 2 and "没有列出的 2 人也选" in page and "一次最多请 400 人" in page
    assert "请了 3 人。" in said(shop, "invite", keys[0], rest="1", after=after)
    assert "请过" in shop.get(PAGE).text and invited(company) == 3
    monkeypatch.setattr(of_dealers, "MOST_AT_ONCE", 0)
    assert "1 人没有请：一次最多请" in said(shop, "invite", *keys, rest="1", after=after)


def test_who_is_ticked_stays_ticked_while_others_are_looked_for(
    company: Company, shop: httpx.Client
) -> None:
    key = key_in(shop.get("/copy").text)
    ticked = f'value="{key}" checked'
    assert ticked in said(shop, "look", key, text="别人")
    assert ticked in said(shop, "look", key, came_to="A-before")
    assert ticked not in said(shop, "look", text=NAME)
    assert ticked not in said(shop, "invite", key, text="别人")
