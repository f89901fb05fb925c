"""Where two parties claim one id: one of them has it, and headquarters must know of the other."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Select, select

from campaigns.catalogue import CATALOGUE
from crm.components.index import subjects_tied_to
from crm.journal.events import JOURNAL
from crm.journal.logged_event import COMPANY
from crm.outcomes.tables import OUTCOME, UNUSUAL
from crm.scope import Scope
from crm.storage.database import in_pieces

_CREATING = tuple(name for name, kind in CATALOGUE.items() if kind.creates is not None)
_ROWS_AT_ONCE = 1_000
Thing = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Claim:
    """Who said that it brought the thing into being: a party, and its event."""

    party: str
    source: str
    id: str
    received_us: int


@dataclass(frozen=True, slots=True)
class Clash:
    """One thing (`kind`, `name`) that stands by one party's word, and the word of another."""

    kind: str
    name: str
    stands: Claim
    refused: Claim


def clashes(scope: Scope, connection: Connection) -> list[Clash]:
    """All of them, the newest first, in one order whatever came first; for headquarters."""
    scope.require("runs", "clashes are for headquarters")
    refused = _events().where(UNUSUAL, OUTCOME.c.outcome == "rejected")
    refused = refused.where(OUTCOME.c.reason.in_(("already_exists", "card_taken")))
    newest = refused.order_by(JOURNAL.c.received_us.desc(), JOURNAL.c.source, JOURNAL.c.id)
    rows = connection.execute(newest, _STREAMED)
    found: list[Clash] = []
    for piece in rows.partitions(_ROWS_AT_ONCE):
        second = [(_thing(row), _claim(row)) for row in piece]
        standing = _standing(connection, {thing for thing, _ in second})
        found += _between_parties(second, standing)
    return found


_STREAMED = {"yield_per": _ROWS_AT_ONCE}


def _between_parties(
    second: Iterable[tuple[Thing, Claim]], standing: Mapping[Thing, Claim]
) -> Iterator[Clash]:
    for thing, claim in second:
        stands = standing.get(thing)
        if stands is not None and stands.party != claim.party:
            yield Clash(*thing, stands, claim)


def _standing(connection: Connection, things: set[Thing]) -> dict[Thing, Claim]:
    """By whose word each thing stands."""
    keys = {f"{kind}/{name}": (kind, name) for kind, name in things}
    subjects = {key for key, (kind, _) in keys.items() if kind in ("card", "activity", "member")}
    subjects |= {
        subject for tied in subjects_tied_to(connection, keys).values() for subject in tied
    }
    found: dict[Thing, Claim] = {}
    for piece in in_pieces(sorted(subjects)):
        of_subjects = _events().where(
            JOURNAL.c.subject.in_(piece), OUTCOME.c.outcome == "recorded", OUTCOME.c.changes
        )
        for row in connection.execute(of_subjects):
            if (thing := _thing(row)) in things:
                found[thing] = _claim(row)
    return found


def _events() -> Select[Any]:
    columns = JOURNAL.c.type, JOURNAL.c.plain, JOURNAL.c.role, JOURNAL.c.source, JOURNAL.c.id
    query = select(*columns, JOURNAL.c.received_us)
    query = query.join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
    return query.where(JOURNAL.c.type.in_(_CREATING))


def _thing(row: Row[Any]) -> Thing:
    creates = CATALOGUE[row.type].creates
    assert creates is not None
    return creates[0], orjson.loads(row.plain)[creates[1]]


def _claim(row: Row[Any]) -> Claim:
    party = row.role if row.role.startswith("dealer") else COMPANY
    return Claim(party, row.source, row.id, row.received_us)
