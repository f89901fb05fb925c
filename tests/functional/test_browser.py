"""The browser itself: it starts, and it draws Chinese characters."""

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def _width_of(page: Page, text: str) -> float:
    page.set_content(f'<meta charset="utf-8"><span style="font-size:40px">{text}</span>')
    box = page.locator("span").bounding_box()
    assert box is not None
    return box["width"]


def test_chinese_text_is_drawn_with_a_real_font(phone: Page) -> None:
    assert _width_of(phone, "金夕") == pytest.approx(80, abs=1)
    drawn = phone.locator("span").screenshot()
    _width_of(phone, "\U000f0000\U000f0000")  # private use: drawn as the box of a missing glyph
    assert drawn != phone.locator("span").screenshot()


def test_a_phone_is_360_pixels_wide_and_in_shanghai(phone: Page) -> None:
    phone.set_content('<meta name="viewport" content="width=device-width">')
    assert phone.evaluate("window.innerWidth") == 360
    assert phone.evaluate("new Date(0).getHours()") == 8
    assert phone.evaluate("navigator.language") == "zh-CN"


def test_a_desktop_is_1280_pixels_wide_and_without_touch(desktop: Page) -> None:
    assert desktop.evaluate("window.innerWidth") == 1280
    assert desktop.evaluate("navigator.maxTouchPoints") == 0
