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
        for member in sorted(employers):
            others = tuple(
                other
                for other in sorted(employers)
                if other != member and not _is_one_employer(employers[member], employers[other])
            )
            if others:
                told = tuple(references[account_key, each] for each in (member, *others))
                found.append(Shared(account_key, member, others, told))
    return found


def _is_one_employer(one: set[str | None], other: set[str | None]) -> bool:
    return one == other and len(one) == 1 and None not in one
