"""What makes a funnel's picture stand alone: what it is of, in lines that fit, its file's name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from campaigns.wording.catalogues import LISTED, N_
from campaigns.wording.days import whole_day_text
from campaigns.wording.languages import Language
from crm.funnels.document import Document
from crm.funnels.other_period import other_period
from crm.web.view.funnel_form import COMPARISONS
from crm.web.view.funnel_view import Viewer
from crm.web.view.funnel_words import bare_word, step_word

WIDTH = 928
"""Of what is drawn, px."""
_TITLE_PX, _LINE_PX = 20, 15
_WIDE = 0x2E80
"""From here on characters are as wide as they are high; others about half of that."""
_PIECE = re.compile(r"[!-~]+ ?| |.")


@dataclass(frozen=True, slots=True)
class Heading:
    """What a picture is of: title and what stands below it, in lines that fit."""

    title: tuple[str, ...]
    below: tuple[str, ...]


def heading(document: Document, today: date, viewer: Viewer, name: str) -> Heading:
    """The saved name, else the steps with their conditions; below it the steps where a name stands
    above, the period, what it is compared with, who is left out."""
    language = viewer.language
    steps = " → ".join(step_word(step, language) for step in document.steps)
    below = [steps] if name else []
    below.append(_period(document, today, language))
    other = other_period(document, today)
    if other is not None:
        word = viewer.say(COMPARISONS[document.compare])
        below.append(f"{word}{viewer.say(N_('：'))}{_period(other.document, today, language)}")
    if document.without:
        without = viewer.say(LISTED).join(step_word(each, language) for each in document.without)
        below.append(viewer.say(N_("不算做过“{steps}”的人"), steps=without))
    return Heading(
        tuple(lines_within(name or steps, WIDTH / _TITLE_PX)),
        tuple(part for line in below for part in lines_within(line, WIDTH / _LINE_PX)),
    )


def _period(document: Document, today: date, language: Language) -> str:
    first, after = document.period(today)
    days = (first, after - timedelta(days=1))
    return " – ".join(whole_day_text(each, language) for each in days)


def file_stem(document: Document, today: date, language: Language) -> str:
    """A file's name without its ending: from which step to which, of when; nothing that somebody
    typed, so nothing of a person."""
    ends = [bare_word(each, language) for each in document.steps]
    first, after = document.period(today)
    days = f"{first}_{after - timedelta(days=1)}"
    parts = [*dict.fromkeys((ends[0], ends[-1])), days, document.compare]
    return "-".join(part.replace(" ", "_") for part in parts if part)


def lines_within(text: str, widest: float) -> Iterator[str]:
    """A text in lines of so many wide characters at most; words of narrow ones are kept whole."""
    line, width = "", 0.0
    for piece in _PIECE.findall(text):
        more = sum(1.0 if ord(each) >= _WIDE else 0.56 for each in piece)
        if line and width + more > widest:
            yield line.rstrip()
            line, width = "", 0.0
        line, width = line + piece, width + more
    if line:
        yield line.rstrip()
