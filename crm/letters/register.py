"""Writes templates, and what is sent: before it leaves, and how that went."""

from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, func, insert, select, update

from crm.letters.sending import Way
from crm.letters.tables import LETTER_SENT, LETTER_TEMPLATE
from crm.letters.template import LetterTemplate, check_template
from crm.scope import Scope
from crm.storage.database import insert_new


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
    """One letter on its way; letter_id: made with the form, so that a second tap sends nothing."""

    letter_id: str
    card_id: str
    template: LetterTemplate
    language: str
    way: Way
    at_us: int
    actor: str


def begin(connection: Connection, sending: Sending) -> bool:
    """Keep that it is about to leave; False where it was begun before."""
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
    }
    return bool(insert_new(connection, LETTER_SENT, [row], [LETTER_SENT.c.letter_id]))


def end(connection: Connection, letter_id: str, *, failed: bool) -> None:
    """Keep how it went."""
    state = "failed" if failed else "sent"
    own = LETTER_SENT.c.letter_id == letter_id
    connection.execute(update(LETTER_SENT).where(own).values(state=state))
