"""Cells of amounts, days and moments: said in words on a page, to be reckoned with in a file."""

from datetime import date

from campaigns.times import moment_of, shanghai_day
from campaigns.wording.catalogues import N_
from campaigns.wording.days import day_text, whole_day_text
from crm.copies.queries import name_with_code
from crm.money import yuan_number, yuan_text
from crm.web.desk.tables import Cell
from crm.web.guards.visit import Visit
from crm.web.view.formats import moment_text


def money_cell(amount_fen: int, tone: str = "") -> Cell:
    """`¥1,234.00`, in a file the yuan as a number."""
    return Cell(yuan_text(amount_fen), tone=tone, raw=yuan_number(amount_fen))


def dealer_cell(visit: Visit, code: str | None) -> Cell | None:
    """What a dealer is called; in a file with its code, by which other systems know it."""
    if not code:
        return None
    word = visit.dealer_word(code)
    return Cell(word, raw=word if code in word else name_with_code(word, code, visit.language))


def day_cell(visit: Visit, day: date) -> Cell:
    """`2026年5月3日`, in a file the day."""
    return Cell(whole_day_text(day, visit.language), raw=day)


def answered_cell(visit: Visit, day: date, due_on: date) -> Cell:
    """The day of an answer, and how late it was; in a file the day."""
    text = day_text(day, visit.language, shanghai_day(visit.site.now_us()))
    if day <= due_on:
        return Cell(text, raw=day)
    late = visit.say(N_("晚了 %(n)s 天")) % {"n": (day - due_on).days}
    return Cell(f"{text} {late}", tone="wrong", raw=day)


def moment_cell(visit: Visit, at_us: int) -> Cell:
    """`5月3日 周六 09:12`, in a workbook the moment of Shanghai, to the second."""
    text = moment_text(at_us, visit.language, visit.site.now_us())
    return Cell(text, raw=moment_of(at_us).replace(microsecond=0, tzinfo=None))
