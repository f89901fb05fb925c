"""What was saved in the pages, asked by the command: funnels, and groups of their people."""

from dataclasses import replace

import typer

from campaigns.times import shanghai_day
from crm.clock import now_us
from crm.funnels.definition import Funnel
from crm.funnels.fields import meant
from crm.funnels.kept import columns_file
from crm.funnels.queries import Funnels
from crm.funnels.register import Saved, all_saved
from crm.funnels.report import Question
from crm.scope import HEADQUARTERS_SCOPE, dealer_scope
from crm.storage.database import reading
from streams.running.installation import open_installation
from streams.wording.say import say


def saved_named(text: str, dealer: str | None) -> Saved:
    """What is saved under a name or an id; BadParameter where that is nothing, or several."""
    with reading(open_installation().engine) as connection:
        known = all_saved(HEADQUARTERS_SCOPE, connection, dealer)
    found = [each for each in known if text in (each.name, each.funnel_id)]
    if not found:
        names = sorted({each.name for each in known})
        message = say(
            "没有存过 {name}，{meant}有：{known}",
            name=repr(text),
            meant=meant(text, names),
            known=", ".join(names) or say("（无）"),
        )
        raise typer.BadParameter(message)
    if len(found) > 1:
        ids = ", ".join(each.funnel_id for each in found)
        raise typer.BadParameter(
            say("有几个都叫 {name}，请写编号：{ids}", name=repr(text), ids=ids)
        )
    return found[0]


def asked_by(saved: Saved, by: str | None) -> list[Funnel]:
    """The funnel on this day, once for each breakdown that was saved, or as told."""
    funnel = saved.document.funnel(shanghai_day(now_us()))
    names = (by,) if by else saved.document.by or (None,)
    return [replace(funnel, by=name) for name in names]


def members_of(saved: Saved, dealer: str | None) -> list[str]:
    """Who belongs to a saved group now: ids of people, or a dealer's the keys of its rows."""
    installation = open_installation()
    funnels = Funnels(installation.engine, columns_file(installation.settings.data_folder))
    scope = HEADQUARTERS_SCOPE if dealer is None else dealer_scope(dealer)
    question = Question(saved.document, shanghai_day(now_us()), listed=saved.listed)
    return list(funnels.report(scope, question).listed or ())
