"""What differs: between those who went on and those who did not, and between two periods."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import StringIO
from itertools import islice

from fastapi import APIRouter
from fastapi.responses import Response
from msgspec import structs

from campaigns.formulas import harmless
from campaigns.wording.catalogues import N_
from crm.funnels.differing import Differs, Explained, differing, explaining
from crm.funnels.few import is_few, shown_of
from crm.funnels.fields import DIMENSIONS
from crm.funnels.own_copy import NOT_IN_COPIES
from crm.funnels.report import GroupCounts, Report, shown_of_groups
from crm.web.guards.visit import NotFound, SignedIn, Visit
from crm.web.pages.funnel_parts import (
    Beside,
    answered,
    asked_of,
    beside_of,
    may_look,
    step_at,
    today_of,
    viewer_of,
)
from crm.web.view.formats import rate_text
from crm.web.view.funnel_compared import (
    compared_notes,
    earlier_notes,
    exact_rate,
    out_of_both,
)
from crm.web.view.funnel_form import COMPARISONS, AskedFunnel
from crm.web.view.funnel_view import Viewer, interval_text, rate_of, step_most_left
from crm.web.view.funnel_words import dimension_word, sentences, step_word

router = APIRouter()

_TIMES = frozenset(("month", "week"))
"""When somebody came is no trait of the person, and of two periods always another."""
_NESTED = frozenset(("province", "city", "county"))
_WITHIN_EACH_OTHER = N_(
    "省、市、县一层套一层，活动在它的经销商里面：同一批人在几行里都算，各行的人数不能相加。"
)
_SHOWN = 40
_CHANCE = 20
"""Of so many intervals of 95 % one is wrong."""


@dataclass(frozen=True, slots=True)
class Found:
    """The answer: of which step, from 1; beside: the other period, where one is asked for."""

    asked: AskedFunnel
    viewer: Viewer
    step: int
    report: Report
    beside: Beside | None
    groups: list[Differs]
    explained: list[Explained]

    @property
    def clear(self) -> list[Differs]:
        """The groups whose difference is beyond doubt, but for chance."""
        return [each for each in self.groups if each.gap.is_clear]


@router.get("/funnels/differs")
def differences_page(visit: SignedIn) -> Response:
    """Who went on and who did not; how a difference of two periods comes about."""
    found = _found(visit)
    document, language = found.asked.document, visit.language
    words = [step_word(step, language) for step in document.steps]
    step = found.step
    both = slice(step - 1, step + 1)
    people, went_on = found.viewer.shown_steps(found.report.people)[both]
    counts = found.viewer.words(found.report.people)[both]
    context = {
        "title": visit.say(N_("走下去的和停下的有什么不同")),
        "query": found.asked.query,
        "sentence": next(sentences(document, today_of(visit), language)),
        "steps": words,
        "step": step,
        "lost": _lost(found),
        "watched": _watched(found),
        "people": counts[0],
        "went_on": counts[1],
        "rate": rate_of(went_on, people) or "–",
        "rows": [_row(each, found.viewer) for each in islice(found.clear, _SHOWN)],
        "clear": len(found.clear),
        "tried": len(found.groups),
        "by_chance": -(-len(found.groups) // _CHANCE),
        "compared": visit.say(COMPARISONS[found.asked.document.compare]) if found.beside else "",
        "change": _change(found),
        "explained": [
            (dimension_word(each.dimension, language), _points(each.mix), _points(each.within))
            for each in found.explained
        ],
    }
    return visit.render("funnel_differs.html", context)


@router.get("/funnels/differs.csv")
def differences_table(visit: SignedIn) -> Response:
    """Every group that was looked at, to take away."""
    found = _found(visit)
    heads = (
        *(N_("分组看"), N_("组"), N_("人数"), N_("走下去的"), N_("其余的人"), N_("其余走下去的")),
        *(N_("相差（百分点）"), N_("95% 从"), N_("95% 至")),
    )
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([visit.say(head) for head in heads])
    for each in found.groups:
        name = dimension_word(each.dimension, visit.language)
        value = found.viewer.value(each.dimension, each.value)
        counts = (each.people, each.went_on, each.others, each.others_went_on)
        ends = [f"{end * 100:.1f}" for end in (each.gap.value, each.gap.low, each.gap.high)]
        writer.writerow([harmless(name), harmless(value), *counts, *ends])
    if len({each.dimension for each in found.groups} & _NESTED) > 1:
        writer.writerow([visit.say(_WITHIN_EACH_OTHER)])
    for line in sentences(found.asked.document, today_of(visit), visit.language):
        writer.writerow([harmless(line)])
    headers = {
        "Content-Disposition": f'attachment; filename="funnel-differs-{today_of(visit)}.csv"'
    }
    content = "\ufeff" + text.getvalue()
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)


def _found(visit: Visit) -> Found:
    may_look(visit)
    asked, _ = asked_of(visit)
    if asked.error:
        raise NotFound
    document = structs.replace(asked.document, by=_traits(visit), reached=False)
    if len(document.steps) < 2:
        raise NotFound
    report = answered(visit, document)
    viewer = viewer_of(visit, replace(asked, document=document))
    step = _step(visit, report, viewer)
    beside = beside_of(visit, document, document.by)
    groups = list(differing(report, step, names=viewer.names))
    explained: list[Explained] = []
    if beside is not None:
        explained = list(_explained(report, beside.report, step, viewer))
    return Found(asked, viewer, step, report, beside, groups, explained)


def _explained(report: Report, other: Report, step: int, viewer: Viewer) -> Iterator[Explained]:
    both = (report, other)
    if not viewer.names and any(_has_few(each, step) for each in both):
        return
    # On the ground on which the two rates are compared everywhere.
    leaves_out = any(out_of_both(report, other, step - 1, viewer))
    for each in explaining(report, other, step, leaves_out=leaves_out):
        if viewer.names or not any(_withholds(of, each, step, leaves_out) for of in both):
            yield each


def _has_few(report: Report, step: int) -> bool:
    return not all(shown_of(report.people)[step - 1 : step + 1])


def _withholds(report: Report, explained: Explained, step: int, leaves_out: bool) -> bool:
    groups = report.groups[explained.dimension]
    shown = shown_of_groups(explained.dimension, groups)
    return not all(all(each[step - 1 : step + 1]) for each in shown) or (
        leaves_out and any(_tells_of_few(each, step) for each in groups)
    )


def _tells_of_few(group: GroupCounts, step: int) -> bool:
    """Whether few of a group had done the next step before, or few had not."""
    people, on, earlier = group.people[step - 1], group.people[step], group.earlier[step - 1]
    return any(map(is_few, (earlier, people - earlier, people - on - earlier)))


def _traits(visit: Visit) -> tuple[str, ...]:
    """By what it is broken down: whatever may tell something to whoever looks."""
    left_out = _TIMES if visit.scope.may("numbers") else _TIMES | NOT_IN_COPIES
    return tuple(name for name in DIMENSIONS if name not in left_out)


def _watched(found: Found) -> list[str]:
    return [] if found.beside is None else list(compared_notes(found.beside.other, found.viewer))


def _lost(found: Found) -> list[str]:
    """Who only seems to have stopped at the step."""
    both = slice(found.step - 1, found.step + 1)
    reports = [found.report, *([found.beside.report] if found.beside else [])]
    cut = [structs.replace(each, steps=each.steps[both]) for each in reports]
    return list(earlier_notes(cut[0], found.viewer, *cut[1:]))


def _step(visit: Visit, report: Report, viewer: Viewer) -> int:
    """The step that is asked for; else the one after which most went no further."""
    asked = visit.request.query_params.get("at", "")
    if asked:
        return step_at(asked, len(report.steps) - 1)
    return step_most_left(viewer.shown_steps(report.people))


def _row(each: Differs, viewer: Viewer) -> tuple[str, str, str, str, str]:
    return (
        dimension_word(each.dimension, viewer.language),
        viewer.value(each.dimension, each.value),
        _share(each.went_on, each.people),
        _share(each.others_went_on, each.others),
        interval_text(each.gap, viewer),
    )


def _share(part: int, whole: int) -> str:
    return f"{rate_text(part, whole)} {part:,}/{whole:,}"


def _change(found: Found) -> tuple[str, str, str] | None:
    """The rate of the other period, that of this one, each with its counts, and the difference."""
    if found.beside is None:
        return None
    both = (found.beside.report, found.report)
    if not found.viewer.names and any(_has_few(each, found.step) for each in both):
        return None
    out = out_of_both(*both, found.step - 1, found.viewer)
    said, rates = [], []
    for each, left_out in zip(both, out, strict=True):
        part, whole = each.people[found.step], each.people[found.step - 1] - left_out
        if not whole:
            return None
        said.append(f"{exact_rate(part, whole)}（{part:,} / {whole:,}）")
        rates.append(part / whole)
    return said[0], said[1], _points(rates[1] - rates[0])


def _points(difference: float) -> str:
    return f"{difference * 100:+.1f}"
