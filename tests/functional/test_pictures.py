"""The pictures of the documents: each is of a page as it is, drawn anew by `make pictures`."""

import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from campaigns.ids import person_id
from tests.functional.journeys import Journey
from tests.functional.phones import no_network, stand_ready, write_card
from tests.source_tree import ROOT

pytestmark = pytest.mark.browser

IMAGES = ROOT / "docs" / "images"
_COLOURS = 64
_DRAWS = "JINXI_PICTURES" in os.environ
"""Whether the files are written, and not only looked at."""


@dataclass(frozen=True)
class Place:
    """Whose screen it is, on what, and of which page; whole: with what one scrolls to."""

    account: str
    device: str
    path: str
    whole: bool = False


_FUNNEL = "step=activity.attended&step=card.registered&step=trial.started&step=purchase.made"
PLACES = {
    "season": Place("office", "at_desk", "/", whole=True),
    "activity": Place("office", "at_desk", "/activities/A-BJ-0001"),
    "dealer-copy": Place("shop", "at_desk", "/copy"),
    "funnel": Place("market", "at_desk", f"/funnels?{_FUNNEL}&days=182"),
    "rewards": Place("money", "at_desk", "/rewards"),
    "requests": Place("law", "at_desk", "/rights"),
    "phone-form": Place("field", "on_phone", "/log/A-today/new"),
}
ON_THE_WAY = ("phone-receipt", "phone-offline", "letters", "audit")
"""Of what is shown when something was done."""


def draw(journey: Journey, name: str, *, whole: bool = False) -> None:
    """Take the picture; write it where the documents look for it, if that is wanted."""
    drawn = Image.open(io.BytesIO(journey.page.screenshot(full_page=whole)))
    assert len(drawn.getcolors(2**24) or ()) > 1, "nothing is drawn"
    if _DRAWS:
        few = drawn.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
        few.save(IMAGES / f"{name}.png", optimize=True)


@pytest.fixture
def journey(request: pytest.FixtureRequest) -> Journey:
    found: Journey = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize(
    ("journey", "name"),
    [(place.device, name) for name, place in PLACES.items()],
    indirect=["journey"],
    ids=PLACES,
)
def test_a_picture_is_of_the_page_that_the_documents_speak_of(journey: Journey, name: str) -> None:
    place = PLACES[name]
    journey.enter(place.account)
    answer = journey.page.goto(journey.running.address + place.path)
    assert answer is not None
    assert answer.ok
    expect(journey.page.get_by_role("heading", level=1)).to_be_visible()
    draw(journey, name, whole=place.whole)


def test_a_receipt_and_what_waits_without_network_are_drawn_on_the_way(on_phone: Journey) -> None:
    stand_ready(on_phone)
    page = on_phone.page
    page.get_by_role("link", name="写新卡").tap()
    write_card(page, "李秀珍")
    expect(page.get_by_role("heading", name="已收下")).to_be_visible()
    draw(on_phone, "phone-receipt")
    page.get_by_role("link", name="登记下一位").tap()
    with no_network(on_phone):
        page.get_by_role("link", name="写新卡").tap()
        write_card(page, "王建国")
        expect(page.get_by_role("heading", name="已保存在手机上")).to_be_visible()
        draw(on_phone, "phone-offline")


def test_letters_to_many_are_drawn_as_somebody_looks_whom_they_would_reach(
    at_desk: Journey,
) -> None:
    at_desk.enter("office")
    at_desk.open("/letters/batch?whom=calls:all")
    page = at_desk.page
    page.get_by_label("模板").select_option("trial-follow-up")
    page.get_by_label("怎样送").select_option("print")
    page.get_by_role("button", name="看看会送给谁").click()
    page.get_by_role("heading", level=2).first.scroll_into_view_if_needed()
    expect(page.get_by_role("heading", name="其中一位会看到")).to_be_visible()
    draw(at_desk, "letters")


def test_the_audit_is_drawn_once_somebody_has_opened_what_is_masked(at_desk: Journey) -> None:
    at_desk.enter("office")
    # Who is first in the list hangs on what other tests wrote.
    at_desk.open(f"/people/{person_id('C1')}")
    page = at_desk.page
    hidden = page.get_by_role("button", name="点开")
    for _ in range(2):
        left = hidden.count() - 1
        hidden.first.click()
        expect(hidden).to_have_count(left)
    page.context.clear_cookies()
    at_desk.enter("audit")
    at_desk.open("/audit")
    expect(page.locator("main tbody tr").first).to_be_visible()
    draw(at_desk, "audit")


def test_every_picture_of_the_documents_is_drawn_here_and_every_one_drawn_is_shown() -> None:
    shown = set(_shown())
    drawn = {f"{name}.png" for name in (*PLACES, *ON_THE_WAY)}
    assert shown == drawn == {file.name for file in IMAGES.iterdir()}


def _shown() -> Iterator[str]:
    pages: list[Path] = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    for page in pages:
        yield from re.findall(r"images/([a-z-]+\.png)", page.read_text())
