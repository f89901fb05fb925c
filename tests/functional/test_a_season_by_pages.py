"""A season run from an empty folder by pages alone: nothing is said in any other way.

Each person has a browser of their own. What the server does by itself (recording, days) is done
between the steps; no command, no token, no file of events.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from unittest import mock

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from campaigns.times import DAY_US
from crm import clock
from crm.accounts.invitations import first_link
from crm.clock import now_us
from streams.embedded.worker import Worker
from tests.integration.web.sites import RunningSite, running, today

pytestmark = pytest.mark.browser

PASSPHRASE = "eleven-quiet-herons"
PATIENT = "曾秀英"


class Later:
    """The machine's clock, some days ahead."""

    machine = vars(clock)["time"]
    days = 0

    def time_ns(self) -> int:
        return int(self.machine.time_ns()) + self.days * DAY_US * 1_000


@dataclass
class Season:
    """The site, and everybody's page by name."""

    running: RunningSite
    browser: Browser
    ahead: Later
    pages: dict[str, Page] = field(default_factory=dict)
    factors: dict[str, str] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    """Who has not come again since days went by."""

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
        if name in self.away:
            self.away.remove(name)
            self.sign_in(name)
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
            self.factors[name] = secret
            page.get_by_label("6 位数字").fill(pyotp.TOTP(secret).now())
            page.get_by_role("button", name="设好").click()
            page.get_by_role("link", name="抄好了，继续").click()
        return page

    def sign_in(self, name: str) -> None:
        """By password, and the second factor of whoever has one."""
        page = self.of(name)
        page.goto(f"{self.running.address}/sign-in")
        page.get_by_label("名字").fill(name)
        page.get_by_label("密码").fill(PASSPHRASE)
        page.get_by_role("button", name="登录").click()
        if name in self.factors:
            now_seconds = self.ahead.time_ns() // 1_000_000_000
            code = pyotp.TOTP(self.factors[name]).at(now_seconds)
            page.get_by_label("6 位数字").fill(code)
            page.locator("main button.primary").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)

    def later(self, days: int) -> None:
        """Days go by; whoever was signed in and comes again signs in again."""
        self.ahead.days += days
        self.work()
        self.away = set(self.pages)
        # Nothing else speaks for the new day, so the clock is doubted.
        page = self.go("office", "/status")
        page.locator("form[action='/status/clock'] button").click()
        self.work()

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
def begun(browser: Browser, site: RunningSite, later: Later) -> Iterator[Season]:
    season = Season(site, browser, later)
    yield season
    for page in season.pages.values():
        page.context.close()


@pytest.fixture
def season(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Season]:
    later = Later()
    with (
        running(tmp_path_factory.mktemp("empty")) as site,
        begun(browser, site, later) as found,
        mock.patch.object(clock, "time", later),
    ):
        yield found


def test_a_season_is_run_from_an_empty_folder_by_pages_alone(season: Season) -> None:
    accounts_are_made(season)
    a_member_is_enrolled_and_trained(season)
    activity = an_activity_is_planned(season)
    person = somebody_comes_and_buys(season, activity)
    the_day_is_closed(season, activity)
    a_mistake_is_mended(season, person)
    the_dealer_calls(season)
    a_consent_is_withdrawn(season, person)
    the_dealer_confirms_the_deletion(season)
    season.later(31)
    a_follow_up_is_made(season)
    a_reward_is_approved_and_paid(season)
    somebody_is_erased(season, person)
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
    season.invite("money", "finance")
    season.invite("law", "compliance")


def a_member_is_enrolled_and_trained(season: Season) -> None:
    page = season.go("office", "/members/new")
    page.get_by_label("姓名").fill("赵小店")
    page.get_by_label("手机").fill("13500001111")
    page.get_by_label("类别").select_option("clerk")
    page.locator("#institution").fill("康民药店")
    page.locator("#institution_kind").select_option("pharmacy")
    page.locator("#dealer").fill("D1")
    page.locator("#member").fill("M-1")
    page.get_by_role("button", name="登记").click()
    season.taken("office")
    page.get_by_role("button", name="记一次培训").click()
    page.get_by_label("课程").fill("产品知识")
    page.locator("input[name=passed]").check()
    page.get_by_role("button", name="记下这次培训").click()
    season.taken("office")


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


def somebody_comes_and_buys(season: Season, activity: str) -> str:
    """A new card, consents, a trial, a purchase by referral; returns the archive's address."""
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
    page.locator("summary", has_text="购买").first.click()
    page.get_by_text("买了产品", exact=True).click()
    page.locator("#quantity").fill("1")
    page.locator("#price").fill("693")
    page.locator("summary", has_text="转介绍").first.click()
    page.locator("#member").fill("M-1")
    page.get_by_text("本人同意记成由他介绍", exact=True).click()
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


def the_dealer_calls(season: Season) -> None:
    page = season.go("shop", "/copy")
    page.locator("main a[href^='/copy/row/']").first.click()
    page.get_by_label("怎样联系").select_option("phone")
    page.get_by_role("button", name="联系上了").click()
    season.taken("shop")


def a_follow_up_is_made(season: Season) -> None:
    page = season.go("field", "/follow-ups")
    page.get_by_role("button", name="打电话").first.click()
    expect(page.locator("main")).to_contain_text("13700003333")
    page.get_by_role("button", name="联系上了").click()
    season.taken("field")


def a_reward_is_approved_and_paid(season: Season) -> None:
    """Who entered may not approve, and who approved may not pay."""
    page = season.go("office", "/rewards")
    page.locator("main a", has_text="M-1").first.click()
    expect(page.get_by_role("button", name="批准", exact=True)).to_have_count(0)
    address = re.sub(r"^https?://[^/]+|\?.*", "", page.url)
    page = season.go("law", address)
    expect(page.locator("main")).to_contain_text("怎样才能发放")
    page.get_by_role("button", name="批准", exact=True).click()
    season.work()
    page = season.go("law", address)
    expect(page.get_by_role("button", name="记为已发放")).to_have_count(0)
    page = season.go("money", address)
    page.get_by_label("实际付了多少").fill("20")
    page.get_by_label("付款编号").fill("BANK-0001")
    page.get_by_role("button", name="记为已发放").click()
    season.work()
    page = season.go("money", address)
    expect(page.locator("main")).to_contain_text("BANK-0001")
    expect(page.locator("main")).to_contain_text("已付 ¥20.00")


def a_consent_is_withdrawn(season: Season, person: str) -> None:
    page = season.go("office", person)
    item = page.locator("main li", has_text="交给经销商一份").first
    item.get_by_text("本人要撤回").click()
    item.locator("form[action$='/withdraw'] button").click()
    season.taken("office")


def the_dealer_confirms_the_deletion(season: Season) -> None:
    page = season.go("shop", "/copy")
    page.locator("input[name=deleted]").first.check()
    page.locator("input[name=everywhere]").check()
    page.get_by_role("button", name="已删除").click()
    page = season.go("shop", "/copy")
    expect(page.locator("input[name=deleted]")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("1 行已删除")


def somebody_is_erased(season: Season, person: str) -> None:
    """Entered by one, done by another."""
    page = season.go("office", f"{person}/request")
    page.get_by_label("要求什么").select_option("erase")
    page.get_by_label("谁提出的").select_option("self")
    page.get_by_label("怎样提出的").select_option(index=1)
    page.get_by_label("哪天收到的").fill(str(today()))
    page.get_by_role("button", name="登记").click()
    request = re.sub(r"^https?://[^/]+|\?.*", "", page.url)
    page = season.go("law", request)
    page.get_by_role("link", name="看会删掉什么").click()
    page.get_by_text("我核实过").click()
    page.get_by_role("button", name="永远删除").click()
    season.work()
    page = season.go("law", person)
    expect(page.locator("main")).to_contain_text("已应要求删除")
    assert "曾" not in page.locator("main").inner_text()


def assert_the_auditor_sees_it_all(season: Season) -> None:
    page = season.go("audit", "/events")
    told = ("活动计划", "写档案卡", "撤回同意", "更正档案卡", "经销商签约", "删除个人信息")
    for word in told:
        page = season.go("audit", "/events")
        expect(page.locator("table.listing")).to_contain_text(word)
    assert PATIENT not in page.content()
    page = season.go("audit", "/audit")
    expect(page.locator("table.listing")).to_contain_text("邀请了新账号")
    assert page.get_by_role("link", name="计划活动").count() == 0
