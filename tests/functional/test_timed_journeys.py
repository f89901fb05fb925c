"""What the commonest work costs a new user, counted in keystrokes, taps and thoughts.

The keystroke-level model of Card, Moran and Newell, "The keystroke-level model for user performance
time with interactive systems", Communications of the ACM 23 (7), 1980, pp. 396–410: a key of an
average typist takes K = 0.28 s, pointing P = 1.1 s (a tap, and a click with its button), a thought
before each step that is no habit M = 1.35 s, the hand from keyboard to mouse H = 0.4 s. What the
person waits for the machine is not counted, nor is what the elder says. Nothing is timed.
The keys of a list that is typed are counted in test_typing_a_list.py.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.functional.journeys import Journey
from tests.functional.phones import events_of, written_cards
from tests.integration.web.reward_sites import member, reach_every_day, sale
from tests.integration.web.sheets import HEADINGS, sheet_of
from tests.integration.web.sites import RunningSite, activity_today, card, running

pytestmark = pytest.mark.browser

SECONDS = {"K": 0.28, "P": 1.1, "M": 1.35, "H": 0.4}
FIRST_ATTENDANCE_S, SHEET_S, REWARDS_S = 30, 180, 600


@dataclass
class Hand:
    """Does as a person would, and counts it."""

    page: Page
    counted: Counter[str] = field(default_factory=Counter)

    @property
    def seconds(self) -> float:
        """What the model makes of it."""
        return sum(SECONDS[operator] * times for operator, times in self.counted.items())

    def think(self) -> None:
        """See what there is, and decide."""
        self.counted["M"] += 1

    def point(self, at: Locator) -> None:
        """A tap on a phone, a click at a desk."""
        self.counted["P"] += 1
        at.tap() if self.is_phone else at.click()

    def type(self, text: str, keys: str | None = None) -> None:
        """Key after key, where the cursor is; `keys`: what the characters take."""
        self.counted["K"] += len(text if keys is None else keys)
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        """One key; Control with it is one more."""
        self.counted["K"] += 1 + key.count("+")
        self.page.keyboard.press(key)

    def reach(self) -> None:
        """From the keyboard to the mouse, or back."""
        self.counted["H"] += 1

    @property
    def is_phone(self) -> bool:
        return bool(self.page.evaluate("navigator.maxTouchPoints > 0"))


@pytest.fixture(scope="module", autouse=True)
def hall(season_site: RunningSite) -> None:
    season_site.accept(activity_today("A-timed"), activity_today("A-sheet-timed"))
    season_site.accept(card("C-timed", "亓先到", "13711112468"))


def chosen(journey: Journey) -> Hand:
    """Signed in, and the activity of today tapped."""
    journey.sign_in()
    hand = Hand(journey.page)
    assert journey.page.url.endswith("/log")
    hand.think()
    hand.point(journey.page.locator("a[href='/log/A-timed']"))
    journey.page.locator("body[data-wired] #text").wait_for()
    return hand


def test_the_first_known_person_is_signed_in_within_thirty_seconds(on_phone: Journey) -> None:
    hand, page = chosen(on_phone), on_phone.page
    hand.think()
    hand.point(page.locator("#text"))
    hand.type("2468")
    button = page.locator("#found").get_by_role("button", name="签到 亓*到")
    button.wait_for()
    hand.think()
    hand.point(button)
    expect(page.get_by_role("heading", name="已收下")).to_be_visible()
    assert events_of(on_phone.running, "C-timed").count("activity.attended") == 1
    assert hand.seconds <= FIRST_ATTENDANCE_S


def test_the_first_new_card_is_written_and_signed_in_within_thirty_seconds(
    on_phone: Journey,
) -> None:
    hand, page = chosen(on_phone), on_phone.page
    before = written_cards(on_phone.running)
    hand.think()
    hand.point(page.get_by_role("link", name="写新卡"))
    page.locator("body[data-wired] [name=name]").wait_for()
    for field_name, keys, text in (
        # By pinyin, and a key to choose the characters.
        ("姓名", "qixinka ", "亓新卡"),
        ("手机", "13711112469", "13711112469"),
    ):
        hand.think()
        hand.point(page.get_by_label(field_name))
        hand.type(text, keys)
    hand.think()
    hand.point(page.get_by_text("女", exact=True))
    hand.think()
    hand.point(page.get_by_label("出生年份或日期"))
    hand.type("1948")
    hand.think()
    hand.point(page.get_by_role("button", name="提交"))
    expect(page.get_by_role("heading", name="已收下")).to_be_visible()
    (subject,) = written_cards(on_phone.running) - before
    said = events_of(on_phone.running, subject.removeprefix("card/"))
    assert said == ["card.registered", "activity.attended"]
    assert hand.seconds <= FIRST_ATTENDANCE_S


BAD = {
    7: ("出生日期", "xyz", "1948"),
    19: ("出生日期", "1950-13-2", "1950"),
    33: ("单价", "69三", "693"),
    52: ("购买数量", "若干", "1"),
    71: ("出生日期", "不详?", "1951"),
}
"""Row → (heading, what stands there, what it is mended to)."""


def eighty_rows() -> bytes:
    rows = []
    for number in range(80):
        name = "亓" + "赵钱孙李周吴郑王"[number // 10] + "一二三四五六七八九十"[number % 10]
        values = (name, f"137222{number:05}", "1950", "1", "693", "JX-B4", "是")
        row = dict(zip(HEADINGS, values, strict=True))
        if number in BAD:
            row[BAD[number][0]] = BAD[number][1]
        rows.append(tuple(row.values()))
    return sheet_of(*rows)


def test_a_sheet_of_eighty_rows_with_five_bad_ones_is_in_and_mended_within_three_minutes(
    at_desk: Journey, tmp_path: Path
) -> None:
    sheet, page = tmp_path / "sheet.csv", at_desk.page
    sheet.write_bytes(eighty_rows())
    at_desk.enter()
    at_desk.open("/sheets/A-sheet-timed")
    hand = Hand(page)
    hand.think()
    with page.expect_file_chooser() as chooser:
        hand.point(page.locator("#sheet"))
    # In the window of the system: the file, and "open".
    hand.think()
    hand.counted["P"] += 2
    chooser.value.set_files(sheet)
    expect(page.get_by_text("要改好才收 5 行")).to_be_visible()
    hand.think()
    for _heading, wrong, right in BAD.values():
        cell = page.locator(f"table.grid input[value='{wrong}'][aria-invalid=true]")
        hand.think()
        hand.reach()
        hand.point(cell)
        hand.reach()
        hand.press("Control+a")
        hand.type(right)
    for button, told in (("改好了，再看一次", "新写 80 行"), ("收下这 80 行", "已收下 80 行")):
        hand.think()
        hand.reach()
        hand.point(page.get_by_role("button", name=button))
        expect(page.get_by_text(told)).to_be_visible()
    assert hand.seconds <= SHEET_S
    at_desk.assert_nothing_from_elsewhere()


@pytest.fixture(scope="module")
def counting_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """Forty sales of four clerks, all to be decided about."""
    with running(tmp_path_factory.mktemp("rewards")) as started:
        started.user("checker", "compliance")
        started.user("payer", "finance")
        events = []
        for place in range(4):
            events += member(f"M{place}")
            for number in range(place * 10, place * 10 + 10):
                events += sale(number, f"M{place}", days_ago=40 + number % 10)
        started.accept(*events)
        reach_every_day(started)
        yield started


def test_forty_rewards_are_decided_and_paid_within_ten_minutes(
    desktop: Page, counting_house: RunningSite
) -> None:
    """Of one who decides on each by its line, and one who pays."""
    journey, hand = Journey(desktop, counting_house), Hand(desktop)
    journey.sign_in("checker")
    hand.think()
    hand.point(desktop.locator("a[href^='/rewards']").first)
    hand.think()
    hand.point(desktop.locator("main a[href='/rewards?state=to_decide']"))
    boxes = desktop.locator("main .listing input[name=reward]")
    expect(boxes).to_have_count(40)
    for place in range(40):
        hand.think()  # For whom, for what, with what doubt.
        hand.think()  # Yes or no.
        hand.point(boxes.nth(place))
    hand.think()
    hand.point(desktop.get_by_role("button", name="批准所选"))
    expect(boxes).to_have_count(0)
    counting_house.work()
    desktop.context.clear_cookies()
    journey.sign_in("payer")
    hand.think()
    hand.point(desktop.locator("a[href^='/rewards']").first)
    hand.think()
    hand.point(desktop.locator("main a[href='/rewards?state=payable']"))
    hand.think()
    hand.point(desktop.get_by_label("全选这一页"))
    hand.think()
    hand.point(desktop.get_by_role("button", name="所选做成付款文件"))
    hand.think()
    with desktop.expect_download() as download:
        hand.point(desktop.get_by_role("link", name=re.compile("^下载 CSV")))
    heading, *lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 40
    # What the bank gives back, taken there and pasted here.
    answer = "\n".join([f"{heading},结果", *(f"{line},成功" for line in lines)])
    hand.think()
    hand.point(desktop.locator("#answer"))
    hand.reach()
    hand.counted["K"] += 2
    desktop.locator("#answer").fill(answer)
    hand.reach()
    hand.think()
    hand.point(desktop.get_by_role("button", name="核对并记下"))
    expect(desktop.get_by_text("已记为发放")).to_have_count(40)
    assert hand.seconds <= REWARDS_S
    journey.assert_nothing_from_elsewhere()
