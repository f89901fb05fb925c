"""Finds what looks made up, of some members or of all."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, select, true

from crm.ledger.tables import REWARD
from crm.members.tables import MEMBER
from crm.people.tables import LINK
from crm.scope import Scope
from crm.watch.finding import BURST, ROUND_TRIPS, Finding, key_of
from crm.watch.tables import WATCH_DECISION

_COUNTS = REWARD.c.bought_on.is_not(None) & REWARD.c.state.not_in(("blocked", "rejected"))


def findings(
    scope: Scope, connection: Connection, members: Collection[str] | None = None
) -> list[Finding]:
    """All findings, the open ones first; of some members alone, or of all."""
    scope.require("money", "rewards and their money")
    these = true() if members is None else REWARD.c.member.in_(sorted(members))
    found = [
        *_bursts(connection, these),
        *_round_trips(connection, these),
        *_rings(connection, these),
    ]
    decided = _decided(connection, [each.key for each in found])
    told = [replace(each, **decided.get(each.key, {})) for each in found]
    return sorted(told, key=lambda each: (each.decided_by is not None, each.key))


def watched(scope: Scope, connection: Connection, members: Collection[str]) -> set[str]:
    """The rewards of some members that wait for somebody to decide on a finding."""
    return {
        reward_id
        for each in findings(scope, connection, members)
        if each.decided_by is None
        for reward_id in each.reward_ids
    }


def _bursts(connection: Connection, these: ColumnElement[bool]) -> list[Finding]:
    by = REWARD.c.member, REWARD.c.bought_on
    many = select(*by).where(_COUNTS, these).group_by(*by).having(func.count() >= BURST)
    rows = many.subquery()
    query = (
        select(*by, REWARD.c.reward_id)
        .join(rows, (rows.c.member == by[0]) & (rows.c.bought_on == by[1]))
        .where(_COUNTS)
    )
    return [
        Finding(key_of("burst", member, str(day), ids), "burst", member, ids, day)
        for (member, day), ids in _grouped(connection, query).items()
    ]


def _round_trips(connection: Connection, these: ColumnElement[bool]) -> list[Finding]:
    is_back = REWARD.c.returned >= REWARD.c.quantity
    back = func.sum(case((is_back, 1), else_=0))
    often = (
        select(REWARD.c.member)
        .where(_COUNTS, these)
        .group_by(REWARD.c.member)
        .having((back >= ROUND_TRIPS) & (back * 2 >= func.count()))
    )
    query = select(REWARD.c.member, REWARD.c.reward_id).where(
        _COUNTS, is_back, REWARD.c.member.in_(often)
    )
    return [
        Finding(key_of("round_trips", member, "", ids), "round_trips", member, ids)
        for (member,), ids in _grouped(connection, query).items()
    ]


def _rings(connection: Connection, these: ColumnElement[bool]) -> list[Finding]:
    """Rewards for a purchase of another member, who has one for a purchase of this one."""
    theirs, back = MEMBER.alias("theirs"), REWARD.alias("back")
    patient, own = LINK.alias("patient"), LINK.alias("own")
    mine, their_card, back_card = MEMBER.alias("mine"), LINK.alias("tc"), LINK.alias("bc")
    query = (
        select(REWARD.c.member, theirs.c.member, REWARD.c.reward_id)
        .join(patient, patient.c.card_id == REWARD.c.card_id)
        .join(their_card, their_card.c.person_id == patient.c.person_id)
        .join(theirs, theirs.c.card_id == their_card.c.card_id)
        .join(mine, mine.c.member == REWARD.c.member)
        .join(own, own.c.card_id == mine.c.card_id)
        .join(back_card, back_card.c.person_id == own.c.person_id)
        .join(back, (back.c.card_id == back_card.c.card_id) & (back.c.member == theirs.c.member))
        .where(_COUNTS, these, theirs.c.member != REWARD.c.member)
        .where(back.c.bought_on.is_not(None), back.c.state.not_in(("blocked", "rejected")))
    )
    return [
        Finding(key_of("ring", member, other, ids), "ring", member, ids, other=other)
        for (member, other), ids in _grouped(connection, query).items()
    ]


def _grouped(connection: Connection, query: Select[Any]) -> dict[tuple[Any, ...], tuple[str, ...]]:
    """What stands before the last column → the ids in it, sorted."""
    found: defaultdict[tuple[Any, ...], set[str]] = defaultdict(set)
    for *about, reward_id in connection.execute(query):
        found[tuple(about)].add(reward_id)
    return {about: tuple(sorted(ids)) for about, ids in sorted(found.items())}


def _decided(connection: Connection, keys: list[str]) -> dict[str, dict[str, Any]]:
    columns = WATCH_DECISION.c.decided_by, WATCH_DECISION.c.decided_us
    query = select(WATCH_DECISION.c.key, *columns).where(WATCH_DECISION.c.key.in_(keys))
    return {
        row.key: {"decided_by": row.decided_by, "decided_us": row.decided_us}
        for row in connection.execute(query)
    }
