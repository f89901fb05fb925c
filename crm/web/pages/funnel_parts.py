"""What the pages and the files of a funnel share: what is asked, by whom, where it comes from."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from urllib.parse import urlencode

from msgspec import structs

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import LISTED, N_
from crm.activities.queries import ActivityRow, activities_between
from crm.copies.queries import dealer_names, dealers_under_contract
from crm.funnels.definition import parse_step
from crm.funnels.document import Document
from crm.funnels.money import Costs, costs_by, costs_of, reached_at
from crm.funnels.other_period import Other, other_period
from crm.funnels.own_copy import TYPES_OF_COPIES
from crm.funnels.register import Owner, Saved, history_of
from crm.funnels.report import Listed, Question, Report
from crm.funnels.value_names import have_names, names_of_values
from crm.storage.database import reading
from crm.web.guards.visit import NotFound, Visit
from crm.web.view.formats import moment_text
from crm.web.view.funnel_breakdowns import Breakdown, begun, breakdowns_of
from crm.web.view.funnel_compared import compared_notes, earlier_notes
from crm.web.view.funnel_form import (
    DEFAULT,
    DEFAULT_OF_DEALERS,
    MOST_DIGITS,
    AskedFunnel,
    asked_funnel,
)
from crm.web.view.funnel_money import Money, money_of
from crm.web.view.funnel_view import FEW, Viewer
from crm.web.view.funnel_words import (
    TOUCHPOINTS,
    condition_word,
    sentences,
    unfinished_said,
    value_word,
)
from crm.web.view.season_lines import SeasonLine, season_document, season_lines


def may_look(visit: Visit) -> None:
    """Whether funnels are open to whoever is there; OutOfScope where they are not."""
    if not visit.scope.may("own_numbers"):
        visit.scope.require("numbers", "funnels")


def fault_in_address(visit: Visit, fault: str) -> str:
    """What the page that comes next says is wrong, marked as the site's own word."""
    return urlencode({"fault": fault, "mark": visit.signer.receipt_mark(fault)})


def fault_said(visit: Visit) -> str:
    """What the page before found wrong; empty where somebody else made up the link."""
    query = visit.request.query_params
    fault, mark = query.get("fault", ""), query.get("mark", "")
    is_ours = hmac.compare_digest(visit.signer.receipt_mark(fault).encode(), mark.encode())
    return fault if is_ours else ""


def today_of(visit: Visit) -> date:
    """The present Shanghai day."""
    return shanghai_day(visit.site.now_us())


def step_at(text: str, last: int) -> int:
    """The number of a step, from 1, as an address names it; NotFound where there is none such."""
    step = int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else 0
    if not 1 <= step <= last:
        raise NotFound
    return step


def owner_of(visit: Visit) -> Owner:
    """Whoever is there, as an owner of saved funnels."""
    return Owner(visit.scope, visit.account.actor, visit.site.now_us())


def asked_of(visit: Visit) -> tuple[AskedFunnel, Saved | None]:
    """What the address asks for, and the saved funnel that it names."""
    query, today = visit.request.query_params, today_of(visit)
    if query.get("saved"):
        with reading(visit.site.engine) as connection:
            found = history_of(connection, owner_of(visit), query["saved"])
        if not found:
            raise NotFound
        # A saved group of people is none of the saved funnels.
        saved = found[0] if found[0].listed is None else None
        return asked_funnel(query, visit.language, found[0].document, today), saved
    return asked_funnel(query, visit.language, default_of(visit), today), None


def default_of(visit: Visit) -> Document:
    """What stands there before anybody asks."""
    return DEFAULT if visit.scope.may("numbers") else DEFAULT_OF_DEALERS


def answered(
    visit: Visit, document: Document, listed: Listed | None = None, as_of: date | None = None
) -> Report:
    """What a funnel comes to; NotSettled while nothing of a dealer's copy may leave the house."""
    question = Question(document, today_of(visit), listed=listed, as_of=as_of)
    return visit.site.funnels.report(visit.scope, question)


def season_of(visit: Visit, field: str) -> list[SeasonLine]:
    """The season by a field of the activities, dealer or kind; NotSettled as `answered`."""
    today = today_of(visit)
    question = Question(season_document(today), today, weeks_by=field)
    found = visit.site.funnels.report(visit.scope, question).weeks
    lists = visit.scope.may("people") or visit.scope.may("own_copy")
    with reading(visit.site.engine) as connection:
        is_dealers = field == "dealer"
        names = dealer_names(connection) if is_dealers else {}
        contracts = dealers_under_contract(connection, today) if is_dealers else None
    viewer = Viewer(visit.language, lists, lists, "")
    return season_lines(found, field, today, viewer, names, contracts)


@dataclass(frozen=True, slots=True)
class Beside:
    """The period that a funnel is compared with, and what it comes to, watched for as long."""

    other: Other
    report: Report


def beside_of(visit: Visit, document: Document, by: tuple[str, ...] = ()) -> Beside | None:
    """What a funnel is compared with; None: with nothing."""
    other = other_period(document, today_of(visit))
    if other is None:
        return None
    shifted = structs.replace(other.document, by=by)
    return Beside(other, answered(visit, shifted, as_of=other.as_of))


def notes_of(
    visit: Visit, asked: AskedFunnel, report: Report, beside: Beside | None
) -> Iterator[str]:
    """What keeps the numbers from being read wrongly: who only seems lost, how long is watched."""
    viewer = viewer_of(visit, asked)
    yield from earlier_notes(report, viewer, None if beside is None else beside.report)
    if beside is None:
        today = today_of(visit)
        whole = asked.document.funnel(today)
        yield from unfinished_said(whole, today, viewer.language, viewer.say)
    else:
        yield from compared_notes(beside.other, viewer)


def breakdowns_whole(
    visit: Visit, asked: AskedFunnel, report: Report, viewer: Viewer, beside: Beside | None
) -> list[Breakdown]:
    """The breakdowns with all their groups, and what the activities of each cost."""
    step, held = parse_step(asked.document.steps[0]), _held(visit, asked) if report.groups else []
    costs = {name: costs_by(step, held, name) for name in report.groups}
    return list(breakdowns_of(report, viewer, beside.report if beside else None, costs))


def breakdowns_for(
    visit: Visit, asked: AskedFunnel, report: Report, viewer: Viewer, beside: Beside | None
) -> list[Breakdown]:
    """The breakdowns of a page, which begins with some of many groups unless all are asked for."""
    found = breakdowns_whole(visit, asked, report, viewer, beside)
    return found if visit.request.query_params.get("groups") == "all" else begun(found)


def report_of(visit: Visit, asked: AskedFunnel) -> Report:
    """What is asked comes to this."""
    return answered(visit, asked.document)


def viewer_of(visit: Visit, asked: AskedFunnel) -> Viewer:
    """Who looks, and at what. A dealer counts the rows that it holds: few of them are no secret."""
    lists = visit.scope.may("people") or visit.scope.may("own_copy")
    return Viewer(visit.language, lists, lists, asked.query, called_of(visit, asked.document))


def called_of(visit: Visit, document: Document) -> dict[str, dict[str, str]]:
    """What activities and dealers are called by which a funnel is broken down, each with its
    code."""
    if not have_names(document.by):
        return {}
    today = today_of(visit)
    with reading(visit.site.engine) as connection:
        period = document.period(today)
        return names_of_values(visit.scope, connection, document.by, period, today, visit.language)


def value_called(visit: Visit, document: Document, dimension: str, value: str | None) -> str:
    """What a group of a breakdown is called."""
    own = called_of(visit, document).get(dimension, {}).get(value or "")
    return own or value_word(dimension, value, visit.language)


def reached_of(visit: Visit, asked: AskedFunnel) -> int | None:
    """Of how many the headcounts tell of the period's activities at which the first step takes
    place; None: not asked, not theirs, or more is asked of that step than at which activities."""
    if not asked.document.reached or not visit.scope.may("numbers"):
        return None
    return reached_at(parse_step(asked.document.steps[0]), _held(visit, asked))


def _held(visit: Visit, asked: AskedFunnel) -> list[ActivityRow]:
    """The activities of the period."""
    from_day, to_day = asked.document.period(today_of(visit))
    with reading(visit.site.engine) as connection:
        return activities_between(visit.scope, connection, from_day, to_day)


def costs_for(visit: Visit, asked: AskedFunnel) -> Costs | None:
    """What the activities of the period cost at which the first step takes place."""
    return costs_of(parse_step(asked.document.steps[0]), _held(visit, asked))


def money_beside(visit: Visit, beside: Beside | None, viewer: Viewer) -> Money | None:
    """What was bought and what it cost in the other period; None where nobody is in it."""
    if beside is None or not beside.report.steps[0].people:
        return None
    costs = costs_for(visit, AskedFunnel(beside.other.document))
    return money_of(beside.report, costs, viewer)


def came_elsewhere(visit: Visit, asked: AskedFunnel) -> bool:
    """Whether among a dealer's people may be some who came to activities that are not its own: its
    copy does not say at which, so a condition on the activity leaves them out."""
    return not visit.scope.may("numbers") and not parse_step(asked.document.steps[0]).conditions


def passport_of(
    visit: Visit, asked: AskedFunnel, report: Report, beside: Beside | None
) -> list[str]:
    """Where the numbers come from: the definition, what is left out, as of when."""
    lines = list(sentences(asked.document, today_of(visit), visit.language))
    if asked.document.without:
        left_out = viewer_of(visit, asked).shown(report.left_out)
        n = FEW if left_out is None else f"{left_out:,}"
        lines.append(visit.say(N_("因此没算的有 %(n)s 人。")) % {"n": n})
    if visit.scope.may("numbers"):
        never = visit.say(N_("注意：从来没有出现过 %(what)s。"))
        until = visit.say(N_("算到 %(when)s 入档的为止，共 %(n)s 次接触。"))
    else:
        # A dealer is told of its copy alone: not even whether something occurs elsewhere.
        lines += what_copies_hold(visit, asked.document)
        never = visit.say(N_("注意：你的副本里没有 %(what)s。"))
        until = visit.say(N_("副本最后一次变动在 %(when)s，共 %(n)s 次接触。"))
    lines += [
        never % {"what": condition_word(field, value, visit.language)}
        for field, _, value in (each.partition("=") for each in report.unknown)
    ]
    lines += notes_of(visit, asked, report, beside)
    # A rebuild notes no time: what it wrote stands now.
    as_of_us = report.as_of_us or visit.site.now_us()
    when = moment_text(as_of_us, visit.language, visit.site.now_us())
    lines.append(until % {"when": when, "n": f"{report.touchpoints:,}"})
    number = sha256(f"{asked.query}\n{report.number}\n{visit.scope.dealer}".encode()).hexdigest()
    lines.append(visit.say(N_("数字编号 %(id)s：编号相同，数字就相同。")) % {"id": number[:12]})
    return lines


def what_copies_hold(visit: Visit, document: Document) -> Iterator[str]:
    """To a dealer: what its funnel is made of, and which steps its copy can never hold."""
    if visit.scope.may("numbers"):
        return
    words = [visit.say(TOUCHPOINTS[name]) for name in sorted(TYPES_OF_COPIES)]
    said = N_("只算你的副本里现在有的：%(held)s；本人没有同意给你的那几类，不算在内。")
    yield visit.say(said) % {"held": visit.say(LISTED).join(words)}
    asked = {parse_step(step).type for step in (*document.steps, *document.without)}
    for name in sorted(asked - TYPES_OF_COPIES):
        said = N_("副本里没有“%(what)s”这种接触，所以没有人算到。")
        yield visit.say(said) % {"what": visit.say(TOUCHPOINTS[name])}
