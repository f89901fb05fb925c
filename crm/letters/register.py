"""Writes templates, what is to be sent, and what is sent: before it leaves, and how that went."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from itertools import count

import orjson
from sqlalchemy import Connection, exists, func, insert, select, update

from campaigns.ids import derived_id
from crm.letters.batch import Batch, Due, DueState, next_try_us, settled_as
from crm.letters.sending import Way
from crm.letters.tables import LETTER_BATCH, LETTER_DUE, LETTER_SENT, LETTER_TEMPLATE
from crm.letters.template import LetterTemplate, check_template, written_in
from crm.people.tables import LINK
from crm.scope import Scope
from crm.storage.database import in_pieces, insert_new
from crm.storage.locks import SENDING, hold


def add_template(
    scope: Scope, connection: Connection, template: LetterTemplate, actor: str, now_us: int
) -> int:
    """Keep a template as the next version of its name, which is returned; TemplateInvalid.

    One without a name gets a new one. What stands word for word as its name's newest is kept once;
    so is a new one that was kept before.
    """
    scope.require("decides", "headquarters writes the letters")
    check_template(template)
    # Of several who write at once each sees what the one before has written.
    hold(connection, SENDING)
    texts = {
        language: {"subject": words.subject, "body": words.body}
        for language, words in written_in(template.texts).items()
    }
    known = _newest(connection, template, orjson.dumps(texts))
    if known is not None:
        return known
    name = template.name or _new_name(connection)
    latest = select(func.max(LETTER_TEMPLATE.c.version)).where(LETTER_TEMPLATE.c.name == name)
    version = int(connection.execute(latest).scalar() or 0) + 1
    row = {
        "name": name,
        "version": version,
        "purpose": template.purpose,
        "texts": orjson.dumps(texts),
        "at_us": now_us,
        "actor": actor,
    }
    connection.execute(insert(LETTER_TEMPLATE), [row])
    return version


def _newest(connection: Connection, template: LetterTemplate, texts: bytes) -> int | None:
    """The version of a template that says the same and is its name's newest."""
    columns = LETTER_TEMPLATE.c
    latest = select(columns.name, func.max(columns.version).label("version"))
    newest = latest.group_by(columns.name).subquery()
    same = select(columns.version).join(
        newest, (newest.c.name == columns.name) & (newest.c.version == columns.version)
    )
    same = same.where(columns.purpose == template.purpose, columns.texts == texts)
    if template.name:
        same = same.where(columns.name == template.name)
    return connection.execute(same.limit(1)).scalar()


def _new_name(connection: Connection) -> str:
    known = set(connection.execute(select(LETTER_TEMPLATE.c.name).distinct()).scalars())
    return next(name for n in count(1) if (name := f"own-{n}") not in known)


@dataclass(frozen=True, slots=True)
class Sending:
    """One letter on its way.

    letter_id: made with the form, so that a second tap sends nothing. occasion: of one to many, on
    which nobody gets the same version twice.
    """

    letter_id: str
    card_id: str
    template: LetterTemplate
    language: str
    way: Way
    at_us: int
    actor: str
    occasion: str | None = None


def begin(connection: Connection, sending: Sending) -> bool:
    """Keep that it is about to leave; False where it was begun before, or its person has it.

    One that failed is begun again under its own id.
    """
    if sending.occasion is not None:
        hold(connection, SENDING)
        if _has_it(connection, sending, sending.occasion):
            return False
    row = {
        "letter_id": sending.letter_id,
        "card_id": sending.card_id,
        "name": sending.template.name,
        "version": sending.template.version,
        "purpose": sending.template.purpose,
        "language": sending.language,
        "way": sending.way,
        "at_us": sending.at_us,
        "actor": sending.actor,
        "state": "begun",
        "occasion": sending.occasion,
    }
    if insert_new(connection, LETTER_SENT, [row], [LETTER_SENT.c.letter_id]):
        return True
    failed = (LETTER_SENT.c.letter_id == sending.letter_id, LETTER_SENT.c.state == "failed")
    again = {"state": "begun", "at_us": sending.at_us, "actor": sending.actor}
    return connection.execute(update(LETTER_SENT).where(*failed).values(again)).rowcount > 0


def _has_it(connection: Connection, sending: Sending, occasion: str) -> bool:
    """Whether the person of the card was sent it on this occasion, by whatever form."""
    own = select(LINK.c.person_id).where(LINK.c.card_id == sending.card_id).scalar_subquery()
    query = (
        select(LETTER_SENT.c.letter_id)
        .join(LINK, LINK.c.card_id == LETTER_SENT.c.card_id)
        .where(LINK.c.person_id == own, LETTER_SENT.c.occasion == occasion)
        .where(LETTER_SENT.c.name == sending.template.name, LETTER_SENT.c.state != "failed")
        .where(LETTER_SENT.c.version == sending.template.version)
    )
    return connection.execute(query.limit(1)).first() is not None


def end(connection: Connection, letter_id: str, *, failed: bool) -> None:
    """Keep how it went."""
    state = "failed" if failed else "sent"
    own = LETTER_SENT.c.letter_id == letter_id
    connection.execute(update(LETTER_SENT).where(own).values(state=state))


def start_batch(
    scope: Scope,
    connection: Connection,
    batch: Batch,
    group: Mapping[str, str],
    state: DueState = "waiting",
) -> bool:
    """Let a letter go to many; group: person id → the occasion. False: the same form did before."""
    scope.require("letters", "letters are the company's")
    if not insert_new(connection, LETTER_BATCH, [asdict(batch)], [LETTER_BATCH.c.batch_id]):
        return False
    own = batch.batch_id
    due = [
        Due(derived_id("letter", own, person_id), own, person_id, occasion, state)
        for person_id, occasion in group.items()
    ]
    for piece in in_pieces(due):
        connection.execute(insert(LETTER_DUE), [asdict(each) for each in piece])
    return True


def start_run(
    scope: Scope, connection: Connection, batch: Batch, sendings: Mapping[str, Sending]
) -> frozenset[str]:
    """Keep letters on paper, which count as sent as they are made; sendings: person id → theirs.

    Returns whose are made now: nobody's who has it, and nobody's twice by one form.
    """
    kept = {}
    for person_id, sending in sendings.items():
        if begin(connection, sending):
            end(connection, sending.letter_id, failed=False)
            kept[person_id] = sending.occasion or ""
    if kept:
        start_batch(scope, connection, replace(batch, state="done"), kept, "sent")
    return frozenset(kept)


def halt(scope: Scope, connection: Connection, batch_id: str) -> None:
    """A person stops it; what left the house has left."""
    scope.require("letters", "letters are the company's")
    stop(connection, batch_id, None)


def go_on(scope: Scope, connection: Connection, batch_id: str, *, again: bool = False) -> None:
    """It goes on at once where it stood; again: what could not be sent is tried once more."""
    scope.require("letters", "letters are the company's")
    own = LETTER_DUE.c.batch_id == batch_id
    waits = {"state": "waiting", "trouble": None, "attempts": 0, "next_try_us": 0}
    if again:
        failed = update(LETTER_DUE).where(own, LETTER_DUE.c.state == "failed")
        connection.execute(failed.values(waits))
    connection.execute(
        update(LETTER_BATCH)
        .where(LETTER_BATCH.c.batch_id == batch_id)
        .where(exists().where(own, LETTER_DUE.c.state == "waiting"))
        .values(state="running", trouble=None, attempts=0, next_try_us=0)
    )


def stop(connection: Connection, batch_id: str, trouble: str | None) -> None:
    """It goes on when a person says so."""
    own = (LETTER_BATCH.c.batch_id == batch_id, LETTER_BATCH.c.state == "running")
    values = {"state": "stopped", "trouble": trouble}
    connection.execute(update(LETTER_BATCH).where(*own).values(values))


def rest(connection: Connection, batch_id: str, trouble: str, now_us: int) -> None:
    """It goes on by itself after a while, ever longer; a day on it is stopped."""
    own = (LETTER_BATCH.c.batch_id == batch_id, LETTER_BATCH.c.state == "running")
    attempts = connection.execute(select(LETTER_BATCH.c.attempts).where(*own)).scalar()
    if attempts is None:
        return
    again_us = next_try_us(attempts, now_us)
    if again_us is None:
        stop(connection, batch_id, trouble)
        return
    values = {"trouble": trouble, "attempts": attempts + 1, "next_try_us": again_us}
    connection.execute(update(LETTER_BATCH).where(*own).values(values))


def wait_for(connection: Connection, due: Due, now_us: int) -> None:
    """The other side said “later”: this one is tried again by itself."""
    values = {
        "attempts": due.attempts + 1,
        "next_try_us": next_try_us(due.attempts, now_us) or now_us,
        "trouble": "later",
    }
    own = LETTER_DUE.c.letter_id == due.letter_id
    connection.execute(update(LETTER_DUE).where(own).values(values))


def settle(connection: Connection, due: Due, went: str) -> None:
    """What became of it; the last one ends the batch, and one that was sent ends its trouble."""
    state, trouble = settled_as(went)
    own = LETTER_DUE.c.letter_id == due.letter_id
    connection.execute(update(LETTER_DUE).where(own).values(state=state, trouble=trouble))
    batch = update(LETTER_BATCH).where(LETTER_BATCH.c.batch_id == due.batch_id)
    if state == "sent":
        troubled = batch.where(LETTER_BATCH.c.attempts > 0)
        connection.execute(troubled.values(attempts=0, trouble=None))
    waiting = exists().where(LETTER_DUE.c.batch_id == due.batch_id, LETTER_DUE.c.state == "waiting")
    over = batch.where(LETTER_BATCH.c.state == "running", ~waiting)
    connection.execute(over.values(state="done", trouble=None))
