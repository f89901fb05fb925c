"""Reads the stored claims that are judged together with others.

Of a member's thousands these are few: what was paid another amount than is due, for set-offs; a
year's, where a cap or a tier looks at all of them; whatever stands under the same id of a reward.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, select

from crm.ledger.rows import OwnedClaim, claim_in
from crm.ledger.tables import CLAIM
from crm.storage.reads import Among, found_rows, stored_rows
from crm.storage.statements import Values

_OWNED = CLAIM.c.subject, CLAIM.c.body


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
    connection: Connection, claims: Sequence[OwnedClaim]
) -> tuple[list[OwnedClaim], set[str]]:
    """Stored claims that concern these, which may be among them, and the members to be judged.

    Two stand under one id where a payment errs: what is owed to nobody was paid all the same, so it
    is unsettled, and is there with the other.
    """
    names = {owned.claim.reward_id for owned in claims}
    same = _owned(stored_rows(connection, _OWNED, CLAIM.c.reward_id, sorted(names)))
    members = {owned.claim.member for owned in (*claims, *same)}
    unsettled = _owned(found_rows(connection, _unsettled, members=sorted(members)))
    years = {(owned.claim.member, owned.year) for owned in (*claims, *same, *unsettled)}
    looking = {(owned.claim.member, owned.year) for owned in claims if owned.claim.looks_at_others}
    looking |= set(found_rows(connection, _looking, members=sorted(members)))
    where = CLAIM.c.member, CLAIM.c.year
    of_years = _owned(stored_rows(connection, _OWNED, where, sorted(years & looking)))
    return [*same, *unsettled, *of_years], members


def _owned(rows: Iterable[Values]) -> list[OwnedClaim]:
    return [OwnedClaim(subject, claim_in(body)) for subject, body in rows]


def _unsettled(among: Among) -> Select[Any]:
    return select(*_OWNED).where(among(CLAIM.c.member, "members"), CLAIM.c.unsettled)


def _looking(among: Among) -> Select[Any]:
    """Members' years in which a claim looks at the others."""
    looking = select(CLAIM.c.member, CLAIM.c.year).distinct()
    return looking.where(among(CLAIM.c.member, "members"), CLAIM.c.looks_at_others)
