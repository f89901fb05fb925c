"""A dealer asks: counted and logged first, then looked up, then answered.

The count stands in the database, so that a restart forgives nothing, and a question counts from
the moment at which it is asked, so that a crash before the answer wins nothing.
"""

import hmac

from sqlalchemy import Connection, Engine, func, insert, select, update

from campaigns.canonical import canonical_json
from campaigns.identifiers import mobile_e164, verified_id_number
from campaigns.times import SECOND_US
from crm.components.as_of import past_of_subjects
from crm.components.event_filter import effective_up_to
from crm.components.index import subjects_tied_to
from crm.components.index_keys import found_key, keyed_digest, keys_of_traits
from crm.components.matched_cards import as_it_stands
from crm.consents.uses import Standing, may_show
from crm.copies.queries import cards_in_copy
from crm.identity.names import simplified
from crm.identity.traits import traits_of
from crm.keyring.keyring import Keyring
from crm.pace import Window
from crm.questions.answer import Answer, Question, answer
from crm.questions.tables import DEALER_QUESTION
from crm.storage.database import reading, writing
from crm.storage.locks import QUESTIONS, hold

LIMITS = (Window(3_600 * SECOND_US, 30), Window(24 * 3_600 * SECOND_US, 200))
"""Questions of one token."""
_TOO_MANY = "too_many"
_TOLD_AGAIN_US = 60 * SECOND_US
"""A flood of questions is one line a minute in the log."""


class TooManyQuestions(Exception):
    """The token has asked as often as it may; wait_seconds: until it may ask again."""

    def __init__(self, wait_seconds: int) -> None:
        super().__init__("too many questions")
        self.wait_seconds = wait_seconds


def ask(
    engine: Engine, keyring: Keyring, actor: str, dealer: str, question: Question, now_us: int
) -> Answer:
    """The answer to a dealer's question; TooManyQuestions when the token must wait."""
    asked = _keyed_hash(keyring, question)
    with writing(engine) as connection:
        hold(connection, QUESTIONS)
        wait_us = _wait_us(connection, actor, now_us)
        number = _log(connection, actor, dealer, asked, now_us, is_refused=wait_us > 0)
    if wait_us > 0:
        raise TooManyQuestions(-(-wait_us // SECOND_US))
    with reading(engine) as connection:
        found = _look_up(connection, keyring, dealer, question, now_us)
    with writing(engine) as connection:
        this = DEALER_QUESTION.c.number == number
        connection.execute(update(DEALER_QUESTION).where(this).values(answer=found))
    return found


def _wait_us(connection: Connection, actor: str, now_us: int) -> int:
    """How long the token must wait, 0 when it may ask."""
    of_actor = (DEALER_QUESTION.c.actor == actor, DEALER_QUESTION.c.answer != _TOO_MANY)
    latest = select(DEALER_QUESTION.c.at_us).where(*of_actor)
    latest = latest.order_by(DEALER_QUESTION.c.at_us.desc()).limit(1)
    return max(
        limit.wait_us(connection.execute(latest.offset(limit.most - 1)).scalar(), now_us)
        for limit in LIMITS
    )


def _log(
    connection: Connection, actor: str, dealer: str, asked: str, now_us: int, *, is_refused: bool
) -> int:
    if is_refused:
        query = select(func.max(DEALER_QUESTION.c.at_us))
        query = query.where(DEALER_QUESTION.c.actor == actor)
        told_us = connection.execute(query.where(DEALER_QUESTION.c.answer == _TOO_MANY)).scalar()
        if told_us is not None and told_us > now_us - _TOLD_AGAIN_US:
            return 0
    row = {
        "at_us": now_us,
        "actor": actor,
        "dealer": dealer,
        "asked": asked,
        "answer": _TOO_MANY if is_refused else "asked",
    }
    made = connection.execute(insert(DEALER_QUESTION).returning(DEALER_QUESTION.c.number), row)
    return int(made.scalar_one())


def _look_up(
    connection: Connection, keyring: Keyring, dealer: str, question: Question, now_us: int
) -> Answer:
    digest = keyed_digest(keyring.secret("ties"))
    keys = keys_of_traits(traits_of(question.as_card()), digest)
    subjects = {
        subject
        for tied in subjects_tied_to(connection, keys | set(map(found_key, keys))).values()
        for subject in tied
        if subject.startswith("card/")
    }
    past = past_of_subjects(connection, keyring, sorted(subjects), now_us, effective_up_to(now_us))
    own = cards_in_copy(past, keyring, dealer)
    usable = {
        card.card_id
        for person in past.persons
        if may_show(Standing(person.restricted, person.deceased), sees_restricted=False)
        for card in person.cards
        if not card.erased
    }
    cards = {name: as_it_stands(past.cards[name]) for name in sorted(usable)}
    return answer(
        question,
        [card for name, card in cards.items() if name in own],
        [card for name, card in cards.items() if name not in own],
        past.context.is_crowded,
    )


def _keyed_hash(keyring: Keyring, question: Question) -> str:
    """The same person asked for again gives the same; without the keyring it tells nothing."""
    asked = {
        "name": simplified(question.name),
        "phone": mobile_e164(question.phone) or question.phone,
        "id_number": verified_id_number(question.id_number or "") or question.id_number,
        "birth_date": question.birth_date and question.birth_date.isoformat(),
        "region": question.region,
    }
    return hmac.digest(keyring.secret("questions"), canonical_json(asked), "sha256").hex()
