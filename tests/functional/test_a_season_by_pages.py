"""A season run from an empty folder by pages alone: nothing is said in any other way.

Each person has a browser of their own. What the server does by itself (recording, days) is done
between the steps; no command, no token, no file of events.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from crm.accounts.invitations import first_link
from crm.clock import now_us
from streams.embedded.worker import Worker
from tests.integration.web.sites import RunningSite, running, today

pytestmark = pytest.mark.browser

PASSPHRASE = "eleven-quiet-herons"
PATIENT = "曾秀英"


@dataclass
class Season:
    """The site, and everybody's page by name."""

    running: RunningSite
    browser: Browser
    pages: dict[str, Page] = field(default_factory=dict)

    def of(self, name: str) -> Page:
        """Somebody's browser; opened when it is first asked for."""
        if name not in self.pages:
            context = self.browser.new_context(
                viewport={"width": 1280, "height": 800},
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
                reduced_motion="reduce",
            )
            self.pages[name] = context.new_page()
        return self.pages[name]

    def go(self, name: str, path: str) -> Page:
        """Somebody opens a page of the site."""
        page = self.of(name)
        page.goto(self.running.address + path)
        return page

    def work(self) -> None:
        """What the server does by itself."""
        site = self.running.site
        Worker(site.engine, site.keyring).until_idle()

    def enter(self, name: str, link: str) -> Page:
        """Somebody opens a one-time link, chooses name and password, and the second factor."""
        page = self.of(name)
        page.goto(link)
        page.get_by_label(re.compile("^名字")).fill(name)
        page.get_by_label(re.compile("^密码")).fill(PASSPHRASE)
        page.get_by_label("再写一遍密码").fill(PASSPHRASE)
        page.get_by_role("button", name="设好，进入").click()
        page.wait_for_url(lambda url: "/join/" not in url)
        if page.url.endswith("/me/second-factor"):
            secret = page.locator("main code").first.inner_text().replace(" ", "")
            page.get_by_label("6 位数字").fill(pyotp.TOTP(secret).now())
            page.get_by_role("button", name="设好").click()
            page.get_by_role("link", name="抄好了，继续").click()
        return page

    def invite(self, name: str, *roles: str, dealer: str = "") -> Page:
        """Headquarters invites somebody, who enters."""
        page = self.go("office", "/accounts")
        for role in roles:
            page.locator(f"input[name=role_{role}]").check()
        if dealer:
            page.get_by_label(re.compile("哪一家经销商")).select_option(dealer)
        page.get_by_role("button", name="做一个邀请链接").click()
        return self.enter(name, page.get_by_label("链接").input_value())

    def taken(self, name: str) -> None:
        """What was said just now is accepted, and then recorded."""
        page = self.of(name)
        expect(page.locator(".receipt.said")).to_contain_text("已收下")
        self.work()
        page.reload()
        expect(page.locator(".receipt.said")).to_contain_text("已入档")


@contextmanager
def begun(browser: Browser, site: RunningSite) -> Iterator[Season]:
    season = Season(site, browser)
    yield season
    for page in season.pages.values():
        page.context.close()


@pytest.fixture
def season(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Season]:
    with running(tmp_path_factory.mktemp("empty")) as site, begun(browser, site) as found:
        yield found


def test_a_season_is_run_from_an_empty_folder_by_pages_alone(season: Season) -> None:
    accounts_are_made(season)
    activity = an_activity_is_planned(season)
    person = somebody_comes(season, activity)
    the_day_is_closed(season, activity)
    a_mistake_is_mended(season, person)
    a_consent_is_withdrawn(season, person)
    assert_the_auditor_sees_it_all(season)


def accounts_are_made(season: Season) -> None:
    secret = first_link(season.running.site.engine, now_us())
    season.enter("office", f"{season.running.address}/join/{secret}")
    page = season.go("office", "/dealers/contract")
    page.get_by_label(re.compile("经销商代码")).fill("D1")
    page.get_by_label("名称", exact=True).fill("朝阳康泰")
    page.get_by_label(re.compile("合同编号")).fill("K-1")
    page.get_by_label("种类").select_option("exclusive")
    page.get_by_label("第一天").fill(str(today() - timedelta(days=1)))
    page.get_by_label("地区名称").fill("北京")
    page.get_by_role("button", name="查找").last.click()
    page.locator("input[name=regions][value='110000']").check()
    page.get_by_role("button", name="签约").click()
    season.taken("office")
    season.invite("plans", "planning")
    season.invite("field", "staff")
    season.invite("audit", "auditor")
    season.invite("shop", "dealer", dealer="D1")


def an_activity_is_planned(season: Season) -> str:
    page = season.go("plans", "/plan")
    page.get_by_label("活动名称").fill("朝阳区健康讲座")
    page.get_by_label("种类").select_option("health_lecture")
    page.get_by_label("日期").fill(str(today()))
    page.get_by_label("开始", exact=True).fill("00:01")
    page.get_by_label("地区").fill("北京市朝阳区")
    page.get_by_label(re.compile("由哪家经销商承办")).select_option("D1")
    page.get_by_label(re.compile("预计费用")).fill("3000")
    page.get_by_role("button", name="计划这场活动").click()
    season.taken("plans")
    path = re.sub(r"^https?://[^/]+|\?.*", "", page.url)
    page.get_by_role("link", name="海报").click()
    expect(page.locator("article.poster svg")).to_be_visible()
    return path.rpartition("/")[2]


def somebody_comes(season: Season, activity: str) -> str:
    """A new card with consents, a trial and a purchase; returns the address of the archive."""
    page = season.go("field", f"/log/{activity}/new")
    page.get_by_label("姓名").fill(PATIENT)
    page.get_by_label("手机").fill("13700003333")
    page.get_by_text("女", exact=True).click()
    page.locator("summary", has_text=re.compile("^同意$")).click()
    for purpose in ("archive", "health", "share_with_dealer"):
        page.locator(f"input[name=consent_{purpose}]").check()
    page.get_by_label("怎样同意").select_option("paper")
    page.locator("summary", has_text="试用").first.click()
    page.get_by_text("开始试用", exact=True).click()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", name="已收下")).to_be_visible()
    season.work()
    season.go("field", "/people")
    page.get_by_role("link", name="曾*英").click()
    expect(page.get_by_role("heading", name="患者档案")).to_be_visible()
    return re.sub(r"^https?://[^/]+|\?.*", "", page.url)


def the_day_is_closed(season: Season, activity: str) -> None:
    page = season.go("office", f"/activities/{activity}")
    page.get_by_role("link", name="日结").click()
    page.get_by_label("触达人数").fill("30")
    page.get_by_label("发出的档案卡").fill("1")
    page.get_by_role("button", name="日结").click()
    season.taken("office")
    expect(page.locator("main")).to_contain_text("每份 ¥3,000.00")


def a_mistake_is_mended(season: Season, person: str) -> None:
    page = season.go("office", f"{person}/correct")
    page.get_by_label(re.compile("姓名")).fill("曾秀瑛")
    page.locator("main button.primary").click()
    season.taken("office")
    expect(page.get_by_text("曾*瑛").first).to_be_visible()


def a_consent_is_withdrawn(season: Season, person: str) -> None:
    page = season.go("office", person)
    page.get_by_text("本人要撤回").first.click()
    page.locator("form[action$='/withdraw'] button").first.click()
    expect(page.get_by_text("已收下撤回")).to_be_visible()
    season.work()


def assert_the_auditor_sees_it_all(season: Season) -> None:
    page = season.go("audit", "/events")
    for word in ("活动计划", "写档案卡", "撤回同意", "更正档案卡", "经销商签约"):
        expect(page.locator("table.listing")).to_contain_text(word)
    assert PATIENT not in page.content()
    page = season.go("audit", "/audit")
    expect(page.locator("table.listing")).to_contain_text("邀请了新账号")
    assert page.get_by_role("link", name="计划活动").count() == 0
