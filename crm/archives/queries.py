"""Reads one person's archive: folded from the journal when it is asked for, and kept nowhere.

What is most sensitive, illness and readings, so stands in plain in no table of the company's.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from sqlalchemy import Connection, func, select

from campaigns.times import rfc3339
from crm.archives.archive import archive_of
from crm.archives.conflicts import Conflict, Statement, conflicts_of
from crm.archives.dossier import Dossier, dossier_of
from crm.archives.tables import CONFLICT
from crm.attachments.store import AttachmentStore
from crm.components.as_of import past_of_subjects
from crm.components.evaluation import Evaluation, PersonView
from crm.components.event_filter import effective_up_to
from crm.consents.uses import Closed, Standing, closed_by, may_show
from crm.copies.queries import HeldCopy, copies_of, held_since
from crm.keyring.keyring import Keyring
from crm.notices.queries import notice_hashes
from crm.people.linked import cards_of_people
from crm.people.queries import cards_of
from crm.scope import Scope


@dataclass(frozen=True, slots=True)
class PersonShown:
    """A person as of an instant, the evaluation that says it all, and what may not be shown of it.

    closed: by the person's words of that instant or of now: a no holds for what was before it too.
    """

    person: PersonView
    past: Evaluation
    closed: Closed

    def is_hidden(self, scope: Scope) -> bool:
        """Whether nothing personal is for this viewer."""
        standing = Standing(self.closed.archive, self.person.deceased)
        return not may_show(standing, sees_restricted=scope.may("restricted"))


def archive(
    scope: Scope,
    connection: Connection,
    keyring: Keyring,
    name: str,
    now_us: int,
    at_us: int | None = None,
) -> dict[str, Any] | None:
    """The archive of the person that a card id or person id leads to, now or as of an instant."""
    shown = person_shown(scope, connection, keyring, name, now_us, at_us)
    return None if shown is None else _as_data(scope, connection, keyring, shown)


@dataclass(frozen=True, slots=True)
class WholeArchive:
    """An archive with what a page shows of it beside the cards: kin, trials, who has a copy.

    copies: None for whoever may not know which dealer holds what.
    """

    archive: dict[str, Any]
    dossier: Dossier
    copies: list[HeldCopy] | None


def whole_archive(
    scope: Scope,
    connection: Connection,
    keyring: Keyring,
    name: str,
    now_us: int,
    at_us: int | None = None,
) -> WholeArchive | None:
    """The same archive, evaluated once, with all that its page shows."""
    shown = person_shown(scope, connection, keyring, name, now_us, at_us)
    if shown is None:
        return None
    person, past = shown.person, shown.past
    copies = None
    if scope.may("copies"):
        own = {card.card_id for card in person.cards}
        rows = [row for row in copies_of(scope, keyring, past) if own & set(row.cards)]
        copies = held_since(scope, connection, rows, past.at_us)
    data = _as_data(scope, connection, keyring, shown)
    dossier = dossier_of(person, past, shown.closed, hidden=shown.is_hidden(scope))
    return WholeArchive(data, dossier, copies)


def _as_data(
    scope: Scope, connection: Connection, keyring: Keyring, shown: PersonShown
) -> dict[str, Any]:
    hidden = shown.is_hidden(scope)
    found = archive_of(shown.person, shown.past, shown.closed, hidden=hidden)
    data = cast(dict[str, Any], msgspec.to_builtins(found))
    _prove(connection, keyring, data["consents"])
    return data


def person_shown(
    scope: Scope,
    connection: Connection,
    keyring: Keyring,
    name: str,
    now_us: int,
    at_us: int | None = None,
) -> PersonShown | None:
    """The person that a card id or person id leads to, with what may not be shown of it.

    at_us: as of which instant; None: now.
    """
    found = person_then(scope, connection, keyring, name, now_us if at_us is None else at_us)
    if found is None:
        return None
    person, past = found
    closed = closed_by(person.consents, past.at_us)
    if past.at_us != now_us:
        closed |= _closed_now(connection, keyring, person, now_us)
    return PersonShown(person, past, closed)


def _closed_now(
    connection: Connection, keyring: Keyring, person: PersonView, now_us: int
) -> Closed:
    """What is closed now by anybody to whom a card of the person has come."""
    own = {card.card_id for card in person.cards}
    subjects = [f"card/{card_id}" for card_id in sorted(own)]
    present = past_of_subjects(connection, keyring, subjects, now_us, effective_up_to(now_us))
    closed = Closed(archive=False, health=False)
    for each in present.persons:
        if own & {card.card_id for card in each.cards}:
            closed |= closed_by(each.consents, now_us)
    return closed


def person_then(
    scope: Scope, connection: Connection, keyring: Keyring, name: str, at_us: int
) -> tuple[PersonView, Evaluation] | None:
    """The person that a card id or person id leads to, and the evaluation that says it all.

    Nothing is asked of what may be shown: that is `person_shown`.
    """
    scope.require("archive", "archives are the company's; a dealer has its copy")
    cards = cards_of(scope, connection, name)
    if not cards:
        return None
    subjects = [f"card/{card_id}" for card_id in cards]
    past = past_of_subjects(connection, keyring, subjects, at_us, effective_up_to(at_us))
    wanted = name if name in past.cards else None
    for person in past.persons:
        ids = {card.card_id for card in person.cards}
        if wanted in ids or (wanted is None and ids & set(cards)):
            return person, past
    return None


def people_at(
    scope: Scope, connection: Connection, keyring: Keyring, ids: Collection[str], at_us: int
) -> dict[str, PersonView]:
    """Each of some people as `person_then` finds them, evaluated together; without who is unknown.

    Nothing is asked of what may be shown.
    """
    scope.require("archive", "archives are the company's; a dealer has its copy")
    cards = cards_of_people(connection, ids)
    subjects = sorted({f"card/{card_id}" for own in cards.values() for card_id in own})
    past = past_of_subjects(connection, keyring, subjects, at_us, effective_up_to(at_us))
    whose = {card.card_id: person for person in past.persons for card in person.cards}
    found = {
        name: next((whose[card_id] for card_id in own if card_id in whose), None)
        for name, own in cards.items()
    }
    return {name: person for name, person in found.items() if person is not None}


def _prove(connection: Connection, keyring: Keyring, words: list[dict[str, Any]]) -> None:
    """Add to each consent what proves it: the notice as it is kept, and whether evidence is."""
    hashes = notice_hashes(connection)
    store = AttachmentStore(keyring)
    for word in words:
        version, evidence = word["notice_version"], word["evidence_sha256"]
        notice_sha256 = hashes.get((version, word["purpose"]))
        word["notice_sha256"] = notice_sha256
        word["notice_unknown"] = version is not None and notice_sha256 is None
        word["evidence_kept"] = store.has(word["card_id"], evidence) if evidence else None


@dataclass(frozen=True, slots=True)
class Word:
    """What one side says of a field: the value in full, who said it, when."""

    value: Any
    by: str
    actor: str
    source: str
    id: str
    time: str
    received_at: str
    based_on: str | None


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """A field of a card of which the sides say different things; the last word is in force.

    words: empty where the archive is restricted and the viewer is not compliance; and for everybody
    where they are of health and the person says no to that (health_closed).
    """

    card_id: str
    person_id: str
    field: str
    why: str
    since: str
    restricted: bool
    health_closed: bool
    words: tuple[Word, ...]


def count_conflicts(scope: Scope, connection: Connection) -> int:
    """How many wait for headquarters to decide."""
    _only_headquarters(scope)
    return connection.execute(select(func.count()).select_from(CONFLICT)).scalar_one()


def open_conflicts(
    scope: Scope,
    connection: Connection,
    keyring: Keyring,
    at_us: int,
    card_id: str | None = None,
    limit: int | None = None,
) -> Iterator[OpenConflict]:
    """The conflicts that wait for headquarters, the oldest first; of one card where it is named."""
    _only_headquarters(scope)
    query = select(CONFLICT.c.card_id, CONFLICT.c.field)
    query = query.order_by(CONFLICT.c.since_us, CONFLICT.c.card_id, CONFLICT.c.field).limit(limit)
    if card_id is not None:
        query = query.where(CONFLICT.c.card_id == card_id)
    wanted = [tuple(row) for row in connection.execute(query)]
    found: dict[tuple[str, str], OpenConflict] = {}
    for name in dict.fromkeys(name for name, _ in wanted):
        past = past_of_subjects(
            connection, keyring, [f"card/{name}"], at_us, effective_up_to(at_us)
        )
        if name not in past.cards:
            continue
        person = next(p for p in past.persons if name in {card.card_id for card in p.cards})
        shown = PersonShown(person, past, closed_by(person.consents, at_us))
        for conflict in conflicts_of(past.cards[name]):
            found[name, conflict.field] = _open_conflict(scope, conflict, shown)
    # What has not taken effect by then is no conflict yet.
    yield from (found[pair] for pair in wanted if pair in found)


def _open_conflict(scope: Scope, conflict: Conflict, shown: PersonShown) -> OpenConflict:
    health_closed = conflict.is_of_health and shown.closed.health
    hidden = health_closed or shown.is_hidden(scope)
    return OpenConflict(
        conflict.card_id,
        shown.person.person_id,
        conflict.field,
        conflict.why,
        rfc3339(conflict.since_us),
        shown.closed.archive,
        health_closed,
        () if hidden else tuple(map(_word, conflict.statements)),
    )


def _word(said: Statement) -> Word:
    event = said.event
    return Word(
        msgspec.to_builtins(said.value),
        event.role,
        event.actor,
        event.source,
        event.id,
        event.time,
        rfc3339(event.received_us),
        rfc3339(said.based_on_us) if said.based_on_us is not None else None,
    )


def _only_headquarters(scope: Scope) -> None:
    scope.require("conflicts", "where corrections disagree")
