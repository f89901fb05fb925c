"""What the people of a funnel bought and what the activities cost, as it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.wording.catalogues import N_
from crm.funnels.money import Costs
from crm.funnels.report import Report
from crm.money import fen_per, yuan_number, yuan_text
from crm.web.view.funnel_view import FileCell, Viewer
from crm.web.view.funnel_words import step_word

WHAT_IS_SPENT = N_("购买额是走到这一步的人从进入到期限末买的，退货已扣。")
WHY_HIDDEN = N_("有一步不到 5 人，购买额就都不显示：减一减会露出那几个人买了多少。")


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

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be said beside the amounts."""
        return (WHAT_IS_SPENT, WHY_HIDDEN) if self.hides else (WHAT_IS_SPENT,)

    def costs_said(self, viewer: Viewer) -> str:
        """Of how many activities the costs are, and how many told none; empty without costs."""
        if self.costs is None:
            return ""
        unpriced, cost = self.costs.unpriced, yuan_text(self.costs.cost_fen)
        priced = f"{self.costs.activities - unpriced:,}"
        of_all = N_("这段时间 %(n)s 场活动，费用共 %(cost)s")
        said = viewer.say(of_all) % {"n": priced, "cost": cost}
        if unpriced:
            more = viewer.say(N_("，另有 %(n)s 场没写费用，没算在内"))
            said += more % {"n": f"{unpriced:,}"}
        return said + viewer.say(N_("。"))


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
