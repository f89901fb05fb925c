"""Reads funnels: from what is stored, or from the past folded anew."""

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import orjson
from msgspec import UNSET, structs
from sqlalchemy import Connection, func, select

from campaigns.times import day_start_us
from crm.activities.tables import ACTIVITY
from crm.components.as_of import EventFilter, whole_past
from crm.components.evaluation import Evaluation
from crm.funnels.definition import ChainKind, EntryRule, Funnel, parse_step, parse_window
from crm.funnels.engine import FunnelResult, compute
from crm.funnels.gathering import (
    CountedEvent,
    Whereabouts,
    activity_fields,
    touchpoints,
    types_needed,
)
from crm.journal.events import JOURNAL
from crm.keyring.keyring import Keyring
from crm.members.member import member_state
from crm.members.tables import MEMBER
from crm.outcomes.tables import OUTCOME
from crm.people.tables import LINK
from crm.scope import Scope
from crm.storage.database import in_pieces

OUTCOME_CHAIN = (
    "activity.attended",
    "consent.given:purpose=archive",
    "trial.started",
    "purchase.made",
    "referral.given",
)
"""attended → archived → tried → purchased → referred (handbook p. 38); reached is a headcount."""


@dataclass(frozen=True, slots=True)
class OutcomeChain:
    """The headcount reached by activities of a period, and the funnel of its people."""

    reached: int
    funnel: Funnel
    result: FunnelResult


def outcome_chain(
    scope: Scope, connection: Connection, from_day: date, to_day: date, window: str = "180d"
) -> OutcomeChain:
    """The default chain of the entries of a period, best chains."""
    funnel = Funnel(
        tuple(map(parse_step, OUTCOME_CHAIN)),
        from_day,
        to_day,
        parse_window(window),
        ChainKind.SEQUENTIAL,
        EntryRule.BEST,
    )
    query = select(func.coalesce(func.sum(ACTIVITY.c.reached), 0)).where(
        ACTIVITY.c.starts_us >= day_start_us(from_day), ACTIVITY.c.starts_us < day_start_us(to_day)
    )
    reached = int(connection.execute(query).scalar_one())
    return OutcomeChain(reached, funnel, funnel_now(scope, connection, funnel))


def funnel_now(scope: Scope, connection: Connection, funnel: Funnel) -> FunnelResult:
    """The funnel over everything that is recorded."""
    _only_company(scope)
    cards = _Cards.load(connection)
    where = Whereabouts(cards.persons.get, cards.member_cards.get, cards.activity)
    return compute(funnel, touchpoints(_stored(connection, types_needed(funnel)), where))


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
        member = past.around.member(code)
        return member_state(member).card_id if member is not None else None

    def person_of_card(card_id: str) -> str | None:
        link = past.links.get(card_id)
        return link.person_id if link is not None else None

    where = Whereabouts(
        person_of_card,
        functools.cache(card_of_member),
        functools.cache(lambda name: activity_fields(past.around.activity(name))),
    )
    return compute(funnel, touchpoints(_folded(past, types_needed(funnel)), where))


def _only_company(scope: Scope) -> None:
    scope.require("numbers", "funnels are the company's")


@dataclass(frozen=True, slots=True)
class _Cards:
    """The tables that funnels look things up in, read once."""

    persons: Mapping[str, str]
    member_cards: Mapping[str, str | None]
    activities: Mapping[str, Mapping[str, object]]

    @classmethod
    def load(cls, connection: Connection) -> "_Cards":
        links = connection.execute(select(LINK.c.card_id, LINK.c.person_id))
        members = connection.execute(select(MEMBER.c.member, MEMBER.c.card_id))
        activities = connection.execute(select(ACTIVITY))
        return cls(
            {card: person for card, person in links},
            {code: card for code, card in members},
            {row.activity_id: activity_fields(row) for row in activities},
        )

    def activity(self, activity_id: str) -> Mapping[str, object]:
        return self.activities.get(activity_id, {})


def _stored(connection: Connection, types: Iterable[str]) -> Iterator[CountedEvent]:
    query = (
        select(
            JOURNAL.c.type,
            JOURNAL.c.subject,
            JOURNAL.c.starts_us,
            JOURNAL.c.sequence,
            JOURNAL.c.source,
            JOURNAL.c.id,
            JOURNAL.c.day_precision,
            JOURNAL.c.plain,
        )
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        .where(OUTCOME.c.outcome == "recorded", OUTCOME.c.changes)
    )
    for piece in in_pieces(sorted(types)):
        rows = connection.execute(query.where(JOURNAL.c.type.in_(piece)))
        for type_name, home, starts_us, sequence, source, event_id, by_day, plain in rows:
            order = (starts_us, sequence, source, event_id)
            yield CountedEvent(type_name, home, order, by_day, orjson.loads(plain))


def _folded(past: Evaluation, types: frozenset[str]) -> Iterator[CountedEvent]:
    for event in past.events:
        if event.type_name in types and past.outcomes[event.key].takes_effect:
            fields = {
                name: value
                for name, value in structs.asdict(event.data).items()
                if value is not None and value is not UNSET
            }
            yield CountedEvent(
                event.type_name, event.home, event.order, event.day_precision, fields
            )
