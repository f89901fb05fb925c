"""Reads templates, what a person was sent, and how letters to many stand."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, func, literal, or_, select

from campaigns.wording.catalogues import translated
from campaigns.wording.languages import LANGUAGES
from crm.activities.queries import ActivityRow, activity, open_to
from crm.activities.tables import ACTIVITY
from crm.archives.queries import people_at
from crm.copies.queries import dealer_names
from crm.invitations.queries import invitations_of
from crm.journal.events import JOURNAL
from crm.keyring.keyring import Keyring
from crm.letters.batch import Batch, Due
from crm.letters.judging import Errand, Judged, WhyNot, judge
from crm.letters.occasions import INVITED, Occasion
from crm.letters.packaged import PACKAGED
from crm.letters.tables import LETTER_BATCH, LETTER_DUE, LETTER_SENT, LETTER_TEMPLATE
from crm.letters.template import LetterTemplate, Words
from crm.outcomes.tables import OUTCOME
from crm.people.tables import LINK
from crm.scope import Scope
from crm.storage.database import in_pieces


@dataclass(frozen=True, slots=True)
class SentLetter:
    """What a person was sent; state: begun, sent or failed; occasion: None unless to many."""

    letter_id: str
    card_id: str
    name: str
    version: int
    purpose: str
    language: str
    way: str
    at_us: int
    actor: str
    state: str
    occasion: str | None = None


def letter_templates(scope: Scope, connection: Connection) -> list[LetterTemplate]:
    """The latest version of each, those of the program first; an own one of the same name holds."""
    scope.require("letters", "letters are the company's")
    found = {name: _packaged(name) for name in PACKAGED}
    query = select(LETTER_TEMPLATE).order_by(LETTER_TEMPLATE.c.name, LETTER_TEMPLATE.c.version)
    found |= {row.name: _kept(row) for row in connection.execute(query)}
    return list(found.values())


def _packaged(name: str) -> LetterTemplate:
    purpose, subject, body = PACKAGED[name]
    texts = {
        language: Words(translated(subject, language), translated(body, language))
        for language in LANGUAGES
    }
    return LetterTemplate(name, 0, purpose, texts)


def _kept(row: Any) -> LetterTemplate:
    texts = {each: Words(**told) for each, told in orjson.loads(row.texts).items()}
    return LetterTemplate(row.name, row.version, row.purpose, texts)


def own_templates(
    scope: Scope, connection: Connection, names: Collection[str]
) -> dict[str, LetterTemplate]:
    """The latest version of each of some templates that people here have written."""
    scope.require("archive", "archives are the company's")
    query = select(LETTER_TEMPLATE).where(LETTER_TEMPLATE.c.name.in_(sorted(names)))
    rows = connection.execute(query.order_by(LETTER_TEMPLATE.c.version))
    return {row.name: _kept(row) for row in rows}


def letters_of(scope: Scope, connection: Connection, cards: Iterable[str]) -> list[SentLetter]:
    """What the person of some cards was sent, the latest first."""
    scope.require("archive", "archives are the company's")
    query = select(LETTER_SENT).where(LETTER_SENT.c.card_id.in_(sorted(cards)))
    query = query.order_by(LETTER_SENT.c.at_us.desc(), LETTER_SENT.c.letter_id)
    return [SentLetter(*row) for row in connection.execute(query)]


def reached(
    scope: Scope, connection: Connection, template: LetterTemplate, occasions: Collection[str]
) -> set[tuple[str, str]]:
    """(occasion, person id) of whoever was sent this version on any of them, on whatever way.

    One that failed reached nobody; one that stayed begun may have.
    """
    scope.require("letters", "letters are the company's")
    found: set[tuple[str, str]] = set()
    for piece in in_pieces(sorted(occasions)):
        query = (
            select(LETTER_SENT.c.occasion, LINK.c.person_id)
            .join(LINK, LINK.c.card_id == LETTER_SENT.c.card_id)
            .where(LETTER_SENT.c.occasion.in_(piece), LETTER_SENT.c.state != "failed")
            .where(LETTER_SENT.c.name == template.name, LETTER_SENT.c.version == template.version)
        )
        found |= {(row.occasion, row.person_id) for row in connection.execute(query)}
    return found


def states_of(scope: Scope, connection: Connection, letter_ids: Collection[str]) -> dict[str, str]:
    """Letter id → begun, sent or failed, of those that were ever begun."""
    scope.require("letters", "letters are the company's")
    found: dict[str, str] = {}
    for piece in in_pieces(sorted(letter_ids)):
        query = select(LETTER_SENT.c.letter_id, LETTER_SENT.c.state)
        rows = connection.execute(query.where(LETTER_SENT.c.letter_id.in_(piece)))
        found |= {row.letter_id: row.state for row in rows}
    return found


def judged(
    scope: Scope,
    connection: Connection,
    keyring: Keyring,
    errand: Errand,
    group: Mapping[str, str],
    now_us: int,
) -> dict[str, Judged | WhyNot]:
    """What each of a group gets as they stand now, or why nothing; group: person → occasion."""
    about = occasions(scope, connection, frozenset(group.values()))
    found = people_at(scope, connection, keyring, group.keys(), now_us)
    return {
        person_id: judge(found.get(person_id), errand, about.get(occasion), now_us)
        for person_id, occasion in group.items()
    }


def occasions(scope: Scope, connection: Connection, names: Collection[str]) -> dict[str, Occasion]:
    """Those of some occasions that are activities."""
    of = {each: each.partition(":") for each in names}
    ids = {each: name for each, (kind, _, name) in of.items() if kind == INVITED}
    rows = {each: activity(scope, connection, name) for each, name in ids.items()}
    return _named(connection, {each: row for each, row in rows.items() if row is not None})


def next_occasion_of(
    scope: Scope, connection: Connection, cards: Collection[str], now_us: int
) -> Occasion | None:
    """The next activity that is not over, of those to which the person of some cards is invited."""
    invited = [each for each in invitations_of(scope, connection, cards) if not each.cancelled]
    names = {f"{INVITED}:{each.activity_id}" for each in invited}
    to_come = [of for of in occasions(scope, connection, names).values() if of.over_us > now_us]
    return min(to_come, key=lambda of: (of.starts_us, of.title), default=None)


def _named(connection: Connection, rows: Mapping[str, ActivityRow]) -> dict[str, Occasion]:
    names = dealer_names(connection) if rows else {}
    off = {row.subject for row in rows.values() if row.cancelled}
    query = (
        select(JOURNAL.c.subject, func.max(JOURNAL.c.received_us))
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        .where(JOURNAL.c.type == "activity.cancelled", JOURNAL.c.subject.in_(off))
        .where(OUTCOME.c.outcome == "recorded")
        .group_by(JOURNAL.c.subject)
    )
    since = {subject: at_us for subject, at_us in connection.execute(query)} if off else {}
    return {
        each: Occasion(
            *(row.title, row.starts_us, row.ends_us, row.venue, row.region),
            *(names.get(row.dealer), since.get(row.subject)),
        )
        for each, row in rows.items()
    }


def template_of(
    scope: Scope, connection: Connection, name: str, version: int
) -> LetterTemplate | None:
    """A template in a version; None where there is none such. Version 0 comes with the program."""
    scope.require("letters", "letters are the company's")
    if version == 0:
        return _packaged(name) if name in PACKAGED else None
    own = (LETTER_TEMPLATE.c.name == name, LETTER_TEMPLATE.c.version == version)
    row = connection.execute(select(LETTER_TEMPLATE).where(*own)).first()
    return None if row is None else _kept(row)


def batches_due(connection: Connection, now_us: int) -> list[Batch]:
    """Those under way that do not rest, the oldest first."""
    query = select(LETTER_BATCH).where(LETTER_BATCH.c.state == "running")
    query = query.where(LETTER_BATCH.c.next_try_us <= now_us)
    query = query.order_by(LETTER_BATCH.c.at_us, LETTER_BATCH.c.batch_id)
    return [Batch(*row) for row in connection.execute(query)]


def next_due(connection: Connection, batch_id: str, now_us: int) -> Due | None:
    """The next letter of a batch; None where it was stopped meanwhile, or none is due."""
    query = (
        select(LETTER_DUE)
        .join(LETTER_BATCH, LETTER_BATCH.c.batch_id == LETTER_DUE.c.batch_id)
        .where(LETTER_DUE.c.batch_id == batch_id, LETTER_DUE.c.state == "waiting")
        .where(LETTER_BATCH.c.state == "running", LETTER_DUE.c.next_try_us <= now_us)
        .order_by(LETTER_DUE.c.letter_id)
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else Due(*row)


def latest_batches(
    scope: Scope, connection: Connection, most: int
) -> list[tuple[Batch, Mapping[str, int]]]:
    """The latest batches, each with how many of its letters are in which state."""
    scope.require("letters", "letters are the company's")
    query = select(LETTER_BATCH).where(*_open_batches(scope))
    query = query.order_by(LETTER_BATCH.c.at_us.desc(), LETTER_BATCH.c.batch_id)
    found = [Batch(*row) for row in connection.execute(query.limit(most))]
    counted: dict[str, Counter[str]] = {each.batch_id: Counter() for each in found}
    for batch_id, state, _, count in connection.execute(_counts(list(counted))):
        counted[batch_id][state] += count
    return [(each, counted[each.batch_id]) for each in found]


def batch_of(
    scope: Scope, connection: Connection, batch_id: str
) -> tuple[Batch, Mapping[tuple[str, str | None], int]] | None:
    """A batch, and (state, trouble) → how many of its letters; None where there is none such."""
    scope.require("letters", "letters are the company's")
    query = select(LETTER_BATCH).where(LETTER_BATCH.c.batch_id == batch_id, *_open_batches(scope))
    row = connection.execute(query).first()
    if row is None:
        return None
    counts = connection.execute(_counts([batch_id]))
    return Batch(*row), {(state, trouble): count for _, state, trouble, count in counts}


def _open_batches(scope: Scope) -> list[ColumnElement[bool]]:
    """Of those that go to who is invited to an activity, those whose activity the viewer sees."""
    seen = open_to(scope)
    if not seen:
        return []
    names = select(literal(f"{INVITED}:").concat(ACTIVITY.c.activity_id)).where(*seen)
    return [or_(LETTER_BATCH.c.whom.not_like(f"{INVITED}:%"), LETTER_BATCH.c.whom.in_(names))]


def _counts(batch_ids: list[str]) -> Select[Any]:
    """Rows of batch, state, trouble and how many."""
    of = (LETTER_DUE.c.batch_id, LETTER_DUE.c.state, LETTER_DUE.c.trouble)
    query = select(*of, func.count()).where(LETTER_DUE.c.batch_id.in_(batch_ids))
    return query.group_by(*of)


def letters_in(
    scope: Scope, connection: Connection, batch_id: str, states: Collection[str], most: int = -1
) -> list[Due]:
    """Letters of a batch that stand so; most: -1 for all."""
    scope.require("letters", "letters are the company's")
    query = select(LETTER_DUE).where(LETTER_DUE.c.batch_id == batch_id)
    query = query.where(LETTER_DUE.c.state.in_(states))
    query = query.order_by(LETTER_DUE.c.state, LETTER_DUE.c.trouble, LETTER_DUE.c.letter_id)
    return [Due(*row) for row in connection.execute(query if most < 0 else query.limit(most))]


def put_off(scope: Scope, connection: Connection, batch_id: str) -> tuple[int, int]:
    """(how many letters of a batch were tried and wait for another time, when the next is due)."""
    scope.require("letters", "letters are the company's")
    query = select(func.count(), func.min(LETTER_DUE.c.next_try_us))
    query = query.where(LETTER_DUE.c.batch_id == batch_id, LETTER_DUE.c.state == "waiting")
    count, next_us = connection.execute(query.where(LETTER_DUE.c.attempts > 0)).one()
    return count, next_us or 0
