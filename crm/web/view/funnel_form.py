"""A funnel in an address: what a builder sends, and what a link that is shared holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import ImmutableMultiDict

from campaigns.wording.catalogues import N_
from campaigns.wording.languages import Language
from campaigns.wording.sentence import SaidError
from crm.funnels.definition import ChainKind, EntryRule, InvalidFunnel, parse_step
from crm.funnels.document import Document
from crm.funnels.naming import read_dimension, read_step
from crm.funnels.queries import OUTCOME_CHAIN, OUTCOME_WINDOW
from crm.web.view.funnel_words import condition_words, vocabulary

SEASON_DAYS = 182
MOST_STEPS = 10
DEFAULT = Document(OUTCOME_CHAIN, OUTCOME_WINDOW, last_days=SEASON_DAYS, reached=True)
"""What stands there before anybody asks: from attended to referred."""
DEFAULT_OF_DEALERS = Document(
    ("activity.attended", "trial.started", "purchase.made"),
    OUTCOME_WINDOW,
    last_days=SEASON_DAYS,
)
"""The same for dealers, of what their copies can hold."""
COMPARISONS = {"": N_("不比"), "before": N_("比前一段同样长的时间"), "year": N_("比去年同期")}


@dataclass(frozen=True, slots=True)
class AskedFunnel:
    """What was asked, or why it cannot be: error says so in the visitor's language.

    typed: as it was typed, to be shown again.
    """

    document: Document
    compare: str
    error: str = ""
    typed: Mapping[str, Any] | None = None

    @property
    def query(self) -> str:
        """The address of this funnel, after the question mark."""
        return address_of(self.document, self.compare)


def asked_funnel(
    sent: ImmutableMultiDict[str, Any], language: Language, fallback: Document = DEFAULT
) -> AskedFunnel:
    """What an address or a form asks for; without steps: the fallback."""
    compare = str(sent.get("compare", ""))
    compare = compare if compare in COMPARISONS else ""
    steps = _steps(sent, "step", "where")
    if not steps:
        return AskedFunnel(fallback, compare)
    try:
        return AskedFunnel(_document(sent, steps), compare)
    except SaidError as error:
        return AskedFunnel(fallback, compare, error.said(language), {"steps": steps})
    except ValueError:
        said = InvalidFunnel(N_("日期写成 2026-03-01")).said(language)
        return AskedFunnel(fallback, compare, said, {"steps": steps})


def _steps(sent: ImmutableMultiDict[str, Any], name: str, where: str) -> list[str]:
    names = [str(each).strip() for each in sent.getlist(name)]
    wheres = [str(each).strip() for each in sent.getlist(where)]
    wheres += [""] * (len(names) - len(wheres))
    return [
        f"{each},{also}" if also and ":" in each else f"{each}:{also}" if also else each
        for each, also in zip(names, wheres, strict=False)
        if each
    ]


def _document(sent: ImmutableMultiDict[str, Any], steps: list[str]) -> Document:
    words = vocabulary()
    if len(steps) > MOST_STEPS:
        raise InvalidFunnel(N_("最多 {most} 步"), most=MOST_STEPS)
    days = str(sent.get("days", "")).strip()
    from_day, last_day = (str(sent.get(name, "")).strip() for name in ("from", "last"))
    rolling = bool(days) and not (from_day and last_day)
    document = Document(
        tuple(str(read_step(each, words)) for each in steps),
        str(sent.get("window", "")).strip() or "90d",
        None if rolling else date.fromisoformat(from_day),
        None if rolling else date.fromisoformat(last_day) + timedelta(days=1),
        int(days) if rolling else None,
        _one_of(ChainKind, sent.get("kind"), ChainKind.SEQUENTIAL),
        _one_of(EntryRule, sent.get("entry"), EntryRule.BEST),
        tuple(read_dimension(str(each), words) for each in sent.getlist("by") if each),
        tuple(str(read_step(each, words)) for each in _steps(sent, "without", "without_where")),
        bool(sent.get("reached")),
    )
    document.funnel(date(2000, 1, 1))
    return document


def _one_of(kinds: Any, value: object, default: Any) -> Any:
    return kinds(value) if value in list(kinds) else default


def address_of(document: Document, compare: str = "") -> str:
    """The query of an address that asks for a funnel again."""
    pairs: list[tuple[str, str]] = [("step", step) for step in document.steps]
    pairs.append(("window", document.window))
    if document.last_days is not None:
        pairs.append(("days", str(document.last_days)))
    elif document.from_day and document.to_day:
        pairs.append(("from", document.from_day.isoformat()))
        pairs.append(("last", (document.to_day - timedelta(days=1)).isoformat()))
    pairs += [("kind", document.kind), ("entry", document.entry)]
    pairs += [("by", name) for name in document.by]
    pairs += [("without", step) for step in document.without]
    pairs += [("reached", "1")] if document.reached else []
    pairs += [("compare", compare)] if compare else []
    return urlencode(pairs)


def rows_of(steps: tuple[str, ...], language: Language) -> list[tuple[str, str]]:
    """Of each step the type that is chosen and the conditions that are typed."""
    return [(parse_step(step).type, condition_words(step, language)) for step in steps]
