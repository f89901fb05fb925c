"""What members dispute, as a table: what waits for an answer, until when, and what was in time."""

from campaigns.ids import short_number
from campaigns.times import shanghai_day
from campaigns.wording.catalogues import N_
from campaigns.wording.days import day_text
from crm.disputes.dispute import Dispute
from crm.web.desk.cells import answered_cell
from crm.web.desk.tables import Cell, Column, Table
from crm.web.guards.visit import Visit
from crm.web.view.labels import label

Named = tuple[Dispute, str]
"""A dispute, and what whoever answered it is called."""


def _member(_visit: Visit, row: Named) -> Cell:
    return Cell(row[0].member, f"/disputes/{row[0].dispute_id}")


def _reward(visit: Visit, row: Named) -> Cell:
    reward = row[0].reward_id
    href = f"/rewards/{reward}" if visit.may("money") else ""
    return Cell(short_number(reward), href) if reward else Cell("")


def _said(visit: Visit, row: Named) -> Cell:
    day = shanghai_day(row[0].said_us)
    return Cell(day_text(day, visit.language, shanghai_day(visit.site.now_us())), raw=day)


def _due(visit: Visit, row: Named) -> Cell:
    dispute, today = row[0], shanghai_day(visit.site.now_us())
    text = day_text(dispute.due_on, visit.language, today)
    if dispute.outcome is not None:
        return Cell(text, raw=dispute.due_on)
    is_late = dispute.is_overdue(today)
    said = N_("过期了：%(day)s 前该答复") if is_late else N_("%(day)s 前答复")
    tone = "wrong" if is_late else "waiting"
    return Cell(visit.say(said) % {"day": text}, tone=tone, raw=dispute.due_on)


def _answer(visit: Visit, row: Named) -> Cell:
    outcome = row[0].outcome
    if outcome is None:
        return Cell(visit.say(N_("还没有答复")))
    return Cell(visit.say(label("dispute_outcome", outcome)), tone="good")


def _answered_on(visit: Visit, row: Named) -> Cell:
    at_us = row[0].answered_us
    return Cell("") if at_us is None else answered_cell(visit, shanghai_day(at_us), row[0].due_on)


DISPUTES: Table[Named] = Table(
    "disputes",
    (
        Column("member", N_("会员"), _member, order=lambda row: row[0].member),
        Column("reward", N_("哪一份奖励"), _reward),
        Column("said", N_("哪天提出的"), _said, order=lambda row: row[0].said_us),
        Column("due", N_("期限"), _due, order=lambda row: row[0].due_on),
        Column("answer", N_("答复"), _answer),
        Column("answered", N_("哪天答复的"), _answered_on, order=lambda row: row[0].answered_us),
        Column("who", N_("谁答复的"), lambda _, row: row[1]),
    ),
)
"""As they come those that are open stand first, by their day."""
