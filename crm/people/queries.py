"""Finds people: by a card, by name, pinyin, initials or the end of a phone."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from crm.components.index_keys import Digest
from crm.consents.uses import Standing, may_show
from crm.identity.traits import PLACEHOLDER_PHONES
from crm.people.asking import matches, nearness
from crm.people.found import FoundPerson, told_apart
from crm.people.tables import CARD, LINK, PERSON
from crm.scope import Scope
from crm.storage.database import in_pieces

PAGE_ROWS = 50
_PLACEHOLDER_TAILS = {phone[-4:] for phone in PLACEHOLDER_PHONES}

FoundRow = tuple[str, str, str | None, str, str | None, str | None, str | None, bool, bool]


def cards_of(scope: Scope, connection: Connection, name: str) -> tuple[str, ...]:
    """The cards of the person that a card id, or any id the person ever had, leads to."""
    _only_company(scope)
    query = (
        select(LINK.c.person_id)
        .join(CARD, CARD.c.card_id == LINK.c.card_id)
        .where(or_(CARD.c.card_id == name, CARD.c.own_person_id == name))
    )
    person_id = connection.execute(query).scalars().first()
    if person_id is None:
        return ()
    cards = select(LINK.c.card_id).where(LINK.c.person_id == person_id).order_by(LINK.c.card_id)
    return tuple(connection.execute(cards).scalars())


def find_people(
    scope: Scope, connection: Connection, text: str, page: int = 1, digest: Digest | None = None
) -> tuple[list[FoundPerson], int]:
    """(one page of people, how many there are); an empty text finds everybody.

    Restricted archives are found by compliance alone when a name or phone is asked for; elsewhere
    they stand last to everybody else, in the order of ids that say nothing.
    digest: of phones and ID numbers; without it a whole one is found by its last digits alone.
    """
    _only_company(scope)
    query = _people_query(text)
    if text.strip():
        query = query.where(matches(text, digest))
    wanted = Wanted(text, skipped=(page - 1) * PAGE_ROWS)
    rows, total = _listed(scope, connection, query, wanted)
    return _all_found(scope, rows), total


def people_by_id(
    scope: Scope, connection: Connection, person_ids: list[str], page: int = 1
) -> list[FoundPerson]:
    """One page of the given people, in the order of their ids."""
    _only_company(scope)
    wanted = sorted(person_ids)[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    return _named(scope, connection, wanted)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of people is to hold.

    text: as `find_people`; sex: one alone; by: sorted by `name`, `born` or `region`, else the
    nearest first; most, skipped: of the rows.
    """

    text: str = ""
    sex: str = ""
    by: str = ""
    downwards: bool = False
    most: int = PAGE_ROWS
    skipped: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether nothing is asked for but the next page."""
        return not (self.text.strip() or self.sex or self.by)


def list_people(
    scope: Scope,
    connection: Connection,
    wanted: Wanted,
    digest: Digest | None = None,
    among: Collection[str] | None = None,
) -> tuple[list[FoundPerson], int]:
    """(the rows that are wanted, how many there are): of everybody, or of given people."""
    _only_company(scope)
    last = wanted.skipped + wanted.most
    if among is not None and wanted.is_plain:
        return _named(scope, connection, sorted(among)[wanted.skipped : last]), len(among)
    query = _people_query(wanted.text, wanted.by, downwards=wanted.downwards)
    if wanted.text.strip():
        query = query.where(matches(wanted.text, digest))
    if wanted.sex:
        query = query.where(CARD.c.sex == wanted.sex)
    if among is not None:
        open_to, kept = _parted(scope, query, wanted)
        found = [row for part in (open_to, *kept) for row in connection.execute(part)]
        found = [row for row in found if row.person_id in among]
        return _all_found(scope, found[wanted.skipped : last]), len(found)
    rows, total = _listed(scope, connection, query, wanted)
    return _all_found(scope, rows), total


def _parted(
    scope: Scope, query: Select[Any], wanted: Wanted
) -> tuple[Select[Any], tuple[Select[Any], ...]]:
    """(whom this viewer may see by what is asked for, the rest): where somebody stands among the
    others, or that they are there, tells a name, a year and a region as well as the words do."""
    if scope.may("restricted"):
        return query, ()
    open_to = query.where(PERSON.c.restricted.is_(False))
    if wanted.text.strip() or wanted.sex:
        return open_to, ()
    kept = query.where(PERSON.c.restricted).order_by(None).order_by(PERSON.c.person_id)
    return open_to, (kept,)


def _listed(
    scope: Scope, connection: Connection, query: Select[Any], wanted: Wanted
) -> tuple[list[Any], int]:
    """(the rows that are wanted, how many there are): whom the viewer may not see come last."""
    open_to, kept = _parted(scope, query, wanted)
    most, skipped = wanted.most, wanted.skipped
    if not kept:
        looked_for = query.whereclause is not None
        return _counted(connection, open_to, most, skipped, looked_for=looked_for)
    rows, total = _page(connection, open_to, most, skipped), _count(connection, query)
    missing = min(most, total - skipped) - len(rows)
    if missing > 0:
        # Counted from the end, so that nobody has to know how many they are.
        backwards = kept[0].order_by(None).order_by(PERSON.c.person_id.desc())
        after = max(0, total - skipped - most)
        rows += reversed(_page(connection, backwards, missing, after))
    return rows, total


def _counted(
    connection: Connection, query: Select[Any], most: int, skipped: int, *, looked_for: bool
) -> tuple[list[Any], int]:
    """(the rows that are wanted, how many there are): one reading where something is looked for."""
    if looked_for:
        page = query.limit(most).offset(skipped)
        found = connection.execute(page.add_columns(func.count().over())).all()
        if found or not skipped:
            return [tuple(row[:-1]) for row in found], found[0][-1] if found else 0
    return _page(connection, query, most, skipped), _count(connection, query)


def _page(connection: Connection, query: Select[Any], most: int, skipped: int) -> list[Any]:
    return list(connection.execute(query.limit(most).offset(skipped)))


def _count(connection: Connection, query: Select[Any]) -> int:
    counted = select(func.count()).select_from(query.order_by(None).subquery())
    return connection.execute(counted).scalar_one()


_SORTED_BY = {"name": CARD.c.sorted_as, "born": CARD.c.born, "region": CARD.c.region}


def restricted_people(
    scope: Scope, connection: Connection, wanted: Wanted, digest: Digest | None = None
) -> tuple[list[FoundPerson], int]:
    """The same of those whose archive is kept and not used."""
    scope.require("restricted", "restricted archives are compliance's")
    query = _people_query(wanted.text, wanted.by, downwards=wanted.downwards)
    query = query.where(PERSON.c.restricted)
    if wanted.text.strip():
        query = query.where(matches(wanted.text, digest))
    if wanted.sex:
        query = query.where(CARD.c.sex == wanted.sex)
    rows, total = _counted(connection, query, wanted.most, wanted.skipped, looked_for=True)
    return _all_found(scope, rows), total


def may_have_phones(scope: Scope, connection: Connection, ids: Collection[str]) -> set[str]:
    """Those of some people on one of whose cards a number is written that is no placeholder."""
    _only_company(scope)
    found: set[str] = set()
    for piece in in_pieces(list(ids)):
        query = select(LINK.c.person_id, CARD.c.phone_tails)
        query = query.join(CARD, CARD.c.card_id == LINK.c.card_id)
        for person_id, tails in connection.execute(query.where(LINK.c.person_id.in_(piece))):
            if not _PLACEHOLDER_TAILS.issuperset(tails.split()):
                found.add(person_id)
    return found


def _named(scope: Scope, connection: Connection, ids: list[str]) -> list[FoundPerson]:
    found: list[FoundPerson] = []
    for piece in in_pieces(ids):
        query = _people_query().where(PERSON.c.person_id.in_(piece))
        found += [_found(scope, tuple(row)) for row in connection.execute(query)]
    return told_apart(sorted(found, key=lambda person: person.person_id))


def _people_query(text: str = "", by: str = "", *, downwards: bool = False) -> Select[Any]:
    """One row per person: that of the card which gives the person its id; the nearest first."""
    first: tuple[ColumnElement[Any], ...] = nearness(text)
    if by in _SORTED_BY:
        column = _SORTED_BY[by]
        first = ((column.desc() if downwards else column.asc()).nulls_last(),)
    return (
        select(
            PERSON.c.person_id,
            CARD.c.card_id,
            CARD.c.name,
            CARD.c.phone_tails,
            CARD.c.sex,
            CARD.c.born,
            CARD.c.region,
            PERSON.c.deceased,
            PERSON.c.restricted,
        )
        .join(CARD, CARD.c.own_person_id == PERSON.c.person_id)
        # Said in this way an index answers it.
        .order_by(*first, CARD.c.sorted_as.nulls_last(), PERSON.c.person_id)
    )


def _all_found(scope: Scope, rows: Iterable[Any]) -> list[FoundPerson]:
    return told_apart(_found(scope, tuple(row)) for row in rows)


def _found(scope: Scope, row: FoundRow) -> FoundPerson:
    person_id, card_id, name, phone_tails, sex, born, region, deceased, restricted = row
    standing = Standing(restricted, deceased)
    hidden = not may_show(standing, sees_restricted=scope.may("restricted"))
    return FoundPerson(
        person_id,
        card_id,
        None if hidden else name,
        () if hidden else tuple(phone_tails.split()),
        None if hidden else sex,
        None if hidden else born,
        None if hidden else region,
        deceased,
        restricted,
    )


def _only_company(scope: Scope) -> None:
    scope.require("people", "people are the company's; a dealer has its copy")


def standing_of_card(scope: Scope, connection: Connection, card_id: str) -> Standing | None:
    """What holds for the person of a card; None while the card is not recorded."""
    _only_company(scope)
    query = (
        select(PERSON.c.restricted, PERSON.c.deceased)
        .join(LINK, LINK.c.person_id == PERSON.c.person_id)
        .where(LINK.c.card_id == card_id)
    )
    row = connection.execute(query).first()
    return None if row is None else Standing(row.restricted, row.deceased)
