"""Reads funnels: from what is stored, or from the past folded anew."""

import functools
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Protocol

from msgspec import UNSET, structs
from sqlalchemy import Connection, Engine, func, select

from campaigns.times import day_start_us
from crm.activities.tables import ACTIVITY
from crm.components.as_of import whole_past
from crm.components.evaluation import Evaluation
from crm.components.event_filter import EventFilter
from crm.feed.settling import must_be_settled
from crm.funnels import rows
from crm.funnels.answers import FunnelResult, answer
from crm.funnels.attributes import OF_PEOPLE, Attributes, attributes_of
from crm.funnels.columns import Columns
from crm.funnels.definition import ChainKind, EntryRule, Funnel, parse_step, parse_window
from crm.funnels.gathering import (
    CountedEvent,
    Whereabouts,
    activity_fields,
    columns_of,
    touchpoints,
    types_needed,
)
from crm.funnels.kept import keep, kept
from crm.funnels.own_copy import OwnCopy, own_copy, state_of
from crm.funnels.report import Question, Report, Standing, report_of
from crm.funnels.stored import Stored
from crm.keyring.keyring import Keyring
from crm.members.member import member_state
from crm.scope import OutOfScope, Scope
from crm.storage.database import reading

_log = logging.getLogger(__name__)
Offers = dict[str, tuple[str, ...]]
VALUES_OFFERED = 40
KEPT_FROM = 20_000
"""So many events read since the columns were kept, and they are kept again."""

OUTCOME_CHAIN = (
    "activity.attended",
    "consent.given:purpose=archive",
    "trial.started",
    "purchase.made",
    "referral.given",
)
"""attended → archived → tried → purchased → referred (handbook p. 38); reached is a headcount."""
OUTCOME_WINDOW = "180d"


class Funnels:
    """Funnels of one database, their columns kept at hand and fresh; one question at a time.

    file: where the columns are kept for the next start, if they are.
    """

    def __init__(self, engine: Engine, file: Path | None = None) -> None:
        self._engine = engine
        self._file = file
        self._stored: Stored | None = None
        self._attributes: tuple[object, Attributes] | None = None
        self._own: tuple[bytes, OwnCopy] | None = None
        self._unkept = 0
        self._lock = Lock()

    def answer(self, scope: Scope, funnel: Funnel) -> FunnelResult:
        """A funnel over everything that is recorded by now."""
        _only_company(scope)
        with self._fresh() as stored:
            attributes = self._attributes_for(stored, {funnel.by})
            return answer(funnel, stored.columns, attributes)

    def report(self, scope: Scope, question: Question) -> Report:
        """Everything a page says of a funnel; a dealer hears of what its copy holds alone."""
        return self.report_on(allowed(scope, question))

    def report_on(self, question: Question) -> Report:
        """The same of a question that was allowed; of a dealer's copy NotSettled, as any look."""
        if question.dealer is not None:
            with self._copy_of(question.dealer, question.today) as own:
                return report_of(question, own.columns, own.attributes, own.standing)
        with self._fresh() as stored:
            attributes = self._attributes_for(stored, set(question.document.by))
            standing = Standing(stored.made_us, stored.number)
            return report_of(question, stored.columns, attributes, standing)

    @contextmanager
    def columns_now(self, scope: Scope) -> Iterator[Columns]:
        """The columns themselves, of everybody; nobody is answered meanwhile."""
        _only_company(scope)
        with self._fresh() as stored:
            yield stored.columns

    def own_copy(self, scope: Scope, dealer: str, today: date) -> OwnCopy:
        """What a dealer's funnels are made of; NotSettled while nothing of it may leave."""
        if not scope.may_see_copy_of(dealer):
            raise OutOfScope("another dealer's copy")
        with self._copy_of(dealer, today) as own:
            return own

    def offers(self, scope: Scope, today: date) -> Offers:
        """The values that occur, by field, for a builder to offer; of long lists the first.

        A dealer is offered what its copy holds alone.
        """
        return self.offered(of_whose_people(scope), today)

    def offered(self, dealer: str | None, today: date) -> Offers:
        """The same of a question that was allowed."""
        if dealer is not None:
            with self._copy_of(dealer, today) as own:
                return _offers(own.columns)
        with self._fresh() as stored:
            return _offers(stored.columns)

    @contextmanager
    def _copy_of(self, dealer: str, today: date) -> Iterator[OwnCopy]:
        # In one snapshot: what was taken back a moment ago is in no answer.
        with reading(self._engine) as connection:
            must_be_settled(connection, today, dealer=dealer)
            found = (
                rows.copied_to(connection, dealer),
                rows.carried_out_by(connection, dealer),
                rows.copy_changed_us(connection, dealer),
            )
        with self._lock:
            state = state_of(*found)
            # The last one is kept: a page asks two or three questions of one copy.
            if self._own is None or self._own[0] != state:
                self._own = state, own_copy(*found)
            yield self._own[1]

    def _attributes_for(self, stored: Stored, by: set[str | None]) -> Attributes | None:
        """What cards say, read again where it may have changed, and only for who asks for it."""
        if by.isdisjoint(OF_PEOPLE):
            return None
        key = (stored.details, len(stored.columns.people))
        if self._attributes is None or self._attributes[0] != key:
            with reading(self._engine) as connection:
                members = rows.kinds_of_members(connection)
                found = attributes_of(stored.columns, rows.details(connection), members)
            self._attributes = key, found
        return self._attributes[1]

    @contextmanager
    def _fresh(self) -> Iterator[Stored]:
        """The columns as they are now; nobody else has them meanwhile."""
        with self._lock:
            stored = self._stored
            if stored is None:
                stored, self._attributes = self._kept() or Stored(), None
            self._stored = None
            # A connection of its own: another's may look at what was before this.
            with reading(self._engine) as connection:
                self._unkept += stored.refresh(connection)
            # Only now: columns that a failure left half fresh would count an event twice.
            self._stored = stored
            self._keep()
            yield stored

    def _kept(self) -> Stored | None:
        return None if self._file is None else kept(self._file)

    def _keep(self) -> None:
        if self._file is None or self._stored is None or self._unkept < KEPT_FROM:
            return
        self._unkept = 0
        try:
            keep(self._stored, self._file)
        except OSError as error:
            # The next start takes longer; the answer is right all the same.
            _log.warning("columns were not kept", extra={"error": type(error).__name__})


class FunnelAnswers(Protocol):
    """Whoever answers what pages ask of funnels: here, or in a process of its own."""

    def report(self, scope: Scope, question: Question) -> Report:
        """Everything a page says of a funnel."""

    def offers(self, scope: Scope, today: date) -> Offers:
        """The values that occur, by field."""


def allowed(scope: Scope, question: Question) -> Question:
    """The question as this viewer may ask it: a dealer of its own copy alone."""
    own = of_whose_people(scope)
    return question if own is None else structs.replace(question, dealer=own)


def of_whose_people(scope: Scope) -> str | None:
    """Of which dealer's copy alone this viewer is told; None: of everybody."""
    if scope.may("numbers"):
        return None
    scope.require("own_numbers", "funnels are the company's and the dealers' own")
    return scope.dealer or ""


def _offers(columns: Columns) -> Offers:
    return {
        name: tuple(sorted(words.texts)[:VALUES_OFFERED]) for name, words in columns.words.items()
    }


def outcome_funnel(from_day: date, to_day: date, window: str = OUTCOME_WINDOW) -> Funnel:
    """The default chain of the entries of a period, best chains."""
    return Funnel(
        tuple(map(parse_step, OUTCOME_CHAIN)),
        from_day,
        to_day,
        parse_window(window),
        ChainKind.SEQUENTIAL,
        EntryRule.BEST,
    )


def reached_between(scope: Scope, connection: Connection, from_day: date, to_day: date) -> int:
    """How many the activities of a period reached: a headcount, of no names."""
    _only_company(scope)
    query = select(func.coalesce(func.sum(ACTIVITY.c.reached), 0)).where(
        ACTIVITY.c.starts_us >= day_start_us(from_day), ACTIVITY.c.starts_us < day_start_us(to_day)
    )
    return int(connection.execute(query).scalar_one())


def funnel_now(scope: Scope, connection: Connection, funnel: Funnel) -> FunnelResult:
    """The funnel over everything that is recorded."""
    _only_company(scope)
    stored = Stored()
    stored.refresh(connection)
    return answer(funnel, stored.columns)


def funnel_then(
    scope: Scope,
    connection: Connection,
    keyring: Keyring,
    funnel: Funnel,
    at_us: int,
    keep: EventFilter,
) -> FunnelResult:
    """The funnel at an instant, or as it was known then."""
    _only_company(scope)
    past = whole_past(connection, keyring, at_us, keep)

    def card_of_member(code: str) -> str | None:
        member = past.context.member(code)
        return member_state(member).card_id if member is not None else None

    def person_of_card(card_id: str) -> str | None:
        link = past.links.get(card_id)
        return link.person_id if link is not None else None

    where = Whereabouts(
        person_of_card,
        functools.cache(card_of_member),
        functools.cache(lambda name: activity_fields(past.context.activity(name))),
    )
    found = touchpoints(_folded(past, types_needed(funnel)), where)
    return answer(funnel, columns_of(found))


def _only_company(scope: Scope) -> None:
    scope.require("numbers", "funnels are the company's")


def _folded(past: Evaluation, types: frozenset[str]) -> Iterator[CountedEvent]:
    for event in past.events:
        if event.type_name in types and past.outcomes[event.key].takes_effect:
            fields = {
                name: value
                for name, value in structs.asdict(event.data).items()
                if value is not None and value is not UNSET
            }
            yield CountedEvent(
                event.type_name, event.subject, event.order, event.day_precision, fields
            )
