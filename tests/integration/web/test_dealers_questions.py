"""What a dealer asks about itself and its people is answered where it looks: territory, rewards,
what was passed on, at which activity somebody was."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from campaigns.ids import reward_id, short_number
from campaigns.times import rfc3339
from crm.clock import now_us
from crm.rights.own_copy import Keeper
from tests.integration.feed.dealers import Company, event
from tests.integration.web.companies import company, key_in, shop, token_in
from tests.integration.web.reward_sites import member, rewarding, sale, signed_in
from tests.integration.web.sites import today

__all__ = ["company", "shop"]


def test_a_dealer_reads_on_its_own_page_where_and_until_when_its_contract_holds_and_whom_to_ask(
    company: Company, shop: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(company.running.site.__dict__, "keeper", Keeper("康宁", "010-66668888"))
    company.running.user("hall", "dealer_staff", "D1")
    page = shop.get("/me").text
    assert "北京市" in page and "正在执行" in page and "康宁（010-66668888）" in page
    assert "上海市" not in page
    with signed_in(company.running, "hall") as hall:
        assert 'id="contracts"' not in hall.get("/me").text
    with signed_in(company.running, "office") as office:
        assert 'id="contracts"' not in office.get("/me").text


def test_a_dealer_finds_the_people_of_its_copy_from_the_search_of_every_page_and_nobody_else(
    company: Company, shop: httpx.Client
) -> None:
    token = token_in(shop.get("/search").text)
    for text in ("oygl", "欧阳", "0001"):
        found = shop.post("/search", data={"form_token": token, "text": text}).text
        assert "副本里的人" in found and "欧**兰" in found and 'href="/copy/row/' in found
        assert "欧阳桂兰" not in found and "没有找到" not in found
    foreign = shop.post("/search", data={"form_token": token, "text": "慕容"}).text
    assert "没有找到" in foreign and "/copy/row/" not in foreign
    company.running.user("hall", "dealer_staff", "D1")
    with signed_in(company.running, "hall") as hall:
        assert "/copy/row/" not in hall.post("/search", text="欧阳").text


def test_whoever_is_about_to_call_is_told_what_the_person_asked_for_and_when_it_is_due(
    company: Company, shop: httpx.Client
) -> None:
    page = shop.get("/copy").text
    row = f"/copy/row/{key_in(page)}"
    assert "已经转给公司" not in shop.get(row).text
    asked = {"kind": "erase", "asked_by": "self", "channel": "phone", "text": "别再打了"}
    form = {"form_token": token_in(page), "received_on": str(today()), **asked}
    assert shop.post(f"{row}/request", data=form).status_code == 303
    told = shop.get(row).text.partition("看姓名和电话")[0]
    assert "本人的要求已经转给公司：删除" in told


def test_a_visit_in_a_row_says_at_which_of_the_dealers_own_activities_it_was(
    company: Company, shop: httpx.Client
) -> None:
    held = rfc3339(now_us() - int(timedelta(days=3).total_seconds()) * 1_000_000)
    for name, dealer in (("a-own", "D1"), ("a-other", "D2")):
        planned = {
            **{"activity_id": name, "programme": "golden-sunset", "kind": "health_lecture"},
            **{"title": f"讲座 {name}", "region": "110105", "dealer": dealer, "starts_at": held},
        }
        came = {"card_id": "c-open", "activity_id": name}
        company.take(
            event("activity.planned", f"activity/{name}", planned),
            event("activity.attended", "card/c-open", came, time=held),
        )
    page = shop.get(f"/copy/row/{key_in(shop.get('/copy').text)}").text
    assert 'href="/activities/a-own">讲座 a-own</a>' in page and "讲座 a-other" not in page


def test_a_dealer_that_disagrees_with_a_reward_is_told_whom_to_ask_and_by_which_number(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    events = [*member("M1"), *sale(1, "M1")]
    reward = reward_id("P1", "M1", "default")
    with rewarding(tmp_path_factory.mktemp("asked"), *events) as site:
        with signed_in(site, "chief") as chief:
            fields = {"form_id": str(uuid4()), "word": "approved", "reward": reward}
            assert chief.post("/rewards/decide", **fields).status_code == 303
        site.work()
        with signed_in(site, "dealer") as dealer:
            page = dealer.get(f"/rewards/{reward}").text
        with signed_in(site, "payer") as payer:
            desk = payer.get(f"/rewards/{reward}").text
    assert "有不同意见" in page and f"请找公司，报上编号 {short_number(reward)}" in page
    assert "有不同意见" not in desk
    # Nobody but the company decides: no other dealer is named as one that might have.
    assert "谁批准的</dt><dd>公司</dd>" in page and "谁批准的</dt><dd>chief</dd>" in desk
