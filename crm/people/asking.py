"""What is asked to find people: conditions on cards of what is typed, or everybody in turn."""

import re
import unicodedata
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, case, false, or_, select, union

from campaigns.identifiers import (
    EARLIEST_BIRTH_YEAR,
    LATEST_BIRTH_YEAR,
    mobile_e164,
    verified_id_number,
)
from campaigns.marks import visible
from crm.components.index import TIE
from crm.components.index_keys import Digest, found_key, id_key, phone_key
from crm.identity.names import pinyin, simplified
from crm.people.linked import card_of
from crm.people.tables import CARD, LINK, PERSON
from crm.scope import Scope

_TAIL_DIGITS = 4
_HOMOPHONE = re.compile(r"[\u3400-\u9fff]{2,}")
_DAY = re.compile(r"(\d{4})[-./年]?(\d{1,2})[-./月]?(\d{1,2})日?")
_YEAR = re.compile(r"(\d{4})年?(?:生|出生)?")
_CARD_NUMBER = re.compile(r"[0-9a-fA-F]{8}")
_ID = re.compile(r"[A-Za-z0-9_.:-]{3,64}")
_LETTERS = re.compile(r"[a-zü'’]+")


def matches(text: str, digest: Digest | None) -> ColumnElement[bool]:
    """Whether any card of the person fits: the whole text, or every word of it somewhere."""
    plain = unicodedata.normalize("NFKC", visible(text)).strip()
    words = plain.split()
    # A part of its own for each way to fit: each is answered from its own index.
    parts = [select(CARD.c.card_id).where(way) for way in _ways("".join(words), digest)]
    if len(words) > 1:
        every = and_(*(or_(false(), *_ways(word, digest)) for word in words))
        parts.append(select(CARD.c.card_id).where(every))
    if not parts:
        return false()
    fitting = select(LINK.c.person_id).where(LINK.c.card_id.in_(union(*parts)))
    return PERSON.c.person_id.in_(fitting)


def ids_after(scope: Scope, connection: Connection, after: str, limit: int) -> list[str]:
    """The ids of the people that follow one, in order."""
    scope.require("people", "people are the company's; a dealer has its copy")
    query = select(PERSON.c.person_id).where(PERSON.c.person_id > after)
    return list(connection.execute(query.order_by(PERSON.c.person_id).limit(limit)).scalars())


def nearness(text: str) -> tuple[ColumnElement[int], ...]:
    """How near a name is to what was asked for: the same, beginning with it, holding it, else.

    In letters the same: who is called Xia comes before whose given name it is.
    """
    plain = simplified(text)
    if not plain:
        return ()
    letters = "".join(text.lower().split())
    if _LETTERS.fullmatch(letters):
        sound = _sound(letters)
        return (
            case(
                (or_(CARD.c.pinyin == sound, CARD.c.initials == sound), 0),
                (CARD.c.pinyin.startswith(sound, autoescape=True), 1),
                (CARD.c.given.startswith(sound, autoescape=True), 2),
                else_=3,
            ),
        )
    return (
        case(
            (CARD.c.plain == plain, 0),
            (CARD.c.plain.startswith(plain, autoescape=True), 1),
            (CARD.c.plain.contains(plain, autoescape=True), 2),
            else_=3,
        ),
    )


def _ways(word: str, digest: Digest | None) -> list[ColumnElement[bool]]:
    """Each way in which a card fits a word."""
    name = simplified(word)
    found = [CARD.c.plain.contains(name, autoescape=True)] if name else []
    letters = word.lower()
    if _LETTERS.fullmatch(letters):
        sound = _sound(letters)
        columns = (CARD.c.pinyin, CARD.c.given, CARD.c.initials)
        found += [_begins(column, sound) for column in columns]
    if _HOMOPHONE.fullmatch(name):
        sound = pinyin(name).replace("'", "")
        found += [CARD.c.pinyin == sound, CARD.c.given == sound]
    return [*found, *_numbers(word, digest)]


def _sound(letters: str) -> str:
    """Letters as names are kept in them."""
    return letters.replace("'", "").replace("’", "").replace("ü", "v")


def _begins(column: ColumnElement[str], sound: str) -> ColumnElement[bool]:
    """Whether it begins with Latin letters, asked so that an index answers."""
    exact = column.startswith(sound, autoescape=True)
    stem = sound.rstrip("z")
    if not stem:
        return exact
    return and_(column >= sound, column < stem[:-1] + chr(ord(stem[-1]) + 1), exact)


def _numbers(word: str, digest: Digest | None) -> list[ColumnElement[bool]]:
    mobile, id_number = mobile_e164(word), verified_id_number(word)
    if digest is not None and mobile is not None:
        return [_tied(phone_key(mobile, digest))]
    if digest is not None and id_number is not None:
        return [_tied(id_key(id_number, digest))]
    found = []
    if mobile is not None or word.isdigit():
        tail = (mobile or word)[-_TAIL_DIGITS:]
        found.append(CARD.c.phone_tails.contains(tail, autoescape=True))
    if _CARD_NUMBER.fullmatch(word):
        found += numbered(word)
    if _ID.fullmatch(word):
        found.append(CARD.c.card_id == word)
    year, day = _YEAR.fullmatch(word), _DAY.fullmatch(word)
    if year is not None and EARLIEST_BIRTH_YEAR <= int(year[1]) <= LATEST_BIRTH_YEAR:
        found.append(CARD.c.born.startswith(year[1]))
    if day is not None and (born := _date(*map(int, day.groups()))) is not None:
        found.append(CARD.c.born == born)
    return found


def numbered(number: str) -> tuple[ColumnElement[bool], ...]:
    """Each way in which a card has a short number, as it stands on paper and on pages: its drawn id
    begins so, or it is that of an id that a sender made."""
    begins = number.lower()
    drawn = and_(CARD.c.card_id >= f"{begins}-", CARD.c.card_id < f"{begins}.")
    return drawn, CARD.c.number == number.upper()


def _tied(key: str) -> ColumnElement[bool]:
    tied = TIE.c.key.in_((key, found_key(key)))
    return CARD.c.card_id.in_(select(card_of(TIE.c.subject)).where(tied))


def _date(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
