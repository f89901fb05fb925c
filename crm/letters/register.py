"""Writes templates, and what is sent: before it leaves, and how that went."""

from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, func, insert, select, update

from crm.letters.sending import Way
from crm.letters.tables import LETTER_SENT, LETTER_TEMPLATE
from crm.letters.template import LetterTemplate, check_template
from crm.people.tables import LINK
from crm.scope import Scope
from crm.storage.database import insert_new
from crm.storage.locks import SENDING, hold


def add_template(
    scope: Scope, connection: Connection, template: LetterTemplate, actor: str, now_us: int
) -> int:
    """Keep a template as the next version of its name, which is returned; TemplateInvalid."""
    scope.require("decides", "headquarters writes the letters")
    check_template(template)
    latest = select(func.max(LETTER_TEMPLATE.c.version)).where(
        LETTER_TEMPLATE.c.name == template.name
    )
    version = int(connection.execute(latest).scalar() or 0) + 1
    texts = {
        language: {"subject": words.subject, "body": words.body}
        for language, words in template.texts.items()
    }
    row = {
        "name": template.name,
        "version": version,
        "purpose": template.purpose,
        "texts": orjson.dumps(texts),
        "at_us": now_us,
        "actor": actor,
    }
    connection.execute(insert(LETTER_TEMPLATE), [row])
    return version


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
    """Keep that it is about to leave; False where it was begun before, or its person has it."""
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
    return bool(insert_new(connection, LETTER_SENT, [row], [LETTER_SENT.c.letter_id]))


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
