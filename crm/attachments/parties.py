"""Whose an attachment is, to which card a party may hand one over, and how much in a day."""

from dataclasses import dataclass
from datetime import date

import orjson
from sqlalchemy import Connection, Engine, delete, select, update

from crm.attachments.store import AttachmentRefused
from crm.attachments.tables import ATTACHMENT_USE
from crm.copies.tables import COPY_ROW
from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.events import JOURNAL
from crm.outcomes.tables import OUTCOME
from crm.people.tables import LINK
from crm.storage.database import insert_new, writing

_MEBIBYTE = 1024 * 1024
_REGISTERED = "card.registered"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a party may hand over in a day."""

    files: int
    bytes: int


OF_A_DEALER = Allowance(2_000, 500 * _MEBIBYTE)
OF_THE_COMPANY = Allowance(40_000, 10_000 * _MEBIBYTE)


def party_of(dealer: str | None) -> str:
    """The party that a credential or an account belongs to."""
    return "company" if dealer is None else f"dealer/{dealer}"


def may_attach(connection: Connection, card_id: str, dealer: str | None) -> bool:
    """Whether evidence of this card is the party's to hand over.

    Of a dealer: a card that it wrote or will write, and one in its own copy.
    """
    if dealer is None:
        return True
    writers = _writers(connection, card_id)
    return not writers or party_of(dealer) in writers or _in_copy(connection, card_id, dealer)


def count_use(engine: Engine, party: str, size_bytes: int, today: date) -> None:
    """Count one attachment of the party; AttachmentRefused("party_full") beyond its allowance."""
    allowance = OF_THE_COMPANY if party == "company" else OF_A_DEALER
    use = ATTACHMENT_USE.c
    with writing(engine) as connection:
        connection.execute(delete(ATTACHMENT_USE).where(use.party == party, use.day < today))
        insert_new(
            connection,
            ATTACHMENT_USE,
            [{"party": party, "day": today, "files": 0, "bytes": 0}],
        )
        counted = (
            update(ATTACHMENT_USE)
            .where(use.party == party, use.day == today)
            .where(use.files < allowance.files, use.bytes + size_bytes <= allowance.bytes)
            .values(files=use.files + 1, bytes=use.bytes + size_bytes)
        )
        if connection.execute(counted).rowcount == 0:
            raise AttachmentRefused("party_full")


def _writers(connection: Connection, card_id: str) -> set[str]:
    """Whose the card is, or may turn out to be while what was said last is not recorded.

    What waits, was rejected or taken back makes it nobody's: ids can be guessed.
    """
    query = (
        select(JOURNAL.c.role, OUTCOME.c.outcome)
        .join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position, isouter=True)
        .where(JOURNAL.c.subject == f"card/{card_id}", JOURNAL.c.type == _REGISTERED)
        .where(JOURNAL.c.position.not_in(select(DEAD_LETTER.c.position)))
    )
    roles: dict[str | None, set[str]] = {}
    for role, outcome in connection.execute(query):
        roles.setdefault(outcome, set()).add(role)
    return roles.get("recorded") or roles.get(None, set())


def _in_copy(connection: Connection, card_id: str, dealer: str) -> bool:
    """Whether the card is one of those that make up a row of the dealer's copy."""
    person = select(LINK.c.person_id).where(LINK.c.card_id == card_id).scalar_subquery()
    cards = connection.execute(select(LINK.c.card_id).where(LINK.c.person_id == person)).scalars()
    subjects = [f"card/{each}" for each in cards]
    rows = select(COPY_ROW.c.cards).where(
        COPY_ROW.c.dealer == dealer, COPY_ROW.c.subject.in_(subjects)
    )
    return any(card_id in orjson.loads(row) for row in connection.execute(rows).scalars())
