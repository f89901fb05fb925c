"""Finds what looks made up, of some members or of all."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from itertools import starmap
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    case,
    func,
    literal_column,
    select,
    true,
)

from crm.ledger.tables import REWARD
from crm.members.tables import MEMBER, MEMBER_PHONE
from crm.people.tables import CARD, LINK
from crm.rewards.states import LATE_AFTER_US
from crm.scope import Scope
from crm.watch.accounts import Paid, shared_accounts
from crm.watch.finding import (
    BURST,
    LATE_BY_US,
    MOST_IN_RING,
    ONE_COUNTER,
    ROUND_TRIPS,
    Finding,
    key_of,
)
from crm.watch.rings import ring_through
from crm.watch.tables import PAID_ACCOUNT, WATCH_DECISION

_COUNTS = REWARD.c.bought_on.is_not(None) & REWARD.c.state.not_in(("blocked", "rejected"))


def findings(
    scope: Scope, connection: Connection, members: Collection[str] | None = None
) -> list[Finding]:
    """All findings, the open ones first; of some members alone, or of all."""
    scope.require("money", "rewards and their money")
    these = _of(members)
    found = [
        *_bursts(connection, these),
        *_round_trips(connection, these),
        *_rings(connection, members),
        *_addresses(connection, these),
        *_late_entries(connection, these),
        *_phones(connection, these),
        *_counters(connection, these),
        *_accounts(connection, members),
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


def _of(members: Collection[str] | None) -> ColumnElement[bool]:
    return true() if members is None else REWARD.c.member.in_(sorted(members))


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


def _rings(connection: Connection, members: Collection[str] | None) -> list[Finding]:
    """Rewards for a purchase of a member from whom referrals lead back to the rewarded one."""
    ids = _referred_members(connection, members)
    steps: defaultdict[str, set[str]] = defaultdict(set)
    for member, other in ids:
        steps[member].add(other)
    rings = {
        (member, other): ring_through(steps, member, other)
        for member, other in sorted(ids)
        if members is None or member in members
    }
    return [
        Finding(
            key_of("ring", member, "/".join(ring[1:-1]), ids[member, other]),
            "ring",
            member,
            ids[member, other],
            other=other,
            ring=ring,
        )
        for (member, other), ring in rings.items()
        if ring
    ]


def _referred_members(
    connection: Connection, members: Collection[str] | None
) -> dict[tuple[str, str], tuple[str, ...]]:
    """(member, another member) → the rewards of the one for purchases of the other.

    Of some members with all whom their referrals lead to, as far as a ring may go, in one query.
    """
    theirs = MEMBER.alias("theirs")
    query = _other_members(select(REWARD.c.member, theirs.c.member, REWARD.c.reward_id), theirs)
    if members is not None:
        first = select(MEMBER.c.member, literal_column("1").label("place"))
        ring = first.where(MEMBER.c.member.in_(sorted(members))).cte("ring", recursive=True)
        following = _other_members(select(theirs.c.member, ring.c.place + 1), theirs)
        following = following.join(ring, ring.c.member == REWARD.c.member)
        ring = ring.union(following.where(ring.c.place < MOST_IN_RING))
        query = query.where(REWARD.c.member.in_(select(ring.c.member)))
    return {(one, other): ids for (one, other), ids in _grouped(connection, query).items()}


def _other_members(query: Select[Any], theirs: FromClause) -> Select[Any]:
    """Rewards for purchases of somebody who is a member too, and not the rewarded one."""
    patient, own = LINK.alias("patient"), LINK.alias("own")
    return (
        query.select_from(REWARD)
        .join(patient, patient.c.card_id == REWARD.c.card_id)
        .join(own, own.c.person_id == patient.c.person_id)
        .join(theirs, theirs.c.card_id == own.c.card_id)
        .where(_COUNTS, theirs.c.member != REWARD.c.member)
    )


def _addresses(connection: Connection, these: ColumnElement[bool]) -> list[Finding]:
    """Rewards for purchases of somebody at the house of the member's own card."""
    own, written, at_home = LINK.alias("own"), LINK.alias("written"), CARD.alias("at_home")
    patient, patients, theirs = LINK.alias("patient"), LINK.alias("patients"), CARD.alias("theirs")
    query = (
        select(REWARD.c.member, REWARD.c.reward_id)
        .join(MEMBER, MEMBER.c.member == REWARD.c.member)
        .join(own, own.c.card_id == MEMBER.c.card_id)
        .join(written, written.c.person_id == own.c.person_id)
        .join(at_home, at_home.c.card_id == written.c.card_id)
        .join(patient, patient.c.card_id == REWARD.c.card_id)
        .join(patients, patients.c.person_id == patient.c.person_id)
        .join(theirs, theirs.c.card_id == patients.c.card_id)
        .where(_COUNTS, these, at_home.c.address_key.is_not(None))
        .where(theirs.c.address_key == at_home.c.address_key)
    )
    return [
        Finding(key_of("address", member, "", ids), "address", member, ids)
        for (member,), ids in _grouped(connection, query).items()
    ]


def _late_entries(connection: Connection, these: ColumnElement[bool]) -> list[Finding]:
    """Where an approval of the late referral itself was needed, somebody has looked already."""
    late_us = func.max(REWARD.c.entered_late_us)
    is_late = REWARD.c.entered_late_us.between(LATE_BY_US, LATE_AFTER_US)
    by_member = select(REWARD.c.member, late_us).where(_COUNTS, these, is_late)
    latest = {member: us for member, us in connection.execute(by_member.group_by(REWARD.c.member))}
    query = select(REWARD.c.member, REWARD.c.reward_id).where(_COUNTS, these, is_late)
    return [
        Finding(
            key_of("late_entry", member, "", ids),
            "late_entry",
            member,
            ids,
            late_us=int(latest[member]),
        )
        for (member,), ids in _grouped(connection, query).items()
    ]


def _phones(connection: Connection, these: ColumnElement[bool]) -> list[Finding]:
    """Members of one household may share a phone; whoever is paid for work has one alone."""
    mine, same, theirs = MEMBER_PHONE.alias("mine"), MEMBER_PHONE.alias("same"), MEMBER.alias("t")
    query = (
        select(REWARD.c.member, theirs.c.member, REWARD.c.reward_id)
        .join(MEMBER, MEMBER.c.member == REWARD.c.member)
        .join(mine, mine.c.member == REWARD.c.member)
        .join(same, same.c.phone_key == mine.c.phone_key)
        .join(theirs, theirs.c.member == same.c.member)
        .where(_COUNTS, these, theirs.c.member != REWARD.c.member)
        .where((MEMBER.c.kind != "consumer") | (theirs.c.kind != "consumer"))
    )
    return [
        Finding(key_of("one_phone", member, other, ids), "one_phone", member, ids, other=other)
        for (member, other), ids in _grouped(connection, query).items()
    ]


def _counters(connection: Connection, these: ColumnElement[bool]) -> list[Finding]:
    outlet = REWARD.c.outlet
    always = (
        select(REWARD.c.member)
        .join(MEMBER, MEMBER.c.member == REWARD.c.member)
        .where(_COUNTS, these, MEMBER.c.kind == "doctor")
        .group_by(REWARD.c.member)
        .having((func.count(outlet) == func.count()) & (func.count() >= ONE_COUNTER))
        .having(func.min(outlet) == func.max(outlet))
    )
    query = select(REWARD.c.member, outlet, REWARD.c.reward_id)
    query = query.where(_COUNTS, REWARD.c.member.in_(always))
    return [
        Finding(
            key_of("one_counter", member, counter, ids), "one_counter", member, ids, outlet=counter
        )
        for (member, counter), ids in _grouped(connection, query).items()
    ]


def _accounts(connection: Connection, members: Collection[str] | None) -> list[Finding]:
    """All rewards of whoever was paid into an account of others; it is looked at once for them."""
    theirs = true() if members is None else PAID_ACCOUNT.c.member.in_(sorted(members))
    used = select(PAID_ACCOUNT.c.account_key).where(theirs)
    columns = [PAID_ACCOUNT.c[name] for name in ("account_key", "member", "employer")]
    query = (
        select(*columns, func.min(PAID_ACCOUNT.c.reference))
        .where(PAID_ACCOUNT.c.account_key.in_(used))
        .group_by(*columns)
    )
    shared = [
        each
        for each in shared_accounts(starmap(Paid, connection.execute(query)))
        if members is None or each.member in members
    ]
    if not shared:
        return []
    whose = sorted({each.member for each in shared})
    rewards = select(REWARD.c.member, REWARD.c.reward_id).where(_COUNTS, REWARD.c.member.in_(whose))
    of_member = {member: ids for (member,), ids in _grouped(connection, rewards).items()}
    return [
        Finding(
            key_of("one_account", each.member, "/".join((each.account_key, *each.others)), ()),
            "one_account",
            each.member,
            of_member[each.member],
            others=each.others,
            references=each.references,
        )
        for each in shared
        if each.member in of_member
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
