"""Reads templates, and what a person was sent."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, select

from campaigns.wording.catalogues import translated
from campaigns.wording.languages import LANGUAGES
from crm.letters.packaged import PACKAGED
from crm.letters.tables import LETTER_SENT, LETTER_TEMPLATE
from crm.letters.template import LetterTemplate, Words
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
    found = {
        name: LetterTemplate(
            name,
            0,
            purpose,
            {
                language: Words(translated(subject, language), translated(body, language))
                for language in LANGUAGES
            },
        )
        for name, (purpose, subject, body) in PACKAGED.items()
    }
    query = select(LETTER_TEMPLATE).order_by(LETTER_TEMPLATE.c.name, LETTER_TEMPLATE.c.version)
    for row in connection.execute(query):
        texts = {each: Words(**told) for each, told in orjson.loads(row.texts).items()}
        found[row.name] = LetterTemplate(row.name, row.version, row.purpose, texts)
    return list(found.values())


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
