"""Headquarters' pages of what the house needs: notices, webhooks, how it stands, what waits."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, update

from campaigns.times import DAY_US
from crm.clock import now_us
from crm.feed.tables import WEBHOOK
from crm.feed.webhooks import webhooks
from crm.notices.notice import Notice, NoticeInvalid
from crm.notices.packaged import packaged_notices, require_own
from crm.notices.queries import current_notices, notices
from crm.operations.status import keep_backup
from crm.storage.database import reading, writing
from streams.embedded.worker import Worker
from tests.integration.web.acting import fill_in, form_in
from tests.integration.web.contracts import contract
from tests.integration.web.sites import RunningSite, activity_today, entered, today, token_in


@pytest.fixture(scope="module", autouse=True)
def told(site: RunningSite) -> None:
    site.user("office", "headquarters")
    site.user("plans", "planning")
    site.accept(contract())


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "office")


@pytest.fixture
def plans(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "plans")


def in_audit(client: httpx.Client) -> str:
    return client.get("/audit?kind=changed").text.partition("<tbody>")[2]


def own(text: str) -> str:
    """A packaged notice with a company of one's own."""
    for invented, real in (
        ("金夕健康科技有限公司（示例）", "康宁医疗器械有限公司"),
        ("Jinxi Health Technology Ltd. (an example)", "Kangning Ltd."),
        ("400-000-0000", "010-66668888"),
        ("privacy@jinxi.example", "hello@kangning.test"),
        ("示例市示例区示例路1号", "北京市朝阳区劲松路8号"),
        ("示例市示例區示例路1號", "北京市朝陽區勁松路8號"),
        ("1 Example Road, Example City", "8 Jinsong Road, Beijing"),
    ):
        text = text.replace(invented, real)
    return text


def test_every_packaged_notice_is_known_for_one_in_each_language() -> None:
    for each in packaged_notices():
        for language, text in each.texts.items():
            alone = Notice(each.version, each.purpose, {language: text})
            with pytest.raises(NoticeInvalid):
                require_own(alone)
            require_own(Notice(each.version, each.purpose, {language: own(text)}))


def test_a_notice_is_added_as_a_new_version_and_shown_from_then_on(
    site: RunningSite, office: httpx.Client
) -> None:
    form = form_in(office.get("/notices?purpose=marketing").text, "/notices")
    form |= {"version": "2027-01"}
    for language in ("zh-CN", "zh-TW", "en"):
        # The sample's company is nobody: what still speaks of it is not added.
        answer = office.post("/notices", data=form)
        assert answer.status_code == 422 and "样本里虚构的" in answer.text
        form[f"text_{language}"] = "" if language == "zh-TW" else own(form[f"text_{language}"])
    assert office.post("/notices", data=form).status_code == 303
    again = office.post("/notices", data=form)
    with reading(site.site.engine) as connection:
        assert current_notices(connection)["marketing"].version == "2027-01"
        assert [each.version for each in notices(connection)].count("2027-01") == 1
    assert again.status_code == 303, "a second tap is no fault"
    assert "2027-01" in office.get("/notices").text
    assert office.get("/notices/2027-01/marketing").status_code == 200
    assert "加了一版告知书" in in_audit(office)


def test_a_notice_that_leaves_something_out_is_answered_with_what_and_stays_typed(
    office: httpx.Client,
) -> None:
    form = form_in(office.get("/notices").text, "/notices") | {"version": "2027-02"}
    answer = office.post("/notices", data=form | {"text_zh-CN": "# 只有标题"})
    assert answer.status_code == 422
    assert "各小标题前面写 ##" in answer.text
    assert "只有标题</textarea>" in answer.text
    taken = form | {"version": "2027-01", "purpose": "marketing", "text_zh-CN": "x"}
    assert office.post("/notices", data=taken).status_code == 422


def test_a_webhook_is_added_its_secret_shown_once_and_taken_off(office: httpx.Client) -> None:
    url = "https://orders.example/called"
    made = fill_in(office, "/webhooks", {"dealer": "D1", "url": url})
    secret = re.search(r'value="(whsec_[^"]+)"', made.text)
    assert made.status_code == 200 and secret
    listed = office.get("/webhooks").text
    assert url in listed and secret[1] not in listed
    action = re.search(r'action="(/webhooks/wh_\w+/remove)"', listed)
    assert action
    token = token_in(listed)
    assert office.post(action[1], data={"form_token": token}).status_code == 303
    assert url not in office.get("/webhooks").text
    assert office.post(action[1], data={"form_token": token}).status_code == 404
    assert "加了通知地址" in in_audit(office) and "撤了通知地址" in in_audit(office)


@pytest.mark.parametrize(
    ("trouble", "said"),
    [("unresolved", "域名查不到"), ("HTTP 503", "对方回答 HTTP 503"), ("OSError", "连不上")],
)
def test_calls_that_failed_say_in_words_why_and_are_tried_again_by_a_tap(
    site: RunningSite, office: httpx.Client, trouble: str, said: str
) -> None:
    fill_in(office, "/webhooks", {"dealer": "D1", "url": "https://orders.example/failing"})
    failed = {"attempts": 9, "failing_since_us": now_us(), "next_try_us": now_us() + DAY_US}
    with writing(site.site.engine) as connection:
        given_up = {"given_up_us": now_us()} if trouble == "OSError" else {}
        connection.execute(update(WEBHOOK).values(trouble=trouble, **failed, **given_up))
    page = office.get("/webhooks").text
    assert said in page and ("已停" in page) == (trouble == "OSError")
    retry = re.search(r'action="(/webhooks/wh_\w+/retry)"', page)
    assert retry
    assert office.post(retry[1], data={"form_token": token_in(page)}).status_code == 303
    with writing(site.site.engine) as connection:
        (kept,) = webhooks(connection)
        connection.execute(delete(WEBHOOK))
    assert (kept.state, kept.next_try_us, kept.trouble) == ("ok", 0, None)
    assert office.post(retry[1], data={"form_token": token_in(page)}).status_code == 404


@pytest.mark.parametrize(
    ("dealer", "url", "said"),
    [
        ("D9", "https://erp.example/", "请选一家经销商"),
        ("D1", "http://erp.example/", "https://"),
        ("D1", "https://127.0.0.1/", "内部网络"),
    ],
)
def test_an_address_that_may_not_be_called_is_refused_in_words(
    office: httpx.Client, dealer: str, url: str, said: str
) -> None:
    answer = fill_in(office, "/webhooks", {"dealer": dealer, "url": url})
    assert answer.status_code == 422
    assert said in answer.text


def test_the_status_says_when_the_last_backup_was_made(
    site: RunningSite, office: httpx.Client
) -> None:
    page = office.get("/status").text
    # What asks for something does not say that all is well.
    assert "都在运行，该备份了。" in page and "一切正常" not in page
    with writing(site.site.engine) as connection:
        keep_backup(connection, 1, site.site.now_us())
    page = office.get("/status").text
    assert "该备份了" not in page and "一切正常。" in page


def test_the_status_says_how_many_of_its_events_the_list_of_events_leaves_out(
    site: RunningSite, office: httpx.Client
) -> None:
    Worker(site.site.engine, site.site.keyring).until_idle()

    def counted(path: str, of: str) -> int:
        found = re.search(of, office.get(path).text)
        assert found, path
        return int(found[1].replace(",", ""))

    journaled = counted("/status", r"<dt>日志里的事件</dt><dd>([\d,]+)")
    days = counted("/status", r"其中 ([\d,]+) 条是日历走到新的一天")
    assert days > 0
    assert counted("/events", r"<h1>事件 <small>([\d,]+)</small>") == journaled - days


def test_home_says_what_is_not_closed_and_not_filed_and_the_numbers_are_their_lists(
    site: RunningSite, office: httpx.Client, plans: httpx.Client
) -> None:
    for number, (days, kind) in enumerate(
        [(-5, "promotion"), (-3, "promotion"), (4, "free_clinic")]
    ):
        event = activity_today(f"A-{number}", kind)
        starts = f"{today() + timedelta(days=days)}T09:00:00+08:00"
        data: dict[str, Any] = {**event["data"], "starts_at": starts}
        time = f"{today() - timedelta(days=20)}T09:00:00+08:00"
        site.accept({**event, "time": time, "data": data})
    page = office.get("/").text
    for state, number in (("unclosed", 2), ("unfiled", 1)):
        link = re.search(rf'href="(/activities\?state={state}[^"]*)"><b>(\d+)</b>', page)
        assert link and int(link[2]) == number
        assert f"<small>{number}</small>" in office.get(link[1].replace("&amp;", "&")).text
    assert "unfiled" in plans.get("/").text and "unclosed" not in plans.get("/").text
    assert 'href="/plan"' in plans.get("/activities").text


def test_the_month_and_the_dealer_of_statements_are_chosen_and_not_typed(
    site: RunningSite, office: httpx.Client
) -> None:
    this, before = f"{today():%Y-%m}", f"{today().replace(day=1) - timedelta(days=1):%Y-%m}"
    page = office.get(f"/statements?month={before}").text
    assert re.search(rf'<option value="{before}" selected>\d{{4}}年\d+月</option>', page)
    assert f'<option value="{this}">' in page
    assert re.search(r'<select id="by-dealer"[^>]*>.*<option value="D1">', page)
    assert '<option value="2019-07" selected>' in office.get("/statements?month=2019-07").text
    site.user("shop", "dealer", "D1")
    for shop in entered(site, "shop"):
        assert 'id="by-dealer"' not in shop.get("/statements").text
