"""What would change if something were said: the rows of every view before it and after it.

Nothing is written. The component of the cards that the imagined events speak of is evaluated
twice, once without them and once with them, by the same function that the recording calls, and
the rows of every projection are compared. So a page can show what a merge, a void or a correction
will do before anybody says it.

Rewards are told before caps, which belong to all purchases of a member together. Events of what
many people share (an activity, a member, a contract) cannot be imagined here: whom they concern
is found by the recording alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Table

from campaigns.cloudevents import Refusal, check, decode_data
from campaigns.intake import Credential
from campaigns.wording.catalogues import N_
from crm.components.as_of import past_of_subjects, published_weights, recorded_events
from crm.components.evaluation import Evaluation
from crm.components.event_filter import EVERYTHING
from crm.components.index import subjects_tied_to
from crm.components.index_keys import JOINING, keyed_digest, keys_of_subject, kind_of
from crm.journal.logged_event import LoggedEvent
from crm.keyring.keyring import Keyring
from crm.outcomes.matching import ever_weighed
from crm.outcomes.outcome import Outcome
from crm.outcomes.tables import OUTCOME
from crm.recording.projections import OUTCOMES, PROJECTIONS, RowHashes
from crm.rewards.claims import Claim
from crm.storage.bulk import key_places, own_columns

_AFTER_EVERYTHING = 1 << 60
"""Positions that no journaled event has."""


class CannotBeImagined(Exception):
    """The event would not be taken at the door."""


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that would be other: by column, None where it is not there."""

    table: str
    key: tuple[Any, ...]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that differ; all where the row comes or goes."""
        before, after = self.before or {}, self.after or {}
        return tuple(n for n in (after or before) if before.get(n) != after.get(n))


@dataclass(frozen=True, slots=True)
class ClaimChange:
    """What one member earns by one purchase, before caps; None where nothing."""

    before: Claim | None
    after: Claim | None


@dataclass(frozen=True, slots=True)
class Preview:
    """The component without the imagined events and with them, and all that differs.

    outcomes: what would become of each imagined event, in their order.
    """

    before: Evaluation
    after: Evaluation
    outcomes: tuple[Outcome, ...]
    changes: tuple[RowChange, ...]
    claims: tuple[ClaimChange, ...]

    def of(self, table: Table) -> list[RowChange]:
        """The changes of one view."""
        return [change for change in self.changes if change.table == table.name]


def imagined(line: bytes, credential: Credential, now_us: int, place: int = 0) -> LoggedEvent:
    """An event as the journal would have it if it were handed over now.

    `place` tells several that are imagined together apart.

    CannotBeImagined: the door would refuse it.
    """
    event = check(line, now_us)
    if isinstance(event, Refusal):
        raise CannotBeImagined(f"{event.reason} {event.path}")
    path = credential.forbidden_at(event)
    if event.faults or path is not None:
        raise CannotBeImagined(f"{event.faults[0] if event.faults else ('not_allowed', path)}")
    if kind_of(event.subject) not in ("card", "reward"):
        raise CannotBeImagined(N_("只能预览与档案卡或奖励有关的事件"))
    return LoggedEvent(
        _AFTER_EVERYTHING + place,
        event.source,
        event.id,
        event.type_name,
        event.subject,
        event.time,
        event.starts_us,
        event.day_precision,
        (event.starts_us, event.sequence, event.source, event.id),
        event.received_us,
        credential.actor or event.source,
        credential.journaled_role,
        event.twin,
        decode_data(
            event.type_name,
            orjson.dumps(event.plain),
            orjson.dumps(event.personal) if event.personal else None,
        ),
    )


def what_if(
    connection: Connection, keyring: Keyring, events: Sequence[LoggedEvent], at_us: int
) -> Preview:
    """What the imagined events would change, both sides judged for the instant `at_us`."""
    subjects = _subjects(connection, keyring, events)
    before = past_of_subjects(connection, keyring, subjects, at_us, EVERYTHING)
    after = past_of_subjects(connection, keyring, subjects, at_us, EVERYTHING, events)
    return Preview(
        before,
        after,
        tuple(after.outcomes[event.key] for event in events),
        tuple(_changes(before, after, RowHashes.of(keyring), {e.position for e in events})),
        tuple(_claim_changes(before, after)),
    )


def _subjects(connection: Connection, keyring: Keyring, events: Sequence[LoggedEvent]) -> list[str]:
    """The subjects of the events, and whoever they would tie to them.

    What is written anew ties together with what stands there: a birth date with the name.
    """
    subjects = {event.subject for event in events}
    histories: dict[str, list[LoggedEvent]] = {subject: [] for subject in subjects}
    for event in (*recorded_events(connection, keyring, sorted(subjects)), *events):
        histories[event.subject].append(event)
    digest = keyed_digest(keyring.secret("ties"))
    weighed = ever_weighed(published_weights(connection, keyring))
    keys = {
        key
        for subject, history in histories.items()
        for key in keys_of_subject(subject, history, digest, weighed=weighed)
    }
    joining = {key for key in keys if kind_of(key) in JOINING}
    subjects |= {key for key in joining if kind_of(key) == "card"}
    for tied in subjects_tied_to(connection, joining).values():
        subjects |= {subject for subject in tied if kind_of(subject) in ("card", "reward")}
    return sorted(subjects)


def _changes(
    before: Evaluation, after: Evaluation, hashes: RowHashes, imagined_at: set[int]
) -> list[RowChange]:
    found = []
    for projection in (OUTCOMES, *PROJECTIONS):
        table = projection.table
        names = [column.name for column in own_columns(table)]
        key_names = [names[place] for place in key_places(table)]
        held, wanted = (
            {
                tuple(row[name] for name in key_names): row
                for row in projection.rows(evaluation, hashes)
            }
            for evaluation in (before, after)
        )
        for key in sorted({*held, *wanted}, key=repr):
            row = wanted.get(key)
            if table is OUTCOME and row is not None and row["position"] in imagined_at:
                continue
            if held.get(key) != row:
                found.append(RowChange(table.name, key, held.get(key), row))
    return found


def _claim_changes(before: Evaluation, after: Evaluation) -> list[ClaimChange]:
    held, wanted = (
        {(claim.reward_id, claim.member): claim for claim in evaluation.claims}
        for evaluation in (before, after)
    )
    return [
        ClaimChange(held.get(key), wanted.get(key))
        for key in sorted({*held, *wanted})
        if held.get(key) != wanted.get(key)
    ]
