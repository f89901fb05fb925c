"""Reads policies: what was published, what is in force when, and the drafts."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from campaigns.events.rewards import RewardPolicyPublished
from crm.components.as_of import recorded_events
from crm.journal.events import subjects_with_prefix
from crm.keyring.keyring import Keyring
from crm.outcomes.shared import judge_policies
from crm.policies.tables import POLICY_DRAFT
from crm.rewards.facts import PolicyFact
from crm.rewards.gathering import policy_fact
from crm.rewards.policy import DEFAULT_POLICY, in_force, timetable
from crm.scope import Scope


@dataclass(frozen=True, slots=True)
class Published:
    """A policy that stands. The shipped one has nobody and no time.

    until: the last day of the purchases that it judges; None: no end is known. four_eyes: whether
    it was drafted by another person than published it.
    """

    fact: PolicyFact
    until: date | None
    published_by: str | None
    published_us: int | None
    drafted_by: str | None
    agreed_by: str | None

    @property
    def four_eyes(self) -> bool:
        """Whether two people stand behind it."""
        shipped = self.published_by is None
        return shipped or (self.drafted_by is not None and self.drafted_by != self.published_by)


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it stands."""

    draft_id: str
    policy: str
    effective_from: date
    text: str
    sha256: str
    drafted_us: int
    drafted_by: str
    agreement: str | None
    agreed_us: int | None
    agreed_by: str | None
    state: str
    ended_us: int | None
    ended_by: str | None


def published(scope: Scope, connection: Connection, keyring: Keyring) -> list[Published]:
    """Every policy that stands, the one that begins last first; the shipped one at the end."""
    _require(scope)
    events = recorded_events(connection, keyring, subjects_with_prefix(connection, "policy/"))
    events.sort(key=lambda event: event.order)
    standing = judge_policies(events)[1]
    by_code = {
        event.data.policy: event
        for event in standing
        if isinstance(event.data, RewardPolicyPublished)
    }
    table = timetable(map(policy_fact, standing))
    found: list[Published] = []
    for fact in table:
        event = by_code.get(fact.policy) if fact is not DEFAULT_POLICY else None
        data = None if event is None else event.data
        said = data if isinstance(data, RewardPolicyPublished) else None
        later = [each.fact.effective_from for each in found]
        ends = min(later, default=None)
        found.append(
            Published(
                fact,
                None if ends is None else date.fromordinal(max(ends.toordinal() - 1, 1)),
                None if event is None else event.actor,
                None if event is None else event.received_us,
                None if said is None else said.drafted_by,
                None if said is None else said.agreed_by,
            )
        )
    return found


def policy_on(known: list[Published], day: date) -> PolicyFact:
    """The policy that judges the purchases of a day."""
    return in_force(tuple(each.fact for each in known), day)


def drafts(scope: Scope, connection: Connection) -> list[Draft]:
    """The latest drafts, the newest first."""
    _require(scope)
    query = select(POLICY_DRAFT).order_by(POLICY_DRAFT.c.drafted_us.desc()).limit(100)
    return [_draft(row) for row in connection.execute(query)]


def draft_of(scope: Scope, connection: Connection, draft_id: str) -> Draft | None:
    """One draft; None when there is no such one."""
    _require(scope)
    query = select(POLICY_DRAFT).where(POLICY_DRAFT.c.draft_id == draft_id)
    row = connection.execute(query).first()
    return None if row is None else _draft(row)


def _draft(row: Row[Any]) -> Draft:
    return Draft(**row._mapping)


def _require(scope: Scope) -> None:
    scope.require("books", "policies of rewards")
