"""Accounts into which the rewards of several members went, as the bank's answers say; pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paid:
    """Payments to a member into an account, by way of an employer or, None, to the member."""

    account_key: str
    member: str
    employer: str | None
    reference: str


@dataclass(frozen=True, slots=True)
class Shared:
    """A member's account into which others were paid: who, and one payment's reference of each."""

    account_key: str
    member: str
    others: tuple[str, ...]
    references: tuple[str, ...]


def shared_accounts(paid: Iterable[Paid]) -> list[Shared]:
    """Each member with those whose account is the same, by account and member.

    Whoever was paid by way of one employer alone shares its account with those of whom the same
    is true: that is how it has to be.
    """
    accounts: defaultdict[str, defaultdict[str, set[str | None]]]
    accounts = defaultdict(lambda: defaultdict(set))
    references: dict[tuple[str, str], str] = {}
    for each in paid:
        accounts[each.account_key][each.member].add(each.employer)
        known = references.setdefault((each.account_key, each.member), each.reference)
        references[each.account_key, each.member] = min(known, each.reference)
    found = []
    for account_key, employers in sorted(accounts.items()):
        only = {member: _only_employer(employers[member]) for member in sorted(employers)}
        # Told once for all of one employer: a chain of shops has thousands of clerks.
        apart = {
            employer: tuple(each for each in only if only[each] != employer)
            for employer in set(only.values())
            if employer is not None
        }
        for member, employer in only.items():
            others = None if employer is None else apart[employer]
            if others is None:
                others = tuple(each for each in only if each != member)
            if others:
                told = tuple(references[account_key, each] for each in (member, *others))
                found.append(Shared(account_key, member, others, told))
    return found


def _only_employer(employers: set[str | None]) -> str | None:
    """By way of whom alone somebody was paid; None: in several ways, or without anybody."""
    return next(iter(employers)) if len(employers) == 1 else None
