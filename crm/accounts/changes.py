"""Who changed an account, a token, or whom the house calls: kept with the change, for auditors."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from sqlalchemy import Connection, insert

from crm.accounts.tables import ACCOUNT_CHANGE

What = Literal[
    "invited",
    "uninvited",
    "joined",
    "made",
    "roles",
    "password",
    "factor",
    "closed",
    "signed_out",
    "token_made",
    "token_revoked",
    "webhook_made",
    "webhook_removed",
    "notice_added",
    "link_made",
    "link_ended",
]


@dataclass(frozen=True, slots=True)
class AccountChange:
    """One change. by, subject: an account, a token, or who else it was; detail: roles, a name."""

    at_us: int
    by: str
    what: What
    subject: str
    detail: str = ""


def rights(roles: Iterable[str], dealer: str | None, regions: Iterable[str] = ()) -> str:
    """What somebody is given, as the detail of a change."""
    return " ".join((*roles, *([dealer] if dealer else []), *regions))


def log_change(connection: Connection, change: AccountChange) -> None:
    """Keep one, in the transaction that makes it."""
    connection.execute(insert(ACCOUNT_CHANGE), [asdict(change)])
