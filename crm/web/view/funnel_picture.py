"""What makes a funnel's picture stand alone: what it is of, in lines that fit, its file's name."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from campaigns.wording.catalogues import LISTED, N_
from campaigns.wording.counting import counted
from campaigns.wording.days import whole_day_text
from campaigns.wording.languages import Language
from crm.funnels.document import Document
from crm.funnels.other_period import other_period
from crm.web.view.funnel_breakdowns import Breakdown
from crm.web.view.funnel_form import COMPARISONS
from crm.web.view.funnel_view import Viewer
from crm.web.view.funnel_words import bare_word, step_word

WIDTH = 928
"""Of what is drawn, px."""
_TITLE_PX, _LINE_PX = 20, 15
LINE = WIDTH / 13
"""How many wide characters of what stands below it all fit into a line."""
_WIDE = 0x2E80
"""From here on characters are as wide as they are high; others about half of that."""
_ACROSS, _GAP, _BAR, _LABEL_PX, _COUNT = 3, 24, 18, 14, 64
"""Of groups: how many stand side by side, what is between them, px of a bar and of a number."""
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


@dataclass(frozen=True, slots=True)
class GroupDrawn:
    """One group where it stands: its name in lines, its last step of its first, its bars as (top,
    how long, how many)."""

    left: float
    top: float
    name: tuple[str, ...]
    rate: str
    bars: tuple[tuple[float, float, str], ...]


@dataclass(frozen=True, slots=True)
class BreakdownDrawn:
    """The groups of a breakdown below each other, all on one scale, and how high that is."""

    top: float
    word: str
    groups: tuple[GroupDrawn, ...]
    notes: tuple[str, ...]
    notes_top: float


def breakdowns_drawn(
    breakdowns: Iterable[Breakdown], viewer: Viewer
) -> tuple[list[BreakdownDrawn], float]:
    """(the largest groups of each as small multiples, how high all of them are together)."""
    drawn, top = [], 0.0
    wide = (WIDTH - (_ACROSS - 1) * _GAP) / _ACROSS
    for each in breakdowns:
        groups, row_top, high = [], top + 40, 0.0
        for at, group in enumerate(each.drawn):
            if at and at % _ACROSS == 0:
                row_top, high = row_top + high, 0.0
            name = tuple(lines_within(group.word, (wide - _COUNT) / _LABEL_PX))
            first = row_top + len(name) * 20 + 4
            bars = tuple(
                (first + step * _BAR, (wide - _COUNT) * share / 1000, count)
                for step, (share, count) in enumerate(zip(group.shares, group.counts, strict=True))
            )
            rate = group.rate.text if group.rate else ""
            left = at % _ACROSS * (wide + _GAP)
            groups.append(GroupDrawn(left, row_top, name, rate, bars))
            high = max(high, first - row_top + len(bars) * _BAR + 20)
        notes = [
            line for each_note in _notes(each, viewer) for line in lines_within(each_note, LINE)
        ]
        below = row_top + high
        drawn.append(BreakdownDrawn(top, each.word, tuple(groups), tuple(notes), below + 8))
        top = below + len(notes) * 22 + 12
    return drawn, top


def _notes(whole: Breakdown, viewer: Viewer) -> Iterator[str]:
    if rest := len(whole.groups) - len(whole.drawn):
        said = viewer.say(N_("列出最大的 %(n)s 组，另有 %(rest)s 组。"))
        yield counted(said % {"n": len(whole.drawn), "rest": f"{rest:,}"})
    yield from map(viewer.say, whole.notes)


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
