"""Reads the stored claims that are judged together with others.

Of a member's thousands these are few: what was paid another amount than is due, for set-offs; a
month's or year's, where a cap or a tier looks at all of them; what stands under the same id.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, select

from crm.ledger.rows import OwnedClaim, claim_in, month_name
from crm.ledger.tables import CLAIM
from crm.rewards.accounts import Month, month_of
from crm.rewards.claims import Claim
from crm.storage.reads import Among, found_rows, stored_rows
from crm.storage.statements import Values

_OWNED = CLAIM.c.subject, CLAIM.c.body, CLAIM.c.granted_fen, CLAIM.c.due_fen


def stored_claims(connection: Connection, subjects: Iterable[str]) -> list[OwnedClaim]:
    """The claims by purchases of some subjects."""
    return _owned(stored_rows(connection, _OWNED, CLAIM.c.subject, subjects))


def stored_claims_of(
    connection: Connection, purchases: Iterable[tuple[str, str]]
) -> list[OwnedClaim]:
    """The claims by some purchases: (subject, purchase id)."""
    where = CLAIM.c.subject, CLAIM.c.purchase_id
    return _owned(stored_rows(connection, _OWNED, where, sorted(purchases)))


def concerned(
    connection: Connection, claims: Iterable[OwnedClaim], moved: Sequence[Claim]
) -> tuple[list[OwnedClaim], set[str]]:
    """Stored claims that concern these, which may be among them, and the members to be judged.

    moved: of these and what they will be, those that caps and tiers must look at anew. Two stand
    under one id where a payment errs: what is owed to nobody was paid all the same, so it is
    unsettled, and is there with the other.
    """
    claims = list(claims)
    names = {owned.claim.reward_id for owned in claims}
    same = _owned(stored_rows(connection, _OWNED, CLAIM.c.reward_id, sorted(names)))
    members = {owned.claim.member for owned in (*claims, *same)}
    unsettled = _owned(found_rows(connection, _unsettled, members=sorted(members)))
    where = CLAIM.c.member, CLAIM.c.month
    seen = _owned(stored_rows(connection, _OWNED, where, _months(connection, moved)))
    return [*same, *unsettled, *seen], members


def _months(connection: Connection, moved: Sequence[Claim]) -> list[tuple[str, str]]:
    """(member, month) of all that look at what moved, or at which it looks."""
    looked_at: set[tuple[str, str, str]] = set()
    touched: set[tuple[str, Month]] = set()
    for claim in moved:
        month = month_of(claim)
        if month is not None:
            touched.add((claim.member, month))
            if claim.looks_at is not None:
                looked_at.add((claim.member, month_name(month), claim.looks_at))
    members = sorted({member for member, _ in touched})
    looked_at.update(found_rows(connection, _looking, members=members) if members else ())
    found: set[tuple[str, str]] = set()
    for member, month in touched:
        of_year = [month_name((month[0], number)) for number in range(1, 13)]
        if any((member, name, "year") in looked_at for name in of_year):
            found.update((member, name) for name in of_year)
        elif (member, month_name(month), "month") in looked_at:
            found.add((member, month_name(month)))
    return sorted(found)


def _owned(rows: Iterable[Values]) -> list[OwnedClaim]:
    return [
        OwnedClaim(subject, claim_in(body), granted_fen, due_fen)
        for subject, body, granted_fen, due_fen in rows
    ]


def _unsettled(among: Among) -> Select[Any]:
    return select(*_OWNED).where(among(CLAIM.c.member, "members"), CLAIM.c.unsettled)


def _looking(among: Among) -> Select[Any]:
    """Members' months in which a claim looks at the others of the month, or of the year."""
    looking = select(CLAIM.c.member, CLAIM.c.month, CLAIM.c.looks_at).distinct()
    return looking.where(among(CLAIM.c.member, "members"), CLAIM.c.looks_at.is_not(None))
