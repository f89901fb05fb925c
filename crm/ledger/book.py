"""Writes claims, rewards, balances and the ledger, one step for each event that changed a claim.

The ledger's entries are those of single events in the order of the journal, so it never shows how
the journal was cut into batches.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from sqlalchemy import ColumnElement, Connection, func, insert, select

from crm.journal.logged_event import EventKey
from crm.ledger.rows import (
    Balances,
    ClaimId,
    OwnedClaim,
    balance_rows,
    claim_in,
    claim_row,
    owner_of,
    payment_rows,
    reward_row,
)
from crm.ledger.tables import BALANCE, CLAIM, LEDGER_ENTRY, PAYMENT, REWARD
from crm.rewards.judgement import Reward, judge_claims
from crm.rewards.postings import Entry, entries
from crm.storage.database import in_pieces
from crm.storage.difference import rewrite
from crm.storage.reads import stored_rows


@dataclass(frozen=True, slots=True)
class ClaimStep:
    """All claims of some subjects, as they stand after the event at a position."""

    position: int
    event: EventKey
    subjects: frozenset[str]
    claims: tuple[OwnedClaim, ...]


def stored_claims(connection: Connection, subjects: Iterable[str]) -> list[OwnedClaim]:
    """The claims by purchases of some subjects."""
    rows = stored_rows(connection, (CLAIM.c.subject, CLAIM.c.body), CLAIM.c.subject, subjects)
    return [OwnedClaim(subject, claim_in(body)) for subject, body in rows]


def write_steps(
    connection: Connection, before: Sequence[OwnedClaim], steps: Sequence[ClaimStep]
) -> int:
    """Take the steps in the order of the journal; `before`: the stored claims of all subjects."""
    if not (before or steps):
        return 0
    book = _Book.opened(connection, before, steps)
    for step in _by_event(steps):
        book.take(step)
    return book.write(connection)


def _by_event(steps: Iterable[ClaimStep]) -> Iterator[ClaimStep]:
    """One step for each event, in the order of the journal.

    A policy, a day, a member's change moves the claims of several components. What they earned one
    member is judged together, so that each would move the others' rewards as well: all that one
    event moved is booked once.
    """
    for _, of_one in groupby(sorted(steps, key=_position), key=_position):
        first, *others = of_one
        if others:
            subjects = first.subjects.union(*(step.subjects for step in others))
            claims = (*first.claims, *(claim for step in others for claim in step.claims))
            first = replace(first, subjects=subjects, claims=claims)
        yield first


def _position(step: ClaimStep) -> int:
    return step.position


@dataclass
class _Book:
    """The claims in hand, and the balances that they come to."""

    subjects: set[str]
    claims: dict[ClaimId, OwnedClaim] = field(default_factory=dict)
    elsewhere: dict[ClaimId, OwnedClaim] = field(default_factory=dict)
    """Claims of other subjects that concern those in hand."""
    by_subject: dict[str, set[ClaimId]] = field(default_factory=dict)
    """Of the claims in hand; the next two also of those elsewhere."""
    by_member: dict[str, set[ClaimId]] = field(default_factory=dict)
    by_reward: dict[str, set[ClaimId]] = field(default_factory=dict)
    members_changed: set[str] = field(default_factory=set)
    """Members."""
    balances: dict[str, Balances] = field(default_factory=dict)
    rewards: dict[str, tuple[Reward, ...]] = field(default_factory=dict)
    owners: set[str] = field(default_factory=set)
    booked: list[tuple[int, Entry]] = field(default_factory=list)

    @classmethod
    def opened(
        cls, connection: Connection, before: Sequence[OwnedClaim], steps: Sequence[ClaimStep]
    ) -> "_Book":
        everything = [*before, *(claim for step in steps for claim in step.claims)]
        subjects = {subject for step in steps for subject in step.subjects}
        subjects |= {claim.subject for claim in before}
        book = cls(subjects)
        for claim in before:
            book._add(claim)
        for claim in _concerned(connection, everything, subjects):
            book.elsewhere[claim.id] = claim
            book._note(claim)
        for member in book.members_of({claim.claim.reward_id for claim in everything}):
            book.judge(member)
        for member in {claim.claim.member for claim in everything} - book.balances.keys():
            book.judge(member)
        return book

    def _add(self, owned: OwnedClaim) -> None:
        self.claims[owned.id] = owned
        self.by_subject.setdefault(owned.subject, set()).add(owned.id)
        self._note(owned)

    def _note(self, owned: OwnedClaim) -> None:
        self.by_member.setdefault(owned.claim.member, set()).add(owned.id)
        self.by_reward.setdefault(owned.claim.reward_id, set()).add(owned.id)

    def _drop(self, owned: OwnedClaim) -> None:
        del self.claims[owned.id]
        self.by_subject[owned.subject].remove(owned.id)
        self.by_member[owned.claim.member].remove(owned.id)
        self.by_reward[owned.claim.reward_id].remove(owned.id)

    def members_of(self, reward_ids: set[str]) -> set[str]:
        """Whoever has a claim under one of the ids; several under one, if a payment errs."""
        return {member for each in reward_ids for _, member, _ in self.by_reward.get(each, ())}

    def judge(self, member: str) -> None:
        """What the member's claims come to now."""
        known = (self.claims.get(id) or self.elsewhere[id] for id in self.by_member.get(member, ()))
        mine = [owned.claim for owned in known]
        judgement = judge_claims(
            sorted(mine, key=lambda claim: (claim.reward_id, claim.purchase_id))
        )
        self.rewards[member] = judgement.rewards
        self.balances[member] = {
            reward_id: dict(accounts) for reward_id, accounts in judgement.balances.items()
        }
        self.owners |= {owner_of(claim.reward_id, member) for claim in mine}

    def take(self, step: ClaimStep) -> None:
        """One event's effect: the claims it changed, and the entries that follow."""
        old = {
            id: self.claims[id]
            for subject in step.subjects
            for id in self.by_subject.get(subject, ())
        }
        new = {owned.id: owned for owned in step.claims}
        if old == new:
            return
        changed = [id for id in {*old, *new} if old.get(id) != new.get(id)]
        concerned = self.members_of({reward_id for reward_id, _, _ in changed})
        members = sorted({member for _, member, _ in changed} | concerned)
        before = _merged(self.balances.get(member, {}) for member in members)
        for owned in old.values():
            self._drop(owned)
        for owned in new.values():
            self._add(owned)
        for member in members:
            self.members_changed.add(member)
            self.judge(member)
        after = _merged(self.balances[member] for member in members)
        made = entries(step.event.source, step.event.id, before, after)
        self.booked += [(step.position, entry) for entry in made]

    def _keepers(self) -> dict[str, str]:
        """Reward id → the member whose row stands under it: to whom it is owed, if to anybody."""
        known = [owned.claim for owned in (*self.claims.values(), *self.elsewhere.values())]
        known.sort(key=lambda claim: (claim.referral_id is None, claim.purchase_id, claim.member))
        return {claim.reward_id: claim.member for claim in reversed(known)}

    def write(self, connection: Connection) -> int:
        """Everything that changed."""
        claims = self.claims.values()
        written = rewrite(connection, CLAIM, self.subjects, map(claim_row, claims))
        paid = [row for owned in claims for row in payment_rows(owned)]
        written += rewrite(connection, PAYMENT, self.subjects, paid)
        keeper = self._keepers()
        rewards = [
            reward
            for member in sorted(self.members_changed)
            for reward in self.rewards[member]
            if keeper[reward.reward_id] == member
        ]
        owners = {owner for owner in self.owners if owner.partition("/")[2] in self.members_changed}
        written += rewrite(connection, REWARD, owners, map(reward_row, rewards), owner="owner")
        balances = [
            row
            for member in sorted(self.members_changed)
            for row in balance_rows(member, self.balances)
        ]
        written += rewrite(connection, BALANCE, owners, balances, owner="owner")
        return written + _append(connection, self.booked)


def _concerned(
    connection: Connection, claims: Sequence[OwnedClaim], subjects: set[str]
) -> list[OwnedClaim]:
    """Claims of other subjects that are judged together with these."""
    same_id = _read(connection, CLAIM.c.reward_id, {owned.claim.reward_id for owned in claims})
    members = {owned.claim.member for owned in (*claims, *same_id)}
    pooled = _read(connection, CLAIM.c.member, members, CLAIM.c.pooled)
    known = [*claims, *same_id, *pooled]
    # A cap looks at all that the member earned, capped or not.
    capped = {owned.claim.member for owned in known if owned.claim.looks_at_others}
    found = [*same_id, *pooled, *_read(connection, CLAIM.c.member, capped)]
    return list({owned.id: owned for owned in found if owned.subject not in subjects}.values())


def _read(
    connection: Connection,
    column: ColumnElement[str],
    values: Iterable[str],
    only: ColumnElement[bool] | None = None,
) -> list[OwnedClaim]:
    found = []
    for piece in in_pieces(sorted(values)):
        query = select(CLAIM.c.subject, CLAIM.c.body).where(column.in_(piece))
        rows = connection.execute(query if only is None else query.where(only))
        found += [OwnedClaim(subject, claim_in(body)) for subject, body in rows]
    return found


def _merged(balances: Iterable[Balances]) -> Balances:
    merged: Balances = {}
    for of_member in balances:
        for reward_id, accounts in of_member.items():
            together = merged.setdefault(reward_id, {})
            for account, amount_fen in accounts.items():
                together[account] = together.get(account, 0) + amount_fen
    return merged


def _append(connection: Connection, booked: Sequence[tuple[int, Entry]]) -> int:
    if not booked:
        return 0
    last = connection.execute(select(func.max(LEDGER_ENTRY.c.number))).scalar() or 0
    connection.execute(
        insert(LEDGER_ENTRY),
        [
            {
                "entry_id": entry.entry_id,
                "number": number,
                "position": position,
                "reward_id": entry.reward_id,
                "account": entry.account,
                "amount_fen": entry.amount_fen,
                "reason": entry.reason,
            }
            for number, (position, entry) in enumerate(booked, start=last + 1)
        ],
    )
    return len(booked)
