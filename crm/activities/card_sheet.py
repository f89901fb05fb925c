"""Empty archive cards as PDF: ten a sheet of A4, each with its number and the code of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

CARDS_A_SHEET = 10
_COLUMNS, _ROWS = 2, 5
_HAN = "STSong-Light"
_MARGIN, _CODE = 8 * mm, 30 * mm


@dataclass(frozen=True, slots=True)
class EmptyCard:
    """One card. number: as people read it out; code: the dark squares, row by row."""

    number: str
    code: Sequence[Sequence[int]]


def card_sheet_pdf(
    title: str, when: str, fields: Sequence[str], cards: Sequence[EmptyCard]
) -> bytes:
    """The sheets. title, when: of the activity; fields: what is written by hand, a line each."""
    font = UnicodeCIDFont(_HAN)
    font.encodingName = "UniGB-UTF16-H"
    pdfmetrics.registerFont(font)
    out = BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    canvas.setTitle(title)
    width, height = (A4[0] - 2 * _MARGIN) / _COLUMNS, (A4[1] - 2 * _MARGIN) / _ROWS
    for at, card in enumerate(cards):
        place = at % CARDS_A_SHEET
        if at and not place:
            canvas.showPage()
        left = _MARGIN + (place % _COLUMNS) * width
        top = A4[1] - _MARGIN - (place // _COLUMNS) * height
        canvas.setDash(2, 2)
        canvas.rect(left, top - height, width, height)
        canvas.setDash()
        _draw(canvas, (left + 4 * mm, top - 5 * mm), (title, when), fields, card)
    canvas.save()
    return out.getvalue()


def _draw(
    canvas: Canvas,
    corner: tuple[float, float],
    head: Sequence[str],
    fields: Sequence[str],
    card: EmptyCard,
) -> None:
    left, line = corner
    for text, points in zip(head, (11, 9), strict=True):
        line -= points
        canvas.setFont(_HAN, points)
        canvas.drawString(left, line, text[:22])
        line -= 3
    square, top = _CODE / len(card.code), line - 2 * mm
    for row, squares in enumerate(card.code):
        for column, is_dark in enumerate(squares):
            if is_dark:
                bottom = top - (row + 1) * square
                canvas.rect(left + column * square, bottom, square, square, stroke=0, fill=1)
    beside, line = left + _CODE + 4 * mm, top - 3 * mm
    canvas.setFont(_HAN, 15)
    canvas.drawString(beside, line, card.number)
    canvas.setFont(_HAN, 10)
    for text in fields:
        line -= 8 * mm
        canvas.drawString(beside, line, text)
        canvas.line(beside + 14 * mm, line - 1, beside + 50 * mm, line - 1)
