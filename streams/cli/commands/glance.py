"""The season at a glance: archives, copies, rewards, and the outcome chain."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from campaigns.times import shanghai_day
from crm.clock import now_us
from crm.copies.tables import COPY_ROW
from crm.funnels.kept import columns_file
from crm.funnels.queries import Funnels, outcome_funnel, reached_between
from crm.people.tables import CARD, PERSON
from crm.reward_desk.queues import queues
from crm.scope import HEADQUARTERS_SCOPE as SCOPE
from crm.storage.database import reading
from crm.web.view.reward_labels import QUEUES
from streams.running.installation import Installation
from streams.wording.output import duration, print_table, print_text, rate, share_bar, yuan
from streams.wording.say import say, words


def print_glance(installation: Installation, first_day: date) -> None:
    """Print it, for the people reached from a day to today."""
    with reading(installation.engine) as connection:
        _print_archives(connection)
        _print_rewards(connection)
        _print_chain(installation, connection, first_day)


def _print_archives(connection: Connection) -> None:
    cards = connection.execute(select(func.count()).select_from(CARD)).scalar_one()
    persons = connection.execute(select(func.count()).select_from(PERSON)).scalar_one()
    copies = connection.execute(
        select(COPY_ROW.c.dealer, func.count()).group_by(COPY_ROW.c.dealer).order_by("dealer")
    ).all()
    print_text(
        say(
            "{cards:,} 张档案卡，{persons:,} 人。一式两份：企业这一份在此，另一份在经销商：",
            cards=cards,
            persons=persons,
        )
    )
    print_table(
        say("经销商的副本"),
        words("经销商", "人数"),
        [(dealer, count) for dealer, count in copies],
        say("还没有。患者同意交给经销商一份以后，会列在这里。"),
    )


def _print_rewards(connection: Connection) -> None:
    """As the page of rewards counts them."""
    found = [each for each in queues(SCOPE, connection, shanghai_day(now_us())) if each.count]
    print_table(
        say("奖励"),
        words("状态", "份数", "金额"),
        [
            (
                say(QUEUES[each.name]),
                each.count,
                "" if each.amount_fen is None else yuan(each.amount_fen),
            )
            for each in found
        ],
        say("还没有。被介绍的人购买以后，会员的奖励会列在这里。"),
    )
    if found:
        print_text(
            say(
                "一份奖励会列在几处：等审批、也还在冻结期的，两处都有；“补报待核实”的也在“不符合”里。几处的份数和金额不要相加。"
            )
        )


def _print_chain(installation: Installation, connection: Connection, first_day: date) -> None:
    funnels = Funnels(installation.engine, columns_file(installation.settings.data_folder))
    to_day = shanghai_day(now_us()) + timedelta(days=1)
    reached = reached_between(SCOPE, connection, first_day, to_day)
    chain = funnels.answer(SCOPE, outcome_funnel(first_day, to_day))
    labels = words("到场", "建档", "试用", "购买", "转介绍")
    first = chain.steps[0].people
    rows: list[Sequence[Any]] = [(say("触达"), reached, "", "", "")]
    for label, step in zip(labels, chain.steps, strict=True):
        rows.append(
            (
                label,
                step.people,
                share_bar(step.people, first),
                rate(step.people, first),
                duration(step.median_seconds),
            )
        )
    print_table(
        say("结果链（最长的一链，180 天内）"),
        words("步", "人数", "", "占到场", "距上一步（中位）"),
        rows,
    )
