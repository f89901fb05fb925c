"""A person's own copy as PDF in large print: 18 points (24 px) and more, made for older eyes.

The Chinese letters are those of the reader's own program (Adobe's STSong-Light): no file of letters
is needed to make it. What a printer may lack, characters beyond GBK, have their code beside them.
"""

import re
from collections.abc import Iterator, Sequence
from html import escape
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, KeepTogether, PageBreak, Paragraph, SimpleDocTemplate

from campaigns.wording.catalogues import LISTED, translated
from crm.rights import sentences as said
from crm.rights.parts import Entry, OwnCopy

BODY_POINTS, HEADING_POINTS, TITLE_POINTS = 18, 22, 28
_LONGEST_PIECE, _MOST_LINES = 400, 20
"""Characters and lines of a paragraph: a page and a little."""
_LEADING = 1.5
_HAN, _LATIN = "STSong-Light", "Helvetica"
_LATIN_RUN = re.compile(r"(?:&[a-z0-9#]+;|[!-~])(?:&[a-z0-9#]+;|[ -~])*")
_COLON = {"en": ": "}


def large_print(
    copy: OwnCopy, *, apart: bool = False, above: Sequence[Sequence[str]] = ()
) -> bytes:
    """The PDF; the same copy gives the same bytes.

    apart: each section on pages of its own. above: the lines that stand above each section.
    """
    # UTF-16 reaches the characters of GB 18030, which the older encoding does not.
    font = UnicodeCIDFont(_HAN)
    font.encodingName = "UniGB-UTF16-H"
    pdfmetrics.registerFont(font)
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        title=copy.title,
        lang=copy.language,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=20 * mm,
        bottomMargin=25 * mm,
        invariant=1,
    )

    def number(canvas: Any, page: Any) -> None:
        words = translated(said.PAGE, copy.language, number=page.page)
        canvas.setFont(_LATIN if copy.language == "en" else _HAN, BODY_POINTS)
        canvas.drawCentredString(A4[0] / 2, 12 * mm, words)

    document.build(list(_flow(copy, above, apart=apart)), onFirstPage=number, onLaterPages=number)
    return out.getvalue()


def _flow(copy: OwnCopy, above: Sequence[Sequence[str]], *, apart: bool) -> Iterator[Flowable]:
    if not apart:
        yield _text(copy, copy.title, TITLE_POINTS, after=4)
        yield _text(copy, copy.made)
    if any(map(_is_rare, f"{copy.sections}{above}")):
        yield _text(copy, translated(said.RARE, copy.language))
    for place, section in enumerate(copy.sections):
        if apart and place:
            yield PageBreak()
        if place < len(above) and above[place]:
            yield KeepTogether([_text(copy, line) for line in above[place]])
        heading = _text(copy, section.title, HEADING_POINTS, before=8, after=3)
        blocks = [[_text(copy, piece)] for each in section.paragraphs for piece in _in_pieces(each)]
        blocks += [list(_entry(copy, entry)) for entry in section.entries]
        # A heading alone at the foot of a page would belong to nothing.
        first, *others = blocks or [[_text(copy, translated(said.NOTHING, copy.language))]]
        yield KeepTogether([heading, *first])
        yield from map(KeepTogether, others)


def _entry(copy: OwnCopy, entry: Entry) -> Iterator[Flowable]:
    yield _text(copy, f"● {entry.title}", before=3)
    colon = _COLON.get(copy.language, "：")
    comma = translated(LISTED, copy.language)
    for line in entry.lines:
        value = comma.join(line.value) if isinstance(line.value, list) else str(line.value)
        told = f"{line.label}{colon}{value}" if value else line.label
        yield from (_text(copy, piece, indent=8) for piece in _in_pieces(told))
    if entry.origin:
        yield _text(copy, entry.origin, indent=8)


def _in_pieces(text: str) -> Iterator[str]:
    """A long text in several: what does not fit on a page is set anew for each page that it fills,
    and so costs the square of its length."""
    while len(text) > _LONGEST_PIECE or text.count("\n", 0, _LONGEST_PIECE) > _MOST_LINES:
        lines = text[:_LONGEST_PIECE].split("\n")
        piece = "\n".join(lines[:_MOST_LINES])
        if len(lines) <= _MOST_LINES and (at := max(piece.rfind(" "), piece.rfind("\n"))) > 0:
            piece = piece[: at + 1]
        yield piece.removesuffix("\n")
        text = text[len(piece) :].removeprefix("\n")
    yield text


def _text(
    copy: OwnCopy,
    text: str,
    points: int = BODY_POINTS,
    *,
    before: int = 0,
    after: int = 1,
    indent: int = 0,
) -> Paragraph:
    """A paragraph; distances in millimetres."""
    style = ParagraphStyle(
        f"{points}-{before}-{after}-{indent}",
        fontName=_HAN,
        fontSize=points,
        leading=points * _LEADING,
        spaceBefore=before * mm,
        spaceAfter=after * mm,
        leftIndent=indent * mm,
        wordWrap=None if copy.language == "en" else "CJK",
    )
    return Paragraph(_marked(text), style)


def _marked(text: str) -> str:
    """Markup: Latin letters and digits in their own letters, rare characters with their codes."""
    told = "".join(f"{c}〔U+{ord(c):04X}〕" if _is_rare(c) else c for c in text)
    lines = escape(told, quote=False).replace("\n", "<br/>")
    return "<br/>".join(
        _LATIN_RUN.sub(lambda run: f'<font name="{_LATIN}">{run[0]}</font>', line)
        for line in lines.split("<br/>")
    )


def _is_rare(character: str) -> bool:
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return True
    return False
