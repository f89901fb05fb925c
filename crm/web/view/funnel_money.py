"""What the people of a funnel bought and what the activities cost, as it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from crm.funnels.money import Costs
from crm.funnels.report import Report
from crm.money import fen_per, yuan_number
from crm.web.view.funnel_view import FileCell, Viewer
from crm.web.view.funnel_words import step_word


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """One step, amounts in fen. people: who reached it; count_text: the same, or what is
    told instead; spent: by them; cost_each: what the activities cost for each of them. All are None
    where the number may not be told, and what is spent at every step where those of one are few."""

    label: str
    people: int | None
    count_text: str
    spent: int | None
    spent_each: int | None
    cost_each: int | None


@dataclass(frozen=True, slots=True)
class Money:
    """The steps, and the costs where the first step takes place at activities."""

    rows: tuple[MoneyRow, ...]
    costs: Costs | None
    hides: bool = False
    """Whether what was spent is held back, since few are at some step."""


def money_of(report: Report, costs: Costs | None, viewer: Viewer) -> Money | None:
    """None where nobody bought anything and nothing is known to have cost anything."""
    if costs is not None and not costs.cost_fen:
        costs = None
    if costs is None and not report.steps[0].spent_fen:
        return None
    cost_fen = None if costs is None else costs.cost_fen
    # Who bought is behind every amount: few at one step could be told from what the others spent.
    hides = any(viewer.shown(step.people) is None for step in report.steps)
    counts, words = viewer.shown_steps(report.people), viewer.words(report.people)
    rows = []
    for step, people, word in zip(report.steps, counts, words, strict=True):
        label = step_word(step.step, viewer.language)
        if people is None:
            rows.append(MoneyRow(label, None, word, None, None, None))
            continue
        spent = None if hides else step.spent_fen
        each, cost = fen_per(spent, people), fen_per(cost_fen, people)
        rows.append(MoneyRow(label, people, word, spent, each, cost))
    return Money(tuple(rows), costs, hides)


def money_lines(money: Money, heads: Sequence[str]) -> list[tuple[FileCell, ...]]:
    """The table as files hold it: amounts in yuan."""
    amounts = [(each.spent, each.spent_each, each.cost_each) for each in money.rows]
    return [
        tuple(heads),
        *(
            (
                *(row.label, row.count_text if row.people is None else row.people),
                *(None if fen is None else yuan_number(fen) for fen in found),
            )
            for row, found in zip(money.rows, amounts, strict=True)
        ),
    ]
