"""Signing in with the camera: a colour, a sound and a sentence; and without network."""

import contextlib
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from crm.web.view.codes import code_of
from tests.functional.drawn_codes import drawn, noisy, seen, tilted, turned
from tests.functional.journeys import Journey
from tests.functional.phones import events_of, expect_unsent, no_network, stand_ready, write_card
from tests.integration.web.sites import RunningSite, card
from tests.services import browser_path

pytestmark = pytest.mark.browser

KNOWN, EMPTY = "5ca0eeee-0000-4000-8000-000000000001", "5ca0ffff-0000-4000-8000-000000000002"
PRINTED = "5ca0dddd-0000-4000-8000-000000000003"
SCAN = "/log/A-today/scan"
# A camera that sees what the test holds before it, until it is answered; a loudspeaker that writes
# down what it plays.
_CAMERA = """
  window.sounds = [];
  const canvas = document.createElement("canvas"), drawing = canvas.getContext("2d");
  [canvas.width, canvas.height] = [400, 400];
  window.hold = (squares) => {
    drawing.fillStyle = "#fff";
    drawing.fillRect(0, 0, 400, 400);
    drawing.fillStyle = "#000";
    const side = Math.floor(320 / Math.max(1, squares.length));
    squares.forEach((row, y) => [...row].forEach((isDark, x) => {
      if (isDark === "1") drawing.fillRect(40 + x * side, 40 + y * side, side, side);
    }));
  };
  window.hold([]);
  const ask = window.fetch;
  window.fetch = (where, ...how) => {
    if (String(where).endsWith("/scan")) window.hold([]);
    return ask(where, ...how);
  };
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(10);
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
    rows = ["".join(map(str, row)) for row in code_of(code)]
    page.evaluate("rows => window.hold(rows)", rows)


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
    on_phone.enter()
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


def test_two_taps_open_one_camera(on_phone: Journey) -> None:
    on_phone.enter()
    page = on_phone.page
    page.add_init_script(_CAMERA)
    on_phone.open(SCAN)
    page.locator("body[data-scan-ready]").wait_for()
    # Both before the browser has answered the first.
    page.evaluate(
        """() => {
          const media = navigator.mediaDevices, give = media.getUserMedia;
          window.asked = 0;
          media.getUserMedia = (...how) => { window.asked++; return give.call(media, ...how); };
          const button = document.querySelector("[data-open-camera]");
          button.click();
          button.click();
        }"""
    )
    expect(page.locator("video")).to_be_visible()
    page.evaluate("window.hold([])")
    expect(page.locator("[data-open-camera]")).to_be_hidden()
    assert page.evaluate("window.asked") == 1


def test_a_printed_card_held_before_the_browsers_own_camera_signs_in(
    browser: Browser, season_site: RunningSite, tmp_path: Path
) -> None:
    running = season_site
    running.accept(card(PRINTED, "柴印卡", "13711117702"))
    address = f"{running.address}/log/A-today/card/{PRINTED}"
    film = tmp_path / "camera.y4m"
    film.write_bytes(y4m(noisy(tilted_card(address), 8)))
    flags = [
        *("--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"),
        f"--use-file-for-fake-video-capture={film}",
    ]
    camera = browser.browser_type.launch(executable_path=browser_path(), args=flags)
    with contextlib.closing(camera):
        # As on most phones here: nothing in the browser that reads codes.
        page = camera.new_page(locale="zh-CN")
        page.add_init_script("delete globalThis.BarcodeDetector;")
        journey = Journey(page, running)
        journey.enter()
        journey.open(SCAN)
        page.locator("body[data-scan-ready]").wait_for()
        page.get_by_role("button", name="打开相机").click()
        # The card stays before the camera: what is told first is told again as "before".
        expect(page.locator("#scanned [data-tone]")).to_contain_text("柴*卡")
        journey.assert_nothing_from_elsewhere()
    assert events_of(running, PRINTED).count("activity.attended") == 1


def tilted_card(address: str) -> Image.Image:
    return seen(drawn(address), tilted(turned(340, 12), 0.15))


def y4m(picture: Image.Image) -> bytes:
    """A film of one picture, as a browser takes it for its camera."""
    grey = picture.convert("L").tobytes()
    head = f"YUV4MPEG2 W{picture.width} H{picture.height} F5:1 Ip A1:1 C420jpeg\n".encode()
    return head + 2 * (b"FRAME\n" + grey + bytes([128]) * (len(grey) // 2))


def test_without_a_camera_the_number_is_typed(on_phone: Journey) -> None:
    on_phone.enter()
    page = on_phone.page
    page.add_init_script("navigator.mediaDevices.getUserMedia = async () => { throw new Error(); }")
    on_phone.open(SCAN)
    page.locator("body[data-scan-ready]").wait_for()
    page.get_by_role("button", name="打开相机").tap()
    expect(page.locator("#scanned [data-tone=wrong]")).to_contain_text("相机打不开")
    page.get_by_label("卡号").fill("00000000")
    page.get_by_role("button", name="签到").tap()
    expect(page.locator("#scanned [data-tone=wrong]")).to_contain_text("没有卡号是这个的卡")


def test_what_reads_codes_is_loaded_with_the_camera_alone_and_is_there_without_network(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    page = on_phone.page
    page.add_init_script(_CAMERA)
    on_phone.open(SCAN)
    page.locator("body[data-scan-ready]").wait_for()
    assert not reading_scripts(on_phone)
    with no_network(on_phone):
        on_phone.open(SCAN)
        page.locator("body[data-scan-ready]").wait_for()
        page.get_by_role("button", name="打开相机").tap()
        expect(page.locator("video")).to_be_visible()
        assert reading_scripts(on_phone)
    on_phone.assert_nothing_from_elsewhere()


def reading_scripts(journey: Journey) -> list[str]:
    """What the page itself asked for to read codes."""
    return [r.url for r in journey.requests if r.url.endswith(("/qr.js", "/qr-text.js"))]


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
