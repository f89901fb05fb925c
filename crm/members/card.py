"""The card of a member as PDF: a QR code that leads to the member, and the code in letters."""

from collections.abc import Sequence
from io import BytesIO

from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

_HAN = "STSong-Light"
_WIDTH, _HEIGHT, _CODE = 85.6 * mm, 54 * mm, 38 * mm
"""A card of ISO/IEC 7810 ID-1, as a purse holds it."""


def member_card(member: str, lines: Sequence[str], code: Sequence[Sequence[int]]) -> bytes:
    """The card; lines: what stands beside the code; code: the dark squares, row by row."""
    font = UnicodeCIDFont(_HAN)
    font.encodingName = "UniGB-UTF16-H"
    pdfmetrics.registerFont(font)
    out = BytesIO()
    canvas = Canvas(out, pagesize=(_WIDTH, _HEIGHT), invariant=1)
    canvas.setTitle(member)
    square, left, top = _CODE / len(code), 6 * mm, _HEIGHT - 8 * mm
    for row, squares in enumerate(code):
        for column, is_dark in enumerate(squares):
            if is_dark:
                bottom = top - (row + 1) * square
                canvas.rect(left + column * square, bottom, square, square, stroke=0, fill=1)
    beside, line = left + _CODE + 5 * mm, _HEIGHT - 14 * mm
    canvas.setFont(_HAN, 16)
    canvas.drawString(beside, line, member)
    canvas.setFont(_HAN, 10)
    for text in lines:
        line -= 6 * mm
        canvas.drawString(beside, line, text)
    canvas.save()
    return out.getvalue()
