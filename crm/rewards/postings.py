"""Double entry, integer fen, append-only: what each state books, and the entries of a change.

Debit is positive, credit negative. A reward's balances sum to zero, so does every pair of entries.
Nothing is ever updated: what is no longer due is booked the other way round, with its reason.

Decided here, where the published rules are silent: once something was paid, the rest is payable;
a set-off is booked on the reward whose payment fell short, so each reward sums to zero by itself.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from msgspec import Struct

from campaigns.ids import derived_id

EXPENSE = "company:reward_expense"
BANK = "company:bank"

Balances = Mapping[str, int]
"""Account → balance in fen of one reward; accounts at zero are left out."""

Side = tuple[str, int]
"""An account and by how much it rises, or falls: in fen, more than none."""

_NAMES = {
    ("reward_expense", "held"): "earned",
    ("reward_expense", "payable"): "earned",
    ("held", "payable"): "released",
    ("payable", "bank"): "paid",
    ("held", "bank"): "paid",
    ("reward_expense", "bank"): "paid",
    ("receivable", "bank"): "overpaid",
    ("receivable", "reward_expense"): "clawed_back",
    ("payable", "receivable"): "set_off",
    ("held", "receivable"): "set_off",
}
_RANKS = {"receivable": 0, "payable": 1, "held": 2, "reward_expense": 3, "bank": 4}
_NOTHING: Balances = MappingProxyType({})


class Posting(Struct, frozen=True, gc=False):
    """One side of a pair: debit positive, credit negative; the reason says why it was booked."""

    account: str
    amount_fen: int
    reason: str


class Entry(Struct, frozen=True, gc=False):
    """A posting as it stands in the ledger, with the event that caused it."""

    entry_id: str
    source: str
    id: str
    reward_id: str
    account: str
    amount_fen: int
    reason: str


def held_account(member: str) -> str:
    """What a member may get after the hold."""
    return f"member:{member}:held"


def payable_account(member: str) -> str:
    """What is owed to a member now."""
    return f"member:{member}:payable"


def receivable_account(member: str) -> str:
    """What a member was paid and owes back."""
    return f"member:{member}:receivable"


def balances_of(
    member: str, *, held: bool, due_fen: int, paid_fen: int, set_off: bool = False
) -> dict[str, int]:
    """The balances of one reward: what is due, what was paid of it, and the rest.

    `set_off`: what the payment fell short by is kept against the member's receivable.
    """
    rest_fen = due_fen - paid_fen
    if rest_fen < 0 or set_off:
        rest_account = receivable_account(member)
    elif held and not paid_fen:
        rest_account = held_account(member)
    else:
        rest_account = payable_account(member)
    booked = {EXPENSE: due_fen, BANK: -paid_fen, rest_account: -rest_fen}
    return {account: amount_fen for account, amount_fen in booked.items() if amount_fen}


def postings(before: Balances, after: Balances) -> tuple[Posting, ...]:
    """The postings that lead one reward from its balances before to those after.

    They come in pairs, debit first, each of which sums to zero; the same balances give the same.
    """
    debits: list[Side] = []
    credits: list[Side] = []
    for account in {**before, **after}:
        fen = after.get(account, 0) - before.get(account, 0)
        if fen > 0:
            debits.append((account, fen))
        elif fen:
            credits.append((account, -fen))
    for sides in (debits, credits):
        if len(sides) > 1:
            sides.sort(key=_rank, reverse=True)
    return tuple(_pairs(debits, credits))


def entries(
    source: str,
    id: str,
    before: Mapping[str, Balances],
    after: Mapping[str, Balances],
) -> tuple[Entry, ...]:
    """The ledger entries of one event, from the balances by reward before it to those after."""
    made: list[Entry] = []
    for reward_id in sorted({**before, **after}):
        changed = postings(before.get(reward_id, _NOTHING), after.get(reward_id, _NOTHING))
        for number, posting in enumerate(changed):
            entry_id = derived_id("entry", source, id, reward_id, str(number))
            account, amount_fen, reason = posting.account, posting.amount_fen, posting.reason
            made.append(Entry(entry_id, source, id, reward_id, account, amount_fen, reason))
    return tuple(made)


def _pairs(debits: list[Side], credits: list[Side]) -> Iterator[Posting]:
    """Debits against credits from the end of both, each pair as large as both sides allow."""
    while debits and credits:
        (debit, debit_fen), (credit, credit_fen) = debits.pop(), credits.pop()
        amount_fen = min(debit_fen, credit_fen)
        reason = _reason(debit, credit)
        yield Posting(debit, amount_fen, reason)
        yield Posting(credit, -amount_fen, reason)
        if debit_fen > amount_fen:
            debits.append((debit, debit_fen - amount_fen))
        elif credit_fen > amount_fen:
            credits.append((credit, credit_fen - amount_fen))


def _reason(debit: str, credit: str) -> str:
    """What a pair of accounts means; the same pair the other way round reverses it."""
    kinds = _kind(debit), _kind(credit)
    return _NAMES.get(kinds) or _NAMES.get(kinds[::-1], "moved") + "_reversed"


def _kind(account: str) -> str:
    return account[account.rfind(":") + 1 :]


def _rank(side: Side) -> tuple[int, str]:
    return _RANKS[_kind(side[0])], side[0]
