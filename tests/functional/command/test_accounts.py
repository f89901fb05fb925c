"""`jinxi token` and `jinxi account`: what they close is closed at once, while the site runs."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import orjson
import pytest
import typer

from crm.accounts.access import COMMAND
from crm.accounts.audit import CHANGED, AuditAsked, audited
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import open_engine, reading
from tests.examples import a_card
from tests.functional.command.running import Jinxi, a_text
from tests.integration.web.sites import PASSWORD, RunningSite, running, sign_in


@pytest.fixture
def site(jinxi: Jinxi) -> Iterator[RunningSite]:
    """The site over the data of the command's folder."""
    jinxi("account", "list")
    with running(jinxi.folder / "jinxi-data") as started:
        yield started


def send(site: RunningSite, token: str, number: int, source: str = "/hall") -> httpx.Response:
    event = a_card(f"C{number}", attributes={"source": source, "id": f"e{number}"})
    headers = {"Content-Type": "application/cloudevents+json", "Authorization": f"Bearer {token}"}
    with site.client() as client:
        return client.post("/v1/events", content=orjson.dumps(event), headers=headers)


def new_token(jinxi: Jinxi, *options: str) -> str:
    token: str = jinxi("token", "add", "--role", "staff", *options, "--json").only["token"]
    return token


def test_a_revoked_token_opens_nothing_at_once(jinxi: Jinxi, site: RunningSite) -> None:
    token, other = new_token(jinxi, "--name", "hall"), new_token(jinxi, "--name", "bus")
    assert send(site, token, 1).status_code == 200
    assert "已停用：hall" in jinxi("token", "revoke", "hall").text
    assert send(site, token, 2).status_code == 401
    assert send(site, other, 3, "/bus").status_code == 200


def test_tokens_are_listed_with_what_they_may_use_and_do_use(
    jinxi: Jinxi, site: RunningSite
) -> None:
    assert "还没有" in jinxi("token", "list").text
    send(site, new_token(jinxi, "--name", "hall"), 1)
    new_token(jinxi, "--name", "bus", "--source", "/bus", "--source", "urn:bus:")
    jinxi("token", "revoke", jinxi("token", "list", "--json").lines[0]["id"])
    hall, bus = jinxi("token", "list", "--json").lines
    assert list(hall) == [*("id", "name", "role", "dealer", "sources", "created_at", "revoked_at")]
    assert (hall["name"], hall["sources"]) == ("hall", [])
    assert bus["sources"] == ["/bus", "urn:bus:"]
    assert hall["revoked_at"] is not None
    assert bus["revoked_at"] is None
    assert hall["id"] in jinxi("token", "list").text


def test_a_name_that_fits_several_tokens_or_none_revokes_nothing(jinxi: Jinxi) -> None:
    new_token(jinxi, "--name", "hall")
    new_token(jinxi, "--name", "hall")
    assert "请写编号" in jinxi("token", "revoke", "hall", status=2).err
    assert "没有这个名字" in jinxi("token", "revoke", "bus", status=2).err
    assert [token["revoked_at"] for token in jinxi("token", "list", "--json").lines] == [None] * 2


def test_a_password_is_asked_for_until_it_was_typed_twice_the_same(
    jinxi: Jinxi, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter(["one-of-eight", "one-of-eihgt", "one-of-eight", "one-of-eight"])
    asked = []

    def prompt(words: str, *, hide_input: bool) -> str:
        assert hide_input
        asked.append(words)
        return next(typed)

    monkeypatch.setattr(typer, "prompt", prompt)
    told = jinxi("account", "add", "--name", "wang.fang", "--role", "staff")
    assert asked == ["密码（12 个字符以上）", "再输一次密码"] * 2
    assert "两次输的不一样" in told.err
    assert "已加上：wang.fang" in told.text


def test_under_a_foreign_source_the_sender_hears_why_and_what_to_do(
    jinxi: Jinxi, site: RunningSite
) -> None:
    new_token(jinxi, "--name", "hall", "--source", "/hall")
    (receipt,) = send(site, new_token(jinxi, "--name", "bus"), 2).json()["receipts"]
    assert (receipt["reason"], receipt["path"]) == ("not_allowed", "$.source")
    assert "已开给别的发送方" in receipt["sentence"]
    assert "请换成自己的来源" in receipt["sentence"]


def test_who_goes_on_for_a_sender_may_ask_what_became_of_its_events(
    jinxi: Jinxi, site: RunningSite
) -> None:
    first, other = new_token(jinxi, "--name", "hall"), new_token(jinxi, "--name", "bus")
    send(site, first, 1)
    jinxi("token", "revoke", "hall")
    asked = {"source": "/hall", "id": "e1"}
    statuses = []
    for token in (first, new_token(jinxi, "--name", "hall"), other):
        with site.client(Authorization=f"Bearer {token}") as client:
            statuses.append(client.get("/v1/events", params=asked).status_code)
    assert statuses == [401, 200, 404]


def test_an_account_is_added_listed_given_a_password_and_closed_at_once(
    jinxi: Jinxi, site: RunningSite
) -> None:
    assert "还没有" in jinxi("account", "list").text
    jinxi(
        *("account", "add", "--name", "fang", "--role", "staff", "--password", PASSWORD),
        *("--region", "110000", "--region", "石家庄市"),
    )
    (listed,) = jinxi("account", "list", "--json").lines
    assert list(listed) == [*("actor", "name", "roles", "dealer", "regions", "open", "created_at")]
    assert (listed["name"], listed["open"]) == ("fang", True)
    assert listed["regions"] == ["110000", "130100"]
    page = "/me/second-factor"
    with site.client() as client:
        assert sign_in(client, "fang").headers["location"] == page
        # Not as an argument, which the list of processes shows.
        given = b"another-password\r\n"
        jinxi("account", "password", "fang", "--password", "-", stdin=given)
        assert client.get(page).headers["location"] != page
        assert sign_in(client, "fang").status_code == 401
        assert sign_in(client, "fang", "another-password").status_code == 303
        assert client.get(page).status_code == 200
        assert "还没有设第二道验证" in jinxi("account", "forget-factor", "fang").text
        assert client.get(page).headers["location"] != page
        assert sign_in(client, "fang", "another-password").status_code == 303
        assert "已关闭" in jinxi("account", "close", "fang").text
        assert client.get(page).status_code == 303
        assert sign_in(client, "fang", "another-password").status_code == 401
    assert jinxi("account", "list", "--json").only["open"] is False
    assert "没有可登录的账户" in jinxi("account", "close", "fang", status=1).err


def test_a_password_that_is_too_short_is_explained(jinxi: Jinxi) -> None:
    add = ("account", "add", "--name", "fang", "--role", "staff", "--password")
    assert "12 到 200" in jinxi(*add, "short", status=2).err
    jinxi(*add, PASSWORD)
    assert "12 到 200" in jinxi("account", "password", "fang", "--password", "x", status=2).err
    assert "已有这个名字" in jinxi(*add, PASSWORD, status=2).err


def test_whatever_the_command_does_to_who_may_enter_stands_in_the_audit(
    jinxi: Jinxi, tmp_path: Path
) -> None:
    text = tmp_path / "archive.md"
    text.write_text(a_text("写清楚。"), encoding="utf-8")
    new = ("--name", "fang", "--role", "staff")
    jinxi("account", "add", *new, "--password", PASSWORD)
    jinxi("account", "password", "fang", "--password", "another-password")
    jinxi("account", "forget-factor", "fang")
    jinxi("account", "close", "fang")
    new_token(jinxi, "--name", "hall")
    jinxi("token", "revoke", "hall")
    called = jinxi("webhook", "add", "D1", "https://erp.example/jinxi", "--json").only
    jinxi("webhook", "remove", called["webhook_id"])
    for _ in "once", "again":
        jinxi("notice", "add", "2026-06", "archive", "--text", text)
    with reading(open_engine(f"sqlite:///{jinxi.folder}/jinxi-data/jinxi.db")) as connection:
        asked = AuditAsked(kind=CHANGED)
        found, _ = audited(HEADQUARTERS_SCOPE, connection, asked, 100, oldest_first=True)
    (fang,) = jinxi("account", "list", "--json").lines
    (hall,) = jinxi("token", "list", "--json").lines
    assert {each.actor for each in found} == {COMMAND}
    assert [(each.what, each.subject, each.detail) for each in found] == [
        ("made", fang["actor"], "staff"),
        ("password", fang["actor"], ""),
        ("closed", fang["actor"], ""),
        ("token_made", hall["id"], "staff"),
        ("token_revoked", hall["id"], ""),
        ("webhook_made", called["webhook_id"], "D1"),
        ("webhook_removed", called["webhook_id"], ""),
        ("notice_added", "2026-06 archive", ""),
    ]


def test_an_archive_in_full_is_kept_in_the_access_log_and_a_masked_one_is_not(
    jinxi: Jinxi, site: RunningSite
) -> None:
    health = {"conditions": ["高血压"]}
    event = a_card("C1", health=health, contact={"phones": ["13912345678"]})
    jinxi("accept", "-", stdin=orjson.dumps(event))
    jinxi("work", "--until-idle")
    site.user("law", "compliance")
    with site.client() as client:
        sign_in(client, "law")
        for options, logged in (((), False), (("--json",), True)):
            jinxi("archive", "C1", *options)
            page = client.get("/people/C1").text
            assert ("总部（命令行）" in page) == logged
        foot = page.split("谁点开过")[1]
        for field in ("姓名", "电话", "病症"):
            assert field in foot, field
        assert "地址" not in foot
