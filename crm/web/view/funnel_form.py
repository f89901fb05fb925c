"""A funnel in an address: what a builder sends, and what a link that is shared holds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from msgspec import structs
from starlette.datastructures import ImmutableMultiDict

from campaigns.wording.catalogues import N_
from campaigns.wording.languages import Language
from campaigns.wording.sentence import SaidError
from crm.funnels.definition import (
    ChainKind,
    EntryRule,
    InvalidFunnel,
    parse_step,
    parse_window,
)
from crm.funnels.document import Document
from crm.funnels.naming import read_dimension, read_step, read_window
from crm.funnels.other_period import other_period
from crm.funnels.queries import OUTCOME_CHAIN, OUTCOME_WINDOW
from crm.web.view.funnel_words import condition_words, vocabulary, window_words

SEASON_DAYS = 182
MOST_STEPS = 10
MOST_DIGITS = 6
"""Of the number of a step or of days."""
_YEARS = range(1900, 3000)
DEFAULT = Document(OUTCOME_CHAIN, OUTCOME_WINDOW, last_days=SEASON_DAYS, reached=True)
"""What stands there before anybody asks: from attended to referred."""
DEFAULT_OF_DEALERS = Document(
    ("activity.attended", "trial.started", "purchase.made"),
    OUTCOME_WINDOW,
    last_days=SEASON_DAYS,
)
"""The same for dealers, of what their copies can hold."""
COMPARISONS = {
    "": N_("不比"),
    "before": N_("比前一段同样长的时间"),
    "quarter": N_("比上一季度的同样几天"),
    "year": N_("比去年同期"),
    "days": N_("比自己选的一段"),
}
PERIODS = {
    "": "",
    "before": N_("前一段"),
    "quarter": N_("上一季度"),
    "year": N_("去年同期"),
    "days": N_("比的那一段"),
}
"""What the period is called that is compared with."""

Row = tuple[str, str]
"""The type that is chosen, and the conditions that are typed."""


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the builder: what is asked, or exactly what was typed."""

    rows: tuple[Row, ...]
    without: tuple[Row, ...]
    from_day: str
    last_day: str
    window: str
    kind: str
    entry: str
    compare: str
    compare_from: str
    compare_last: str
    by: tuple[str, ...]
    reached: bool


@dataclass(frozen=True, slots=True)
class AskedFunnel:
    """What was asked, or why it cannot be: error says so in the visitor's language.

    typed: with an error, as it was typed, to be shown again; the document then is nobody's.
    """

    document: Document
    error: str = ""
    typed: Form | None = None

    @property
    def query(self) -> str:
        """The address of this funnel, after the question mark."""
        return address_of(self.document)

    def form(self, today: date, language: Language) -> Form:
        """What stands in the builder."""
        if self.typed is not None:
            return self.typed
        document = self.document
        from_day, to_day = document.period(today)
        return Form(
            tuple(rows_of(document.steps, language)),
            tuple(rows_of(document.without, language)),
            from_day.isoformat(),
            (to_day - timedelta(days=1)).isoformat(),
            window_words(parse_window(document.window), language),
            document.kind,
            document.entry,
            document.compare,
            *_days_compared(document),
            document.by,
            document.reached,
        )


def asked_funnel(
    sent: ImmutableMultiDict[str, Any],
    language: Language,
    fallback: Document = DEFAULT,
    today: date | None = None,
) -> AskedFunnel:
    """What an address or a form asks for; without steps: the fallback, compared as asked.

    today: to be looked at on that day, so that its other period must be one.
    """
    steps = _steps(sent, "step", "where")
    try:
        document = _document(sent, steps, language) if steps else fallback
        if "compare" in sent:
            document = _compared(document, sent)
        if today is not None:
            other_period(document, today)
    except SaidError as error:
        return AskedFunnel(fallback, error.said(language), _typed(sent))
    return AskedFunnel(document)


def _compared(document: Document, sent: ImmutableMultiDict[str, Any]) -> Document:
    """Held against what is asked; days that are typed count only where days are to be chosen."""
    compare: Any = _one_of(list(COMPARISONS), _text(sent, "compare"), "")
    first = last = None
    if compare == "days":
        first, last = _day(_text(sent, "compare_from")), _day(_text(sent, "compare_last"))
    after = last and last + timedelta(days=1)
    return structs.replace(document, compare=compare, compare_from=first, compare_to=after)


def _days_compared(document: Document) -> tuple[str, str]:
    """The days that were chosen, as a form has them: the first and the last."""
    first, after = document.compare_from, document.compare_to
    last = after and after - timedelta(days=1)
    return first.isoformat() if first else "", last.isoformat() if last else ""


def _typed(sent: ImmutableMultiDict[str, Any]) -> Form:
    def rows(name: str, where: str) -> tuple[Row, ...]:
        split = (each.partition(":") for each in _steps(sent, name, where))
        return tuple((each, conditions) for each, _, conditions in split)

    return Form(
        rows("step", "where"),
        rows("without", "without_where"),
        _text(sent, "from"),
        _text(sent, "last"),
        _text(sent, "window"),
        _text(sent, "kind"),
        _text(sent, "entry"),
        _text(sent, "compare"),
        _text(sent, "compare_from"),
        _text(sent, "compare_last"),
        tuple(str(each) for each in sent.getlist("by") if each),
        bool(sent.get("reached")),
    )


def _text(sent: ImmutableMultiDict[str, Any], name: str) -> str:
    return str(sent.get(name, "")).strip()


def _steps(sent: ImmutableMultiDict[str, Any], name: str, where: str) -> list[str]:
    names = [str(each).strip() for each in sent.getlist(name)]
    wheres = [str(each).strip() for each in sent.getlist(where)]
    wheres += [""] * (len(names) - len(wheres))
    return [
        f"{each},{also}" if also and ":" in each else f"{each}:{also}" if also else each
        for each, also in zip(names, wheres, strict=False)
        if each
    ]


def _document(sent: ImmutableMultiDict[str, Any], steps: list[str], language: Language) -> Document:
    words = vocabulary(language)
    if len(steps) > MOST_STEPS:
        raise InvalidFunnel(N_("最多 {most} 步"), most=MOST_STEPS)
    days, first, last = (_text(sent, name) for name in ("days", "from", "last"))
    rolling = bool(days) and not (first and last)
    from_day = None if rolling else _day(first)
    last_day = None if rolling else _day(last)
    if from_day and last_day and last_day < from_day:
        raise InvalidFunnel(N_("“到”在“从”的前面"))
    document = Document(
        tuple(str(read_step(each, words)) for each in steps),
        str(read_window(_text(sent, "window") or "90d")),
        from_day,
        last_day and last_day + timedelta(days=1),
        _number(days) if rolling else None,
        ChainKind(_one_of(list(ChainKind), _text(sent, "kind"), ChainKind.SEQUENTIAL)),
        EntryRule(_one_of(list(EntryRule), _text(sent, "entry"), EntryRule.BEST)),
        tuple(read_dimension(str(each), words) for each in sent.getlist("by") if each),
        tuple(str(read_step(each, words)) for each in _steps(sent, "without", "without_where")),
        bool(sent.get("reached")),
    )
    document.funnel(date(2000, 1, 1))
    return document


def _day(text: str) -> date | None:
    if not text:
        return None
    if (found := day_typed(text)) is None:
        raise InvalidFunnel(N_("{text} 不是日期，写成 2026-03-01"), text=repr(text))
    return found


def day_typed(text: str) -> date | None:
    """A day of these centuries, before which and after which there are days; None otherwise."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > MOST_DIGITS:
        raise InvalidFunnel(N_("{text} 不是天数"), text=repr(text))
    return int(text)


def _one_of(known: Collection[str], text: str, default: str) -> str:
    if text and text not in known:
        raise InvalidFunnel(
            N_("没有 {text} 这个选择，有：{known}"), text=repr(text), known=", ".join(known)
        )
    return text or default


def address_of(document: Document) -> str:
    """The query of an address that asks for a funnel again, without what is meant anyway."""
    pairs: list[tuple[str, str]] = [("step", step) for step in document.steps]
    pairs.append(("window", document.window))
    if document.last_days is not None:
        pairs.append(("days", str(document.last_days)))
    elif document.from_day and document.to_day:
        pairs.append(("from", document.from_day.isoformat()))
        pairs.append(("last", (document.to_day - timedelta(days=1)).isoformat()))
    if document.kind != ChainKind.SEQUENTIAL:
        pairs.append(("kind", document.kind))
    if document.entry != EntryRule.BEST:
        pairs.append(("entry", document.entry))
    pairs += [("by", name) for name in document.by]
    pairs += [("without", step) for step in document.without]
    pairs += [("reached", "1")] if document.reached else []
    pairs += [("compare", document.compare)] if document.compare else []
    days = zip(("compare_from", "compare_last"), _days_compared(document), strict=True)
    pairs += [(name, day) for name, day in days if day]
    return urlencode(pairs)


def rows_of(steps: tuple[str, ...], language: Language) -> list[tuple[str, str]]:
    """Of each step the type that is chosen and the conditions that are typed."""
    return [(parse_step(step).type, condition_words(step, language)) for step in steps]
