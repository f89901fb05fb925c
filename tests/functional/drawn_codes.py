"""Codes as a camera sees them: turned, tilted, blurred, badly lit; the same for the same seed."""

from collections.abc import Sequence
from random import Random

import numpy as np
import segno
from PIL import Image, ImageFilter

PAPER, INK, TABLE = 235, 25, 120
WIDTH, HEIGHT = 640, 480

Corners = Sequence[tuple[float, float]]


def drawn(
    text: str, level: str = "m", squares_px: int = 8, version: int | None = None
) -> Image.Image:
    """The printed code with its margin, flat, as wide as its squares want."""
    made = segno.make(text, error=level, version=version, micro=False, boost_error=False)
    squares = np.array([list(row) for row in made.matrix_iter(border=4)])
    shades = np.where(squares > 0, INK, PAPER).astype(np.uint8)
    return Image.fromarray(np.kron(shades, np.ones((squares_px, squares_px), np.uint8)))


def seen(
    code: Image.Image, corners: Corners, width: int = WIDTH, height: int = HEIGHT
) -> Image.Image:
    """The code on a table; `corners`: where its own come to lie, from the top left on clockwise."""
    wide, high = code.size
    printed = [(0, 0), (wide, 0), (wide, high), (0, high)]
    rows, wanted = [], []
    for (x, y), (u, v) in zip(corners, printed, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    numbers = np.linalg.solve(np.array(rows, float), np.array(wanted, float))
    # Drawn at twice its size: a camera's points are no points, but small areas.
    size, twice = (2 * width, 2 * height), numbers.copy()
    twice[[0, 1, 3, 4, 6, 7]] /= 2
    picture = code.transform(
        size, Image.Transform.PERSPECTIVE, tuple(twice), Image.Resampling.BILINEAR, fillcolor=TABLE
    )
    return picture.resize((width, height), Image.Resampling.BOX)


def turned(side_px: float, degrees: float, width: int = WIDTH, height: int = HEIGHT) -> Corners:
    """The corners of a square of so many points in the middle, turned clockwise."""
    turn, half = np.radians(degrees), side_px / 2
    return [
        (
            width / 2 + x * half * np.cos(turn) - y * half * np.sin(turn),
            height / 2 + x * half * np.sin(turn) + y * half * np.cos(turn),
        )
        for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]


def tilted(corners: Corners, narrower: float) -> Corners:
    """The far edge so much narrower than the near one: 0.3 is three tenths."""
    (ax, ay), (bx, by), c, d = corners
    across, down = (bx - ax) * narrower / 2, (by - ay) * narrower / 2
    return [(ax + across, ay + down), (bx - across, by - down), c, d]


def lit(picture: Image.Image, darkest: float, lightest: float = 1.0) -> Image.Image:
    """Lit from one corner: there and in the opposite one so much of the light is left."""
    points = np.asarray(picture, float)
    high, wide = points.shape
    slope = (np.linspace(0, 1, wide)[None, :] + np.linspace(0, 1, high)[:, None]) / 2
    return _picture(points * (lightest + (darkest - lightest) * slope))


def noisy(picture: Image.Image, deviation: float, seed: int = 1) -> Image.Image:
    """With the grain of a small camera in a dark hall; deviation: of the 256 shades."""
    grain = np.random.default_rng(seed).normal(0, deviation, (picture.height, picture.width))
    return _picture(np.asarray(picture, float) + grain)


def blurred(picture: Image.Image, radius_px: float) -> Image.Image:
    """Out of focus."""
    return picture.filter(ImageFilter.GaussianBlur(radius_px))


def spotted(code: Image.Image, share: float, seed: int = 1) -> Image.Image:
    """A flat code with a spot of dirt over so much of its area, away from its corners."""
    side, random = code.width, Random(seed)
    spot = int(side * share**0.5)
    across, down = (random.randint(int(side * 0.4), int(side * 0.8) - spot) for _ in range(2))
    dirty = code.copy()
    dirty.paste(INK, (across, down, across + spot, down + spot))
    return dirty


def without_code(seed: int) -> Image.Image:
    """A table with papers, stripes and letters' worth of squares, and no code."""
    random, points = Random(seed), np.full((HEIGHT, WIDTH), TABLE, np.uint8)
    for _ in range(400):
        x, y = random.randrange(WIDTH), random.randrange(HEIGHT)
        points[y : y + random.randint(2, 40), x : x + random.randint(2, 40)] = random.choice(
            (INK, PAPER)
        )
    return Image.fromarray(points)


def _picture(points: np.ndarray) -> Image.Image:
    return Image.fromarray(points.clip(0, 255).astype(np.uint8))
