"""Headquarters' pages on dealers, and the commands beside them."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.functional.command.running import Jinxi
from tests.integration.feed.dealers import Company, contract_end, shared, withdrawal
from tests.integration.web.sites import PASSWORD, sign_in, today

PAGES = ("/dealers", "/recalls", "/recalls?overdue=true", "/hand-over", "/hand-over?old=D1&new=D2")


@pytest.fixture
def office(company: Company) -> httpx.Client:
    """Somebody of headquarters has signed in, and there is something to see."""
    company.take(*shared("c1", "D1"), *shared("c2", "D1", "李秀兰"))
    dealer = company.dealer("D1")
    dealer.pull()
    dealer.acknowledge()
    company.running.user("office", "headquarters")
    client = company.client(None)
    assert sign_in(client, "office", PASSWORD).status_code == 303
    return client


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", ["staff", "dealer"])
def test_nobody_but_headquarters_sees_how_dealers_stand(
    company: Company, path: str, role: str
) -> None:
    company.running.user("other", role, "D1" if role == "dealer" else None)  # type: ignore[arg-type]
    client = company.client(None)
    sign_in(client, "other", PASSWORD)
    assert client.get(path).status_code == 403


def test_every_dealer_stands_there_with_todays_receipt_and_what_is_open(
    company: Company, office: httpx.Client
) -> None:
    page = office.get("/dealers").text
    assert "2 条，与经销商副本一致 " in page
    assert "经销商还没有签名" in page
    assert "从未确认过" in page.partition("经销商 D2")[2]
    company.take(withdrawal("c1", "D1"))
    assert "收回未确认 1 行" in office.get("/dealers").text
    page = office.get("/recalls").text
    assert "同意已结束" in page
    assert "<h1>未确认的收回 <small>1 行" in page
    taken = office.get("/recalls?file=csv").text.splitlines()
    assert 'href="/recalls?file=csv"' in page and len(taken) == 1 + page.count('class="name"')
    assert "<h1>未确认的收回 <small>0 行" in office.get("/recalls?overdue=true").text


def test_a_change_of_dealers_shows_masked_names(company: Company, office: httpx.Client) -> None:
    company.take(contract_end("D1", today() - timedelta(days=1)))
    page = office.get("/hand-over?old=D1&new=D2").text
    assert "王*英" in page and "李*兰" in page
    assert "王桂英" not in page
    assert "<small>2 人" in page
    assert "请选两家不同的经销商" in office.get("/hand-over?old=D1&new=D1").text


def test_the_commands_tell_the_same(
    company: Company,
    office: httpx.Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    company.take(contract_end("D1", today() - timedelta(days=1)))
    monkeypatch.setenv("JINXI_DATA", str(tmp_path))
    jinxi = Jinxi(tmp_path, monkeypatch, capfdbinary)
    told = jinxi("recalls", "--json").only
    assert told["overdue_after_days"] == 3
    assert [(each["dealer"], each["open"], each["overdue"]) for each in told["dealers"]] == [
        ("D1", 2, 0)
    ]
    assert {each["reason_class"] for each in told["recalls"]} == {"entitlement_ended"}
    assert jinxi("recalls", "--overdue", "--json").only["recalls"] == []
    assert "D1" in jinxi("recalls").text
    told = jinxi("hand-over", "D1", "D2", "--json").only
    assert (told["withdrawn"], told["open"], told["held"]) == (2, 2, 0)
    assert {each["name"] for each in told["people"]} == {"王*英", "李*兰"}
    assert "王*英" in jinxi("hand-over", "D1", "D2").text


def test_webhooks_and_keys_are_kept_by_command(
    company: Company,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    monkeypatch.setenv("JINXI_DATA", str(tmp_path))
    jinxi = Jinxi(tmp_path, monkeypatch, capfdbinary)
    assert "https" in jinxi("webhook", "add", "D1", "http://erp.example/", status=2).err
    made = jinxi("webhook", "add", "D1", "https://erp.example/jinxi", "--json").only
    assert made["secret"].startswith("whsec_")
    listed = jinxi("webhook", "list", "--json")
    assert (listed.only["webhook_id"], listed.only["state"]) == (made["webhook_id"], "ok")
    assert made["secret"] not in listed.text
    jinxi("webhook", "remove", made["webhook_id"])
    jinxi("webhook", "remove", made["webhook_id"], status=1)
    dealer = company.dealer("D1")
    jinxi("dealer-key", "release", "D1", status=1)
    dealer.client.post("/v1/dealer/keys", json={"public_key": dealer.public_key})
    jinxi("dealer-key", "release", "D1")
    assert dealer.client.get("/v1/dealer/keys").json()["dealer_key"] is None
