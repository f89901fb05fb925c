"""How the answer of a funnel is told: as JSON, and as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from crm.funnels.answers import FunnelResult, StepResult
from crm.funnels.comparing import Interval, difference
from crm.funnels.definition import MONTH, EntryRule, Funnel
from crm.web.view.funnel_words import (
    dimension_word,
    interval_said,
    step_word,
    unfinished_said,
    value_word,
)
from streams.wording.output import (
    Whole,
    duration,
    print_first,
    print_table,
    print_text,
    rate,
    share_bar,
)
from streams.wording.say import language, say, words


def result_as_json(result: FunnelResult, people: Sequence[str] | None) -> dict[str, Any]:
    """The answer as JSON has it; people: those who are listed, if any are asked for."""
    told: dict[str, Any] = {
        "steps": list(map(asdict, result.steps)),
        "groups": groups_as_json(result),
    }
    if people is not None:
        told["people"] = people
    return told


def groups_as_json(result: FunnelResult) -> list[dict[str, Any]]:
    """The groups of a breakdown as JSON has them."""
    return [
        {"value": group.value, "steps": list(map(asdict, group.steps))} for group in result.groups
    ]


Called = Mapping[str, Mapping[str, str]]
"""By dimension what a value is called, where it has a name of its own."""


def show(asked: Funnel, result: FunnelResult, today: date) -> None:
    """The answer as a table; today: the day on which it is looked at."""
    which = (
        say("最长的一链（best）") if asked.entry == EntryRule.BEST else say("第一次进入（first）")
    )
    title = say(
        "漏斗 {first} 至 {last}（不含），期限 {window}，{which}",
        first=asked.from_day,
        last=asked.to_day,
        window=asked.window,
        which=which,
    )
    print_table(title, _headings(), _rows(asked, result.steps))
    if not result.steps[0].people:
        print_text(
            say("这段时间没有人走到第一步。请核对日期和步骤，或先 jinxi work --until-idle。")
        )
    for note in unfinished_said(asked, today, language(), say):
        print_text(note)


def _headings() -> list[str]:
    return words("步", "是什么", "人数", "", "占上一步", "占第一步", "中位用时")


def show_groups(asked: Funnel, result: FunnelResult, called: Called) -> None:
    """A table for each group of a breakdown."""
    by = asked.by or MONTH
    own = called.get(by, {})
    for group in result.groups:
        value = own.get(group.value or "") or value_word(by, group.value, language())
        title = f"{dimension_word(by, language())} = {value}"
        print_table(title, _headings(), _rows(asked, group.steps))
        if (gap := _than_others(group.steps, result.steps)) is not None:
            print_text(say("走完的，和其余的人比：{gap}", gap=interval_said(gap, say)))


def _than_others(group: Sequence[StepResult], whole: Sequence[StepResult]) -> Interval | None:
    """How much more of a group went all the way than of all others; None where there are none."""
    if len(group) < 2:
        return None
    (came, went), (all_came, all_went) = (
        (steps[0].people, steps[-1].people) for steps in (group, whole)
    )
    return difference(went, came, all_went - went, all_came - came)


def show_people(title: str, people: Sequence[str] | None) -> None:
    """Who is listed; None: nobody is asked for."""
    if people is None:
        return
    print_first(
        title,
        words("人员编号"),
        [[Whole(person)] for person in people],
        say("没有人走到这一步。"),
    )


def _rows(asked: Funnel, steps: Sequence[StepResult]) -> list[list[Any]]:
    first = steps[0].people if steps else 0
    rows = []
    before = None
    for step, result in zip(asked.steps, steps, strict=True):
        rows.append(
            [
                result.step,
                Whole(step_word(step, language())),
                result.people,
                share_bar(result.people, first),
                "" if before is None else rate(result.people, before),
                "" if before is None else rate(result.people, first),
                duration(result.median_seconds),
            ]
        )
        before = result.people
    return rows
