"""QR codes: the squares of a text, and a picture of them."""

from collections.abc import Sequence

import segno


def code_of(text: str) -> Sequence[Sequence[int]]:
    """The squares, row by row: 1 is dark."""
    return [list(row) for row in segno.make(text, error="m").matrix]


def code_svg(text: str) -> str:
    """The picture, as wide as what holds it."""
    made = segno.make(text, error="m")
    return str(made.svg_inline(omitsize=True, border=4, light="#fff"))
