"""Who stopped at a step and is not lost, since the next had been done before: told apart in lists,
left out of groups."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urlencode

from campaigns.wording.catalogues import N_
from campaigns.wording.languages import Language
from crm.funnels.document import Document
from crm.funnels.report import Listed, Report
from crm.people.found import FoundPerson
from crm.web.desk.tables import Cell, Column
from crm.web.guards.visit import Visit
from crm.web.view.funnel_compared import earlier_shown
from crm.web.view.funnel_view import Viewer
from crm.web.view.funnel_words import step_word

Part = Literal["", "without", "alone"]
_LEFT: dict[Part, str] = {
    "": N_("%(step)s：到此为止的人"),
    "without": N_("%(step)s：到此为止的人，不算进入以前已经“%(next)s”过的"),
    "alone": N_("%(step)s：到此为止的人里，进入以前已经“%(next)s”过的（不是流失）"),
}
_TABS: dict[Part, str] = {
    "": N_("全部 {n} 人"),
    "without": N_("没有“{next}”过的 {n} 人"),
    "alone": N_("进入以前已经“{next}”过的 {n} 人（不是流失）"),
}
PARTS: tuple[Part, ...] = tuple(_TABS)
"""Of those who stopped all, those who are lost, those who are not."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One part of those who stopped: what it is called, where it is, whether it stands there."""

    word: str
    href: str
    is_shown: bool


_NOT_KEPT = ("earlier", "page", "fault", "mark")


def earlier_column(next_word: str, earlier: Collection[str]) -> Column[FoundPerson]:
    """Beside each person whether it had done the next step before."""

    def cell(visit: Visit, person: FoundPerson) -> Cell | None:
        if person.person_id not in earlier:
            return None
        return Cell(visit.say(N_("已经“{next}”过")).format(next=next_word), tone="good")

    return Column("earlier", N_("进入以前"), cell)


def parts_of_the_lost(
    visit: Visit, document: Document, report: Report, listed: Listed
) -> dict[str, object]:
    """What a list of those who stopped says of who is not lost; empty where nobody is told apart.

    next: what the next step is called; earlier_people: how many had done it before; tabs: the
    parts of the list.
    """
    left, earlier = _stopped(report, listed)
    if not listed.left or not earlier:
        return {"next": "", "earlier_people": 0, "tabs": ()}
    word = step_word(document.steps[listed.step], visit.language)
    path, pairs = visit.request.url.path, parse_qsl(visit.request.url.query)
    kept = [(name, value) for name, value in pairs if name not in _NOT_KEPT]
    people: dict[Part, int] = {"": left, "without": left - earlier, "alone": earlier}
    tabs = [
        Tab(
            visit.say(said).format(n=f"{people[part]:,}", next=word),
            f"{path}?{urlencode([*kept, *([('earlier', part)] if part else [])])}",
            part == listed.earlier,
        )
        for part, said in _TABS.items()
    ]
    # Of a group that leaves them out nobody is left to be told apart.
    count = 0 if listed.earlier == "without" else earlier
    return {"next": word, "earlier_people": count, "tabs": tabs}


def _stopped(report: Report, listed: Listed) -> tuple[int, int]:
    """How many stopped there, and how many of them are not lost."""
    if listed.dimension is None or not listed.left:
        step = report.steps[listed.step - 1]
        return step.left, step.earlier
    for group in report.groups[listed.dimension]:
        if group.value == listed.value and listed.step < len(group.people):
            left = group.people[listed.step - 1] - group.people[listed.step]
            return left, group.earlier[listed.step - 1]
    return 0, 0


def title_of(visit: Visit, document: Document, listed: Listed) -> str:
    """What a list of people is called: those who reached a step, or went no further."""
    said = _LEFT[listed.earlier] if listed.left else N_("%(step)s：走到这一步的人")
    steps = [step_word(step, visit.language) for step in document.steps[listed.step - 1 :]]
    return visit.say(said) % {"step": steps[0], "next": steps[1] if len(steps) > 1 else ""}


def tells_of_earlier(language: Language, report: Report, listed: Listed) -> bool:
    """Whether who sees no names is told how many are not lost; of a breakdown's group nowhere."""
    viewer = Viewer(language, names=False, lists=False, query="")
    return listed.dimension is None and earlier_shown(report, listed.step - 1, viewer) is not None
