"""What hangs on a dealer's contracts: what their end takes back, and what it leaves behind."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from crm.accounts.people import KnownAccount, accounts
from crm.activities.queries import ActivityRow, activities_from
from crm.copies.queries import KnownContract, contracts_known
from crm.feed.queries import count_rows
from crm.members.queries import Wanted, list_members
from crm.web.guards.visit import Visit


@dataclass(frozen=True, slots=True)
class Hanging:
    """What is a dealer's after a day, however its contracts stand.

    rows: of its copy now; activities: that it is to carry out later, the earliest first; members:
    how many have not left; accounts: that are open, None for who may not know; others: its
    contracts that go on after the day.
    """

    rows: int
    activities: list[ActivityRow]
    members: int
    accounts: list[KnownAccount] | None
    others: list[KnownContract]

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is left to be done."""
        return not (self.rows or self.activities or self.members or self.accounts)


def hangs_on(
    visit: Visit, connection: Connection, dealer: str, last: date, ending: str = ""
) -> Hanging:
    """What would be, or is, left after a dealer's last day; ending: the contract that ends."""
    scope = visit.scope
    later = activities_from(scope, connection, last + timedelta(days=1))
    own = [each for each in reversed(later) if each.dealer == dealer and not each.cancelled]
    _, members = list_members(scope, connection, Wanted(dealer=dealer, standing="active"), 1)
    people = None
    if scope.may("accounts"):
        people = [each for each in accounts(connection) if each.dealer == dealer and each.is_open]
    others = [
        each
        for each in contracts_known(scope, connection)
        if each.dealer == dealer
        and each.contract_id != ending
        and (each.ends_on is None or last < each.ends_on)
    ]
    return Hanging(count_rows(scope, connection, dealer), own, members, people, others)
