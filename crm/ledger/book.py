"""Writes claims, rewards, balances and the ledger, one step for each event that changed a claim.

The ledger's entries are those of single events in the order of the journal, so it never shows how
the journal was cut into batches. What a step costs hangs on what it changes, not on how many
rewards a member has (crm/rewards/accounts.py).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy import Connection, func, insert, select

from crm.journal.logged_event import EventKey
from crm.ledger.rows import (
    ClaimId,
    OwnedClaim,
    balance_rows,
    claim_row,
    owner_of,
    payment_rows,
    reward_row,
)
from crm.ledger.stored_claims import concerned
from crm.ledger.tables import BALANCE, CLAIM, LEDGER_ENTRY, PAYMENT, REWARD
from crm.rewards.accounts import Balances, MemberAccount, key_of, seen_by_others
from crm.rewards.claims import Claim
from crm.rewards.judgement import JudgedClaim, add_balances
from crm.rewards.postings import Entry, entries
from crm.storage.difference import rewrite, rewrite_between


@dataclass(frozen=True, slots=True)
class ClaimStep:
    """All claims of some subjects, as they stand after the event at a position.

    purchases: those of which alone the claims are given, since no others moved; None: of all.
    """

    position: int
    event: EventKey
    subjects: frozenset[str]
    claims: tuple[OwnedClaim, ...]
    purchases: frozenset[str] | None = None


def write_steps(
    connection: Connection, before: Sequence[OwnedClaim], steps: Sequence[ClaimStep]
) -> int:
    """Take the steps in the order of the journal.

    `before`: the stored claims of all subjects and purchases that the steps are about.
    """
    if not (before or steps):
        return 0
    book = _Book.opened(connection, before, steps)
    # A policy, a day, a member's change moves the claims of several components. What they earned
    # one member is judged together: all that one event moved is booked once.
    for _, of_one in groupby(sorted(steps, key=_position), key=_position):
        book.take(list(of_one))
    return book.write(connection)


def _position(step: ClaimStep) -> int:
    return step.position


@dataclass
class _Book:
    """The claims in hand, and the accounts of the members that they concern."""

    before: Mapping[ClaimId, OwnedClaim]
    """In hand, as they are stored."""
    elsewhere: Mapping[ClaimId, OwnedClaim]
    """Claims of other subjects that concern those in hand."""
    accounts: Mapping[str, MemberAccount]
    claims: dict[ClaimId, OwnedClaim] = field(default_factory=dict)
    """In hand."""
    by_subject: dict[str, set[ClaimId]] = field(default_factory=dict)
    """Of those in hand; the next also of those elsewhere."""
    by_reward: dict[str, set[ClaimId]] = field(default_factory=dict)
    moved: set[tuple[str, str]] = field(default_factory=set)
    """(reward id, member) of whatever may be another one now."""
    booked: list[tuple[int, Entry]] = field(default_factory=list)

    @classmethod
    def opened(
        cls, connection: Connection, before: Sequence[OwnedClaim], steps: Sequence[ClaimStep]
    ) -> "_Book":
        known = {owned.id: owned for owned in before}
        everything = [*before, *(owned for step in steps for owned in step.claims)]
        others, members = concerned(connection, everything, _moved(before, steps))
        elsewhere = {owned.id: owned for owned in others if owned.id not in known}
        mine: dict[str, list[JudgedClaim]] = {member: [] for member in members}
        for owned in (*known.values(), *elsewhere.values()):
            mine[owned.claim.member].append(owned.judged)
        accounts = {member: MemberAccount(claims) for member, claims in mine.items()}
        book = cls(known, elsewhere, accounts)
        for owned in known.values():
            book._add(owned)
        for owned in elsewhere.values():
            book.by_reward.setdefault(owned.claim.reward_id, set()).add(owned.id)
        return book

    def _add(self, owned: OwnedClaim) -> None:
        self.claims[owned.id] = owned
        self.by_subject.setdefault(owned.subject, set()).add(owned.id)
        self.by_reward.setdefault(owned.claim.reward_id, set()).add(owned.id)

    def _drop(self, owned: OwnedClaim) -> None:
        del self.claims[owned.id]
        self.by_subject[owned.subject].remove(owned.id)
        self.by_reward[owned.claim.reward_id].remove(owned.id)

    def take(self, steps: Sequence[ClaimStep]) -> None:
        """One event's effect: the claims it changed, and the entries that follow."""
        position, event = steps[0].position, steps[0].event
        old = {id: self.claims[id] for step in steps for id in self._ids_of(step)}
        new = {owned.id: owned for step in steps for owned in step.claims}
        changed = sorted(id for id in {*old, *new} if old.get(id) != new.get(id))
        if not changed:
            return
        gone = [old[id] for id in changed if id in old]
        fresh = [new[id] for id in changed if id in new]
        self._note_all_under(changed)
        for owned in gone:
            self._drop(owned)
        for owned in fresh:
            self._add(owned)
        self._note_all_under(changed)
        before: Balances = {}
        after: Balances = {}
        for member in sorted({member for _, member, _ in changed}):
            movement = self.accounts[member].change(_of(member, gone), _of(member, fresh))
            self.moved |= {(reward_id, member) for reward_id in movement.rewards}
            for all_of_them, mine in ((before, movement.before), (after, movement.after)):
                for reward_id, balances in mine.items():
                    add_balances(all_of_them, reward_id, balances)
        made = entries(event.source, event.id, before, after)
        self.booked += [(position, entry) for entry in made]

    def _ids_of(self, step: ClaimStep) -> Iterator[ClaimId]:
        """The claims in hand that a step replaces."""
        for subject in step.subjects:
            for id in self.by_subject.get(subject, ()):
                if step.purchases is None or id[2] in step.purchases:
                    yield id

    def _note_all_under(self, changed: Iterable[ClaimId]) -> None:
        """Several under one id, if a payment errs: the row of another may step in, or back."""
        names = {reward_id for reward_id, _, _ in changed}
        self.moved |= {
            (name, member) for name in names for _, member, _ in self.by_reward.get(name, ())
        }

    def write(self, connection: Connection) -> int:
        """Everything that changed."""
        written = self._write_claims(connection)
        moved = sorted(self.moved)
        owners = [owner_of(*each) for each in moved]
        rewards = [
            reward_row(reward)
            for reward_id, member in moved
            if self._keeper(reward_id) == member
            and (reward := self.accounts[member].reward(reward_id)) is not None
        ]
        balances = [
            row
            for reward_id, member in moved
            for row in balance_rows(reward_id, member, self.accounts[member].balances(reward_id))
        ]
        written += rewrite(connection, REWARD, owners, rewards, owner="owner")
        written += rewrite(connection, BALANCE, owners, balances, owner="owner")
        return written + _append(connection, self.booked)

    def _write_claims(self, connection: Connection) -> int:
        """What was read is what is stored, so nothing is read once more."""
        moved = {
            id
            for reward_id, member in self.moved
            for id in self.by_reward.get(reward_id, ())
            if id[1] == member
        }
        ids = moved | (self.before.keys() - self.claims.keys())
        stored = {id: self.before.get(id) or self.elsewhere.get(id) for id in ids}
        current = {id: self.claims.get(id) or self.elsewhere.get(id) for id in moved}
        was = [owned for owned in stored.values() if owned is not None]
        now = [owned for owned in current.values() if owned is not None]
        written = rewrite_between(
            connection,
            CLAIM,
            [claim_row(owned.subject, owned.judged) for owned in was],
            [claim_row(owned.subject, self._judged(owned.claim)) for owned in now],
        )
        return written + rewrite_between(
            connection,
            PAYMENT,
            [row for owned in was for row in payment_rows(owned)],
            [row for owned in now for row in payment_rows(owned)],
        )

    def _judged(self, claim: Claim) -> JudgedClaim:
        return self.accounts[claim.member].judged(key_of(claim))

    def _keeper(self, reward_id: str) -> str | None:
        """The member whose row stands under an id: to whom it is owed, if to anybody."""
        known = (
            self.claims.get(id) or self.elsewhere[id] for id in self.by_reward.get(reward_id, ())
        )
        claims = [owned.claim for owned in known]
        claims.sort(key=lambda claim: (claim.referral_id is None, claim.purchase_id, claim.member))
        return claims[0].member if claims else None


def _moved(before: Iterable[OwnedClaim], steps: Sequence[ClaimStep]) -> list[Claim]:
    """Of all versions of the claims those that caps and tiers must look at anew."""
    asked = Counter(
        (subject, name)
        for step in steps
        for subject in step.subjects
        for name in ([None] if step.purchases is None else step.purchases)
    )
    first = {owned.id: seen_by_others(owned.claim) for owned in before}
    alike: Counter[ClaimId] = Counter()
    moved: list[Claim] = []
    for step in steps:
        for owned in step.claims:
            if first.get(owned.id) == seen_by_others(owned.claim):
                alike[owned.id] += 1
            else:
                moved.append(owned.claim)
    for owned in before:
        times = asked[owned.subject, None] + asked[owned.subject, owned.claim.purchase_id]
        if alike[owned.id] < times:
            moved.append(owned.claim)
    return moved


def _of(member: str, claims: Iterable[OwnedClaim]) -> list[Claim]:
    return [owned.claim for owned in claims if owned.claim.member == member]


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
