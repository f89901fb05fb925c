"""A funnel beside that of another period: both watched for as long, none lost who was there."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np

from campaigns.times import day_start_us, shanghai_day
from campaigns.wording.catalogues import N_
from campaigns.wording.days import whole_day_text
from crm.funnels.comparing import Went, of_two_periods
from crm.funnels.definition import parse_window
from crm.funnels.few import is_few
from crm.funnels.other_period import Other
from crm.funnels.report import Report
from crm.web.view.funnel_form import address_of
from crm.web.view.funnel_view import Against, Viewer, interval_text, rate_of, share_of
from crm.web.view.funnel_words import step_word

_NOBODY = N_("那一段没有人，没法比")


def against(report: Report, other: Report, viewer: Viewer) -> list[Against]:
    """Of each step both periods' numbers as they are compared, and how sure the difference is."""
    found: list[Against] = []
    now, then = (viewer.shown_steps(each.people) for each in (report, other))
    words, words_now = viewer.words(other.people), viewer.words(report.people)
    widest = max(now[0] or 0, then[0] or 0)
    if not other.people[0]:
        nothing = Went(now[0], None), Went(0, None)
        nobody = Against("0", "", viewer.say(_NOBODY), 0, widest, nothing)
        counted = [(Went(each, None), Went(0, None)) for each in now[1:]]
        return [nobody, *(replace(nobody, sure=None, counted=each) for each in counted)]
    out = [out_of_both(report, other, place, viewer) for place in range(len(words) - 1)]
    for place, step in enumerate(of_two_periods(now, then, out)):
        share = share_of(step.then.part, then[0], widest)
        if not place:
            found.append(Against(words[0], "", None, share, widest, (step.now, step.then)))
            continue
        found.append(
            Against(
                _said(words[place], words[place - 1], step.then),
                _said(words_now[place], words_now[place - 1], step.now),
                None if step.gap is None else interval_text(step.gap, viewer),
                share,
                widest,
                (step.now, step.then),
            )
        )
    return found


def _said(text: str, before: str, went: Went) -> str:
    """`42 / 68 · 61.8%`; text, before: what is told where a number is not."""
    known = before if went.whole is None else f"{went.whole:,}"
    rate = None if went.part is None or went.whole is None else exact_rate(went.part, went.whole)
    return f"{text} / {known} · {rate or '–'}"


def exact_rate(part: int, whole: int) -> str | None:
    """With one decimal, as differences are said; None where there is no whole."""
    return f"{part / whole:.1%}" if whole else None


def lists_behind(other: Other, viewer: Viewer) -> list[str]:
    """Where the lists are behind the other period's numbers; empty where they may not be seen."""
    beside = replace(viewer, query=address_of(other.document))
    addresses = [beside.list_address(step) for step in range(1, len(other.document.steps) + 1)]
    return [each and f"{each}&day={other.as_of}" for each in addresses]


def compared_notes(other: Other, viewer: Viewer) -> Iterator[str]:
    """Which days the other period has, and up to when it is watched where its window was not over
    by then."""
    if other.document.from_day is None or other.document.to_day is None:
        return
    last = other.document.to_day - timedelta(days=1)
    window = parse_window(other.document.window)
    start = np.asarray([day_start_us(last)])
    ends_us = int(window.last_instants_us(start, np.ones(1, np.int64))[0])
    if shanghai_day(ends_us) <= other.as_of:
        yield viewer.say(
            N_("比的是 {first} 至 {last} 进入的人。"),
            first=whole_day_text(other.document.from_day, viewer.language),
            last=whole_day_text(last, viewer.language),
        )
        return
    yield viewer.say(
        N_(
            "比较的两段看得一样久：{first} 至 {last} 进入的人也只算到 {until} 为止，"
            "因为现在这一段只能看到今天，期限还没走完。"
        ),
        first=whole_day_text(other.document.from_day, viewer.language),
        last=whole_day_text(last, viewer.language),
        until=whole_day_text(other.as_of, viewer.language),
    )


def earlier_notes(report: Report, viewer: Viewer, other: Report | None = None) -> Iterator[str]:
    """Of which steps some seem lost who had done the next one before they came; other: of the
    period that it is compared with, whose rates leave them out as well."""
    for place, step in enumerate(report.steps[:-1]):
        earlier = earlier_shown(report, place, viewer)
        next_word = step_word(report.steps[place + 1].step, viewer.language)
        if earlier:
            yield viewer.say(
                N_(
                    "停在“{step}”的 {left} 人里，{earlier} 人进入以前已经“{next}”过，不是流失；"
                    "不算他们，走下去的是 {rate}。"
                ),
                step=step_word(step.step, viewer.language),
                left=f"{step.left:,}",
                earlier=f"{earlier:,}",
                next=next_word,
                rate=rate_of(report.steps[place + 1].people, step.people - earlier) or "–",
            )
        if other is not None and any(out := out_of_both(report, other, place, viewer)):
            yield viewer.say(
                N_(
                    "比较的比例里，两边都没有算进入以前已经“{next}”过的人："
                    "这一段 {now} 人，比的那一段 {then} 人。"
                ),
                next=next_word,
                now=f"{out[0]:,}",
                then=f"{out[1]:,}",
            )


def out_of_both(report: Report, other: Report, place: int, viewer: Viewer) -> tuple[int, int]:
    """How many at a step are left out of the rates of two periods: on both sides, or, where of one
    of them it may not be told, on neither."""
    out = [earlier_shown(each, place, viewer) for each in (report, other)]
    return (0, 0) if out[0] is None or out[1] is None else (out[0], out[1])


def earlier_shown(report: Report, place: int, viewer: Viewer) -> int | None:
    """How many who stopped at a step had done the next before, and are not lost; None where it may
    not be told."""
    step, counts = report.steps[place], viewer.shown_steps(report.people)
    parts = (step.left, step.earlier, step.left - step.earlier, step.people - step.earlier)
    if not viewer.names and (None in counts[place : place + 2] or any(map(is_few, parts))):
        return None
    return step.earlier
