"""A funnel held against another period, as the page does it: asked of the command, and told."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import typer
from msgspec import structs

from campaigns.times import shanghai_day
from campaigns.wording.days import whole_day_text
from crm.clock import now_us
from crm.funnels.comparing import StepOfTwo, Went, of_two_periods
from crm.funnels.definition import Funnel, InvalidFunnel
from crm.funnels.document import Compared, Document
from crm.funnels.kept import columns_file
from crm.funnels.other_period import Other, other_period
from crm.funnels.queries import Funnels
from crm.funnels.report import Question, Report
from crm.scope import HEADQUARTERS_SCOPE, dealer_scope
from crm.web.view.funnel_words import interval_said, step_word
from streams.running.installation import open_installation
from streams.wording.output import Whole, print_table, print_text, rate
from streams.wording.say import language, say, words

_NAMED: dict[str, Compared] = {"before": "before", "quarter": "quarter", "year": "year"}


@dataclass(frozen=True, slots=True)
class TwoPeriods:
    """A funnel of two periods, step by step."""

    other: Other
    steps: tuple[StepOfTwo, ...]


def document_of(asked: Funnel, compare: str) -> Document:
    """What was asked by options, as a funnel that is saved would have it.

    compare: one of the named periods, or `DAY`, or `DAY:DAY`, the last one not among them.
    """
    first, _, after = compare.partition(":")
    named = _NAMED.get(compare)
    return Document(
        tuple(map(str, asked.steps)),
        str(asked.window),
        asked.from_day,
        asked.to_day,
        kind=asked.kind,
        entry=asked.entry,
        without=tuple(map(str, asked.without)),
        compare=named or "days",
        compare_from=None if named else _day(first, compare),
        compare_to=_day(after, compare) if after else None,
    )


def _day(text: str, compare: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = say(
            "看不懂要比的是哪一段：{text}。写 {named}，或第一天 2025-03-01，"
            "或 2025-03-01:2025-06-01（最后一天的后一天）",
            text=repr(compare),
            named=", ".join(_NAMED),
        )
        raise typer.BadParameter(message) from error


def two_periods(document: Document, dealer: str | None) -> TwoPeriods | None:
    """What both come to, watched for as long; None: nothing is asked to be compared."""
    today = shanghai_day(now_us())
    try:
        other = other_period(document, today)
    except InvalidFunnel as error:
        raise typer.BadParameter(error.said(language())) from error
    if other is None:
        return None
    installation = open_installation()
    funnels = Funnels(installation.engine, columns_file(installation.settings.data_folder))
    scope = HEADQUARTERS_SCOPE if dealer is None else dealer_scope(dealer)
    now = funnels.report(scope, Question(structs.replace(document, by=()), today))
    then = funnels.report(scope, Question(other.document, today, as_of=other.as_of))
    return TwoPeriods(other, tuple(_steps(now, then)))


def _steps(now: Report, then: Report) -> list[StepOfTwo]:
    pairs = zip(now.steps, then.steps, strict=True)
    out = [(one.earlier, other.earlier) for one, other in pairs]
    return list(of_two_periods(now.people, then.people, out))


def show_two_periods(asked: Funnel, found: TwoPeriods) -> None:
    """Both periods beside each other, and how sure each difference is."""
    document = found.other.document
    assert document.from_day is not None and document.to_day is not None
    title = say(
        "和 {first} 至 {last}（含）比，看到 {as_of} 为止",
        first=whole_day_text(document.from_day, language()),
        last=whole_day_text(document.to_day - timedelta(days=1), language()),
        as_of=whole_day_text(found.other.as_of, language()),
    )
    headings = words("步", "是什么", "这一段", "占上一步", "比的那一段", "占上一步")
    rows = [
        [
            place,
            Whole(step_word(step, language())),
            *_went(each.now),
            *_went(each.then),
        ]
        for place, (step, each) in enumerate(zip(asked.steps, found.steps, strict=True), 1)
    ]
    print_table(title, headings, rows)
    for step, each in zip(asked.steps, found.steps, strict=True):
        if each.gap is not None:
            word = step_word(step, language())
            print_text(say("“{step}”相差 {gap}", step=word, gap=interval_said(each.gap, say)))
    if not found.steps[0].then.part:
        print_text(say("那一段没有人，没法比"))
    if any(_left_out(found)):
        print_text(say("比例里，两边都没有算进入以前已经做过下一步的人。"))


def _went(went: Went) -> list[Any]:
    if went.whole is None:
        return [went.part, ""]
    return [went.part, rate(went.part or 0, went.whole)]


def _left_out(found: TwoPeriods) -> list[bool]:
    """At each step but the first, whether somebody of the step before is left out of its rates."""
    steps = found.steps
    return [
        each.now.whole != steps[place].now.part or each.then.whole != steps[place].then.part
        for place, each in enumerate(steps[1:])
    ]


def compared_as_json(found: TwoPeriods) -> Mapping[str, Any]:
    """The same as JSON: people of each step, of how many, and the difference of the rates."""
    document = found.other.document
    return {
        "from": str(document.from_day),
        "to": str(document.to_day),
        "as_of": str(found.other.as_of),
        "steps": [
            {
                "step": place,
                "people": each.now.part,
                "of": each.now.whole,
                "other_people": each.then.part,
                "other_of": each.then.whole,
                "difference": None if each.gap is None else asdict(each.gap),
            }
            for place, each in enumerate(found.steps, 1)
        ],
    }
