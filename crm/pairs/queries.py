"""Reads the pairs of cards of which a person is asked whether they are one person's."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from crm.consents.uses import Standing, may_show
from crm.identity.clusters import Part
from crm.identity.evidence import parts_of_text
from crm.people.tables import CARD, LINK, PAIR, PERSON
from crm.scope import Scope

PAGE_PAIRS = 20


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two cards; what this viewer may not see is None."""

    card_id: str
    person_id: str
    name: str | None
    sex: str | None
    born: str | None
    phone_tails: str
    region: str | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class AskedPair:
    """Two cards side by side, and what speaks for and against their being one person's."""

    one: Side
    other: Side
    centibits: int
    parts: tuple[Part, ...]


def asked_pairs(scope: Scope, connection: Connection, page: int = 1) -> tuple[list[AskedPair], int]:
    """(one page of them, the heaviest first; how many there are)."""
    scope.require("conflicts", "who is who is the company's to decide")
    total = connection.execute(select(func.count()).select_from(PAIR)).scalar_one()
    order = (PAIR.c.centibits.desc(), PAIR.c.card_id, PAIR.c.other_card_id)
    rows = connection.execute(
        select(PAIR).order_by(*order).limit(PAGE_PAIRS).offset((page - 1) * PAGE_PAIRS)
    ).all()
    sides = _sides(scope, connection, {each for row in rows for each in row[:2]})
    return [
        AskedPair(
            sides[row.card_id], sides[row.other_card_id], row.centibits, parts_of_text(row.parts)
        )
        for row in rows
    ], total


def linked_by_weights(
    scope: Scope, connection: Connection, page: int = 1
) -> tuple[list[AskedPair], int]:
    """(one page of the cards that weights joined to another, the lightest evidence first; how many
    there are)."""
    scope.require("conflicts", "who is who is the company's to decide")
    of_weights = select(LINK.c.card_id, LINK.c.evidence_card_id, LINK.c.parts).where(
        LINK.c.decided_by == "weights"
    )
    found = [
        (sum(weight for _, _, weight in parts), card_id, other_id, parts)
        for card_id, other_id, text in connection.execute(of_weights)
        for parts in (parts_of_text(text),)
    ]
    found.sort(key=lambda each: each[:2])
    shown = found[(page - 1) * PAGE_PAIRS : page * PAGE_PAIRS]
    sides = _sides(scope, connection, {name for each in shown for name in each[1:3]})
    pairs = [AskedPair(sides[one], sides[other], bits, parts) for bits, one, other, parts in shown]
    return pairs, len(found)


def count_cards(scope: Scope, connection: Connection) -> tuple[int, int]:
    """(how many cards there are, how many of them weights joined to another)."""
    scope.require("conflicts", "who is who is the company's to decide")
    joined = select(func.count()).select_from(LINK).where(LINK.c.decided_by == "weights")
    cards = select(func.count()).select_from(CARD).where(CARD.c.erased.is_(False))
    return connection.execute(cards).scalar_one(), connection.execute(joined).scalar_one()


def is_asked(scope: Scope, connection: Connection, card_id: str, other_card_id: str) -> bool:
    """Whether the pair waits for a word."""
    scope.require("conflicts", "who is who is the company's to decide")
    query = select(PAIR.c.card_id).where(
        PAIR.c.card_id == card_id, PAIR.c.other_card_id == other_card_id
    )
    return connection.execute(query).first() is not None


def _sides(scope: Scope, connection: Connection, card_ids: set[str]) -> dict[str, Side]:
    query = (
        select(CARD, LINK.c.person_id, PERSON.c.restricted, PERSON.c.deceased.label("died"))
        .join(LINK, LINK.c.card_id == CARD.c.card_id)
        .join(PERSON, PERSON.c.person_id == LINK.c.person_id)
        .where(CARD.c.card_id.in_(card_ids))
    )
    found = {}
    for row in connection.execute(query):
        standing = Standing(row.restricted, row.died)
        hidden = not may_show(standing, sees_restricted=scope.may("restricted"))
        told = (None, None, None, "", None)
        if not hidden:
            told = (row.name, row.sex, row.born, row.phone_tails, row.region)
        found[row.card_id] = Side(row.card_id, row.person_id, *told, hidden)
    return found
