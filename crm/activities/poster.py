"""The poster of an activity as PDF: one sheet of A4, readable from across a hall."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

_HAN = "STSong-Light"
_TITLE_POINTS, _BODY_POINTS, _SMALL_POINTS = 44, 26, 16
_CODE_MM = 70


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on it; when: in words."""

    title: str
    when: str
    venue: str
    co_organizers: tuple[str, ...]
    filing_no: str


def poster_pdf(poster: Poster, code: Sequence[Sequence[int]]) -> bytes:
    """The sheet; code: the dark squares of the QR code, row by row."""
    # UTF-16 reaches the characters of GB 18030, which the older encoding does not.
    font = UnicodeCIDFont(_HAN)
    font.encodingName = "UniGB-UTF16-H"
    pdfmetrics.registerFont(font)
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setTitle(poster.title)
    width, height = A4
    line = height - 55 * mm
    line = _centred(canvas, poster.title, _TITLE_POINTS, line)
    line = _centred(canvas, poster.when, _BODY_POINTS, line - 12 * mm)
    line = _centred(canvas, poster.venue, _BODY_POINTS, line - 2 * mm)
    _centred(canvas, " · ".join(poster.co_organizers), _SMALL_POINTS, line - 6 * mm)
    square = _CODE_MM * mm / len(code)
    left, top = (width - _CODE_MM * mm) / 2, 35 * mm + _CODE_MM * mm
    for row, squares in enumerate(code):
        for column, is_dark in enumerate(squares):
            if is_dark:
                bottom = top - (row + 1) * square
                canvas.rect(left + column * square, bottom, square, square, stroke=0, fill=1)
    _centred(canvas, poster.filing_no, _SMALL_POINTS, 20 * mm)
    canvas.save()
    return out.getvalue()


def _centred(canvas: Canvas, text: str, points: int, line: float) -> float:
    """Write a text in as many lines as it needs; returns where the next one begins."""
    for part in simpleSplit(text, _HAN, points, A4[0] - 40 * mm):
        canvas.setFont(_HAN, points)
        canvas.drawCentredString(A4[0] / 2, line, part)
        line -= points * 1.35
    return line
