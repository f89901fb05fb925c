"""`jinxi funnel`: where people are lost on the way."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import typer

from campaigns.times import shanghai_day
from campaigns.wording.catalogues import LISTED
from crm.clock import now_us
from crm.components.event_filter import EventFilter
from crm.funnels.answers import FunnelResult, answer
from crm.funnels.definition import (
    MONTH,
    ChainKind,
    EntryRule,
    Funnel,
    InvalidFunnel,
    InvalidStep,
    InvalidWindow,
    Step,
)
from crm.funnels.elsewhere import NotThere, clickhouse_of
from crm.funnels.fields import DIMENSIONS, all_fields
from crm.funnels.kept import columns_file
from crm.funnels.naming import read_dimension, read_step, read_window, step_in_codes
from crm.funnels.queries import Funnels, funnel_then
from crm.funnels.register import Saved
from crm.funnels.value_names import have_names, names_of_values
from crm.scope import HEADQUARTERS_SCOPE as SCOPE
from crm.storage.database import reading
from crm.web.view.funnel_words import dimension_word, vocabulary
from streams.cli.commands.dealers_copy import copy_of
from streams.cli.commands.funnel_answers import (
    groups_as_json,
    result_as_json,
    show,
    show_groups,
    show_people,
)
from streams.cli.commands.funnel_compared import (
    TwoPeriods,
    compared_as_json,
    document_of,
    show_two_periods,
    two_periods,
)
from streams.cli.commands.funnel_options import (
    By,
    ClickHouse,
    Compare,
    Entry,
    From,
    Kind,
    KnownAt,
    OfDealer,
    PeopleOf,
    SavedAs,
    Steps,
    To,
    Window,
    Without,
)
from streams.cli.commands.funnel_saved import asked_by, members_of, saved_named
from streams.cli.commands.options import AsJson, At, day, instant
from streams.running.installation import open_installation
from streams.wording.output import (
    print_json,
    print_text,
)
from streams.wording.say import language, say


def funnel(
    steps: Steps = None,
    from_day: From = None,
    to_day: To = None,
    window: Window = None,
    saved: SavedAs = None,
    kind: Kind = ChainKind.SEQUENTIAL,
    entry: Entry = EntryRule.BEST,
    by: By = None,
    people_of: PeopleOf = None,
    known_at: KnownAt = None,
    at: At = None,
    without: Without = None,
    dealer: OfDealer = None,
    compare: Compare = None,
    clickhouse: ClickHouse = False,
    as_json: AsJson = False,
) -> None:
    """漏斗：多少人走到了哪一步，用了多久。

    jinxi funnel --step activity.attended --step purchase.made \\
      --from 2026-03-01 --to 2026-06-01 --window 90d --by month --compare year
    jinxi funnel --step activity.attended:kind=free_clinic --step trial.started \\
      --from 2026-03-01 --to 2026-06-01 --window 720h --people 2 --json
    jinxi funnel --step activity.attended --without complaint.raised --step purchase.made \\
      --from 2026-03-01 --to 2026-06-01 --window 1y --by city
    jinxi funnel --saved clinics --dealer D01
    """
    found = None if saved is None else saved_named(saved, dealer)
    written = {"--step": steps, "--from": from_day, "--to": to_day, "--window": window}
    if found is None:
        _must_be_whole(written)
        asked = _asked(steps or (), (from_day, to_day), window, kind, entry, by)
        asked = replace(asked, without=tuple(map(_step, without or ())))
        broken_down = [asked]
    else:
        others = (kind != ChainKind.SEQUENTIAL, entry != EntryRule.BEST, without, at, known_at)
        _must_be_alone(written, (*others, compare))
        broken_down = asked_by(found, None if by is None else _dimension(by))
        asked = broken_down[0]
    if clickhouse:
        _print_clickhouse(asked)
        return
    _must_be_a_step(people_of, asked)
    result = _compute(asked, dealer, instant(at), instant(known_at))
    further = [(each, _compute(each, dealer, None, None)) for each in broken_down[1:]]
    listed = _listed(result, people_of, found, dealer)
    beside = _beside(found, asked, compare, dealer, at or known_at)
    answered = [(asked, result), *further]
    _tell(answered, *listed, _seen_on(at, known_at), beside, as_json=as_json)


def _must_be_a_step(number: int | None, asked: Funnel) -> None:
    if number is not None and not 1 <= number <= len(asked.steps):
        raise typer.BadParameter(say("步数从 1 到 {last}", last=len(asked.steps)))


def _seen_on(at: str | None, known_at: str | None) -> date:
    """The day on which it is looked at."""
    then = instant(at), instant(known_at)
    return shanghai_day(min(each for each in (*then, now_us()) if each is not None))


def _beside(
    found: Saved | None, asked: Funnel, compare: str | None, dealer: str | None, then: str | None
) -> TwoPeriods | None:
    """The other period that is asked for, or that was saved with the funnel."""
    if found is not None:
        return two_periods(found.document, dealer)
    if compare is None:
        return None
    if then is not None:
        raise typer.BadParameter(say("和另一段比只看现在，不能加 --at、--known-at"))
    return two_periods(document_of(asked, compare), dealer)


def _tell(
    answered: Sequence[tuple[Funnel, FunnelResult]],
    title: str,
    people: Sequence[str] | None,
    today: date,
    beside: TwoPeriods | None,
    *,
    as_json: bool,
) -> None:
    """The answer with its breakdown, with further ones, and with what it is held against."""
    asked, result = answered[0]
    if as_json:
        told = result_as_json(result, people)
        if len(answered) > 1:
            told["breakdowns"] = {each.by: groups_as_json(of_each) for each, of_each in answered}
        if beside is not None:
            told["compared"] = compared_as_json(beside)
        print_json(told)
        return
    called = _called([each for each, _ in answered])
    show(asked, result, today)
    if beside is not None:
        show_two_periods(asked, beside)
    for each, of_each in answered:
        show_groups(each, of_each, called)
    show_people(title, people)


def _called(asked: Sequence[Funnel]) -> dict[str, dict[str, str]]:
    """What dealers and activities are called, where they are asked for."""
    by = {each.by for each in asked if each.by is not None}
    if not have_names(by):
        return {}
    period, today = (asked[0].from_day, asked[0].to_day), shanghai_day(now_us())
    with reading(open_installation().engine) as connection:
        return names_of_values(SCOPE, connection, by, period, today, language())


def _listed(
    result: FunnelResult, people_of: int | None, found: Saved | None, dealer: str | None
) -> tuple[str, list[str] | None]:
    """Which people are to be listed, and what they are called; None: nobody is asked for."""
    if people_of is not None:
        return say("走到第 {step} 步的人", step=people_of), sorted(result.people[people_of - 1])
    if found is not None and found.listed is not None:
        return found.name, members_of(found, dealer)
    return "", None


def _must_be_alone(written: Mapping[str, object], others: Iterable[object]) -> None:
    options = ("--kind", "--entry", "--without", "--at", "--known-at", "--compare")
    names = (*written, *options)
    values = (*written.values(), *others)
    said = [name for name, value in zip(names, values, strict=True) if value]
    if said:
        raise typer.BadParameter(
            say("写了 --saved 就不写 {options}", options=say(LISTED).join(said))
        )


def _must_be_whole(written: Mapping[str, object]) -> None:
    missing = [name for name, value in written.items() if not value]
    if missing:
        message = say("缺了 {options}；要么写 --saved 名称", options=say(LISTED).join(missing))
        raise typer.BadParameter(message)


def _dimension(by: str) -> str:
    if by in DIMENSIONS:
        return by
    try:
        return read_dimension(by, vocabulary(language()))
    except InvalidFunnel as error:
        raise typer.BadParameter(error.said(language())) from error


def _asked(
    steps: Sequence[str],
    period: tuple[str | None, str | None],
    window: str | None,
    kind: ChainKind,
    entry: EntryRule,
    by: str | None,
) -> Funnel:
    try:
        return Funnel(
            tuple(map(_step, steps)),
            day(period[0] or ""),
            day(period[1] or ""),
            read_window(window or ""),
            kind,
            entry,
            None if by is None else _dimension(by),
        )
    except (InvalidWindow, InvalidFunnel) as error:
        raise typer.BadParameter(error.said(language())) from error


def _print_clickhouse(asked: Funnel) -> None:
    try:
        print_text(clickhouse_of(asked))
    except NotThere as error:
        message = say("ClickHouse 的 windowFunnel 只有 best，没有不论次序的")
        raise typer.BadParameter(message) from error


def _step(text: str) -> Step:
    try:
        return step_in_codes(text) or read_step(text, vocabulary(language()))
    except InvalidStep as error:
        raise typer.BadParameter(error.said(language())) from error


def _compute(
    asked: Funnel, dealer: str | None, at_us: int | None, known_at_us: int | None
) -> FunnelResult:
    installation = open_installation()
    if dealer is not None:
        if at_us is not None or known_at_us is not None:
            raise typer.BadParameter(say("经销商的副本只看现在，不能加 --at、--known-at"))
        own = copy_of(installation, dealer)
        return answer(asked, own.columns, own.attributes)
    if at_us is None and known_at_us is None:
        file = columns_file(installation.settings.data_folder)
        return Funnels(installation.engine, file).answer(SCOPE, asked)
    if asked.by in DIMENSIONS and asked.by not in (MONTH, *all_fields()):
        message = say("按 {by} 分组只能看现在", by=dimension_word(asked.by, language()))
        raise typer.BadParameter(message)
    with reading(installation.engine) as connection:
        now = now_us()
        return funnel_then(
            SCOPE,
            connection,
            installation.keyring,
            asked,
            at_us or known_at_us or 0,
            EventFilter(
                now if at_us is None else at_us, now if known_at_us is None else known_at_us
            ),
        )
