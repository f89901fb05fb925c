"""What the phone's camera sees is read: as printed, or not at all. The pictures are drawn."""

import base64
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page

from crm.web.view.templates import STATIC_FOLDER
from tests.functional.drawn_codes import (
    HEIGHT,
    WIDTH,
    blurred,
    drawn,
    lit,
    noisy,
    seen,
    spotted,
    tilted,
    turned,
    without_code,
)
from tests.profiles import examples

pytestmark = pytest.mark.browser

CARD = "https://crm.jinxi.example/log/A-2026-0112/card/5ca0eeee-0000-4000-8000-000000000001"
MEMBER = "https://crm.jinxi.example/members/D1-M1"
TURNED = turned(330, 10)
HELD: dict[str, Callable[[str], list[Image.Image]]] = {
    "turned": lambda text: [seen(drawn(text), turned(300, by)) for by in range(0, 360, 24)],
    "tilted": lambda text: [
        seen(drawn(text), tilted(turned(330, by), narrower))
        for by in (0, 40, 95, 190)
        for narrower in (0.15, 0.3)
    ],
    "far": lambda text: [seen(drawn(text), turned(drawn(text).width / 8 * 2, by)) for by in (0, 9)],
    "near": lambda text: [seen(drawn(text), turned(470, 1))],
    "blurred": lambda text: [blurred(seen(drawn(text), TURNED), px) for px in (1, 2, 3)],
    "grainy": lambda text: [noisy(seen(drawn(text), TURNED), shades) for shades in (10, 25, 40)],
    "dark": lambda text: [
        noisy(lit(seen(drawn(text), TURNED), left, left), 2) for left in (0.3, 0.15)
    ],
    "unevenly lit": lambda text: [lit(seen(drawn(text), TURNED), left) for left in (0.5, 0.25)],
    "light on dark": lambda text: [ImageOps.invert(seen(drawn(text), TURNED))],
    "in a mirror": lambda text: [ImageOps.mirror(seen(drawn(text), TURNED))],
    "dirty": lambda text: [seen(spotted(drawn(text), share), TURNED) for share in (0.01, 0.03)],
}
# Text of each kind that a code tells apart.
KINDS = ("0123456789012", "JINXI CARD 33A067B0", MEMBER, "金夕档案卡", "点茗")
DAMAGED = [("7", "l", 1), ("33A0", "m", 1), ("33A067B0", "l", 2), (MEMBER, "m", 3), (CARD, "m", 6)]


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[Page]:
    """A page that has nothing but the two scripts that read codes."""
    page = browser.new_page()

    def answer(route: Any) -> None:
        name = route.request.url.rpartition("/")[2]
        if name.endswith(".js"):
            body = (STATIC_FOLDER / name).read_text(encoding="utf-8")
            route.fulfill(body=body, content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html>", content_type="text/html")

    page.route("http://codes.jinxi.example/**", answer)
    page.goto("http://codes.jinxi.example/")
    yield page
    page.close()


def read(reader: Page, pictures: Sequence[Image.Image]) -> list[str | None]:
    """What the phone reads in each picture."""
    found: list[str | None] = []
    for picture in pictures:
        grey = base64.b64encode(picture.convert("L").tobytes()).decode()
        found.append(reader.evaluate(_READ, [grey, picture.width, picture.height]))
    return found


_READ = """async ([grey, width, height]) => {
  const { read } = await import("/qr.js");
  const points = Uint8Array.from(atob(grey), (sign) => sign.charCodeAt(0));
  const data = new Uint8ClampedArray(4 * points.length).fill(255);
  points.forEach((shade, at) => data.fill(shade, 4 * at, 4 * at + 3));
  return read({ data, width, height });
}"""
_TEXTS = """async (codes) => {
  const { textOf } = await import("/qr-text.js");
  return codes.map((rows) => textOf(Uint8Array.from(rows.join(""), Number), rows.length));
}"""


def squares(text: str, level: str, version: int | None = None) -> list[str]:
    """The rows of a code, each as text of 0 and 1."""
    made = segno.make(text, error=level, version=version, micro=False, boost_error=False)
    return rows_of(made)


def rows_of(made: segno.QRCode) -> list[str]:
    return ["".join(map(str, row)) for row in made.matrix]


def flipped(rows: list[str], count: int, random: Random) -> list[str]:
    """So many of its squares are the other colour."""
    size, text = len(rows), bytearray("".join(rows), "ascii")
    for at in random.sample(range(size * size), count):
        text[at] ^= 1
    return [text[at : at + size].decode() for at in range(0, size * size, size)]


@pytest.mark.parametrize("text", [CARD, MEMBER], ids=["card", "member"])
@pytest.mark.parametrize("held", HELD)
def test_a_printed_code_is_read_however_it_is_held(reader: Page, text: str, held: str) -> None:
    pictures = HELD[held](text)
    assert read(reader, pictures) == [text] * len(pictures)


def test_codes_of_every_level_and_of_many_sizes_say_what_was_written(reader: Page) -> None:
    wanted = [
        (f"{MEMBER}?{version}"[: 5 * version], level, version)
        for version in (*range(1, 11), 14, 21, 32, 40)
        for level in ("lmqh" if version < 11 else "lh")
    ]
    codes = [squares(*each) for each in wanted]
    assert reader.evaluate(_TEXTS, codes) == [text for text, _level, _version in wanted]


def test_numbers_letters_bytes_and_characters_are_read_as_they_were_written(reader: Page) -> None:
    named = segno.make(CARD, error="m", encoding="utf-8", eci=True, micro=False)
    codes = [*(squares(text, "m") for text in KINDS), rows_of(named)]
    assert reader.evaluate(_TEXTS, codes) == [*KINDS, CARD]


def test_a_part_of_a_longer_message_is_not_taken_for_the_message(reader: Page) -> None:
    parts = segno.make_sequence(CARD, error="m", symbol_count=2)
    assert reader.evaluate(_TEXTS, [rows_of(part) for part in parts]) == [None, None]


def test_larger_codes_are_read_from_a_picture_too(reader: Page) -> None:
    texts = [f"{MEMBER}/{'7' * version}"[: 8 * version] for version in range(1, 11)]
    pictures = [
        seen(drawn(text, "l", 4, version), turned(440, 12)) for version, text in enumerate(texts, 1)
    ]
    assert read(reader, pictures) == texts


def test_a_picture_without_a_code_gives_nothing(reader: Page) -> None:
    empty = Image.new("L", (WIDTH, HEIGHT), 128)
    pictures = [empty, noisy(empty, 40), *(without_code(seed) for seed in range(8))]
    assert read(reader, pictures) == [None] * len(pictures)


def test_a_code_with_as_many_faults_as_its_level_allows_is_mended(reader: Page) -> None:
    # One block with 26 bytes more than it needs, and four with 16: half as many may be wrong.
    for text, level, version, faults in ((MEMBER, "m", 3, 13), (CARD, "m", 6, 8)):
        rows, random = squares(text, level, version), Random(version)
        damaged = [flipped(rows, faults, random) for _ in range(50)]
        assert set(reader.evaluate(_TEXTS, damaged)) == {text}


@examples(0.5)
@given(st.integers(0, 2**32), st.sampled_from(DAMAGED))
def test_a_damaged_code_is_never_read_wrong(
    reader: Page, seed: int, code: tuple[str, str, int]
) -> None:
    text, random = code[0], Random(seed)
    rows = squares(*code)
    most = len(rows) ** 2 // 4
    damaged = [flipped(rows, random.randint(1, most), random) for _ in range(40)]
    damaged += [flipped(rows, random.randint(1, 40), random) for _ in range(40)]
    assert set(reader.evaluate(_TEXTS, damaged)) <= {text, None}
