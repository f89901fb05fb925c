"""Signing in with the camera: a colour, a sound and a sentence; and without network."""

import pytest
from playwright.sync_api import Page, expect

from tests.functional.journeys import Journey
from tests.functional.phones import events_of, expect_unsent, no_network, stand_ready, write_card
from tests.integration.web.sites import card

pytestmark = pytest.mark.browser

KNOWN, EMPTY = "5ca0eeee-0000-4000-8000-000000000001", "5ca0ffff-0000-4000-8000-000000000002"
SCAN = "/log/A-today/scan"
# A camera that sees what the test holds before it; a loudspeaker that writes down what it plays.
_CAMERA = """
  window.sounds = [];
  window.BarcodeDetector = class {
    async detect() {
      const code = window.held;
      window.held = null;
      return code ? [{ rawValue: code }] : [];
    }
  };
  navigator.mediaDevices.getUserMedia = async () => {
    const canvas = document.createElement("canvas");
    canvas.getContext("2d").fillRect(0, 0, 9, 9);
    return canvas.captureStream(5);
  };
  window.AudioContext = class {
    currentTime = 0;
    destination = null;
    createOscillator() {
      const tune = { frequency: {}, connect() {}, stop() {} };
      tune.start = () => window.sounds.push(tune.frequency.value);
      return tune;
    }
  };
"""


def hold(page: Page, code: str) -> None:
    page.evaluate("code => { window.held = code; }", code)


def look_through(journey: Journey) -> Page:
    page = journey.page
    page.add_init_script(_CAMERA)
    journey.open(SCAN)
    page.locator("body[data-scan-ready]").wait_for()
    page.get_by_role("button", name="打开相机").tap()
    expect(page.locator("video")).to_be_visible()
    return page


def test_a_code_before_the_camera_signs_in_with_colour_sound_and_a_sentence(
    on_phone: Journey,
) -> None:
    running = on_phone.running
    running.accept(card(KNOWN, "柴相机", "13711117701"))
    on_phone.sign_in()
    page = look_through(on_phone)
    hold(page, f"{running.address}/log/A-today/card/{KNOWN}")
    told = page.locator("#scanned [data-tone=good]")
    expect(told).to_contain_text("签到好了")
    expect(told).to_contain_text("柴*机")
    hold(page, "weixin://pay")
    expect(page.locator("#scanned [data-tone=wrong]")).to_contain_text("不是金夕的码")
    good, wrong = page.evaluate("window.sounds")
    assert good > 2 * wrong
    assert events_of(running, KNOWN).count("activity.attended") == 1
    on_phone.assert_nothing_from_elsewhere()


def test_where_the_browser_reads_no_codes_the_number_is_typed(on_phone: Journey) -> None:
    on_phone.sign_in()
    on_phone.open(SCAN)
    page = on_phone.page
    page.locator("body[data-scan-ready]").wait_for()
    if page.evaluate("!('BarcodeDetector' in window)"):
        expect(page.get_by_role("button", name="打开相机")).to_be_hidden()
    page.get_by_label("卡号").fill("00000000")
    page.get_by_role("button", name="签到").tap()
    expect(page.locator("#scanned [data-tone=wrong]")).to_contain_text("没有卡号是这个的卡")


def test_without_network_an_empty_card_is_written_under_its_printed_number(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    page = look_through(on_phone)
    with no_network(on_phone):
        hold(page, f"{on_phone.running.address}/log/A-today/card/{EMPTY}")
        expect(page.locator("#scanned")).to_contain_text("没有网络")
        page.get_by_role("link", name="写这张卡").tap()
        write_card(page, "柴没网")
        expect_unsent(page, 1)
    expect_unsent(page, 0)
    assert "card.registered" in events_of(on_phone.running, EMPTY)
