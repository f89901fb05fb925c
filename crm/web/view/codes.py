"""QR codes: the squares of a text, and a picture of them."""

from collections.abc import Sequence
from io import BytesIO

import segno


def code_of(text: str) -> Sequence[Sequence[int]]:
    """The squares, row by row: 1 is dark."""
    return [list(row) for row in segno.make_qr(text, error="m").matrix]


def code_svg(text: str, *, alone: bool = False) -> str:
    """The picture, as wide as what holds it; `alone`: as a file of its own."""
    made = segno.make_qr(text, error="m")
    if not alone:
        return str(made.svg_inline(omitsize=True, border=4, light="#fff"))
    out = BytesIO()
    made.save(out, kind="svg", border=4, light="#fff", scale=8, xmldecl=False)
    return out.getvalue().decode()


def code_png(text: str) -> bytes:
    """The picture for programs that know no SVG, large enough to be printed."""
    out = BytesIO()
    segno.make_qr(text, error="m").save(out, kind="png", border=4, light="#fff", scale=16)
    return out.getvalue()
