"""Reads how every dealer's copy stands: what it holds, what was acknowledged, what is open."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from crm.copies.tables import CONTRACT, COPY_ROW, DEALER_CHANGE
from crm.feed.history import (
    Acknowledgement,
    KeptReceipt,
    equal_since,
    last_acknowledgements,
    receipts_of_day,
)
from crm.feed.recall_queries import (
    RecallCount,
    dealers_ever_told,
    open_recalls,
    recall_counts,
)
from crm.scope import Scope


@dataclass(frozen=True, slots=True)
class DealerState:
    """One dealer's copy.

    name: of its latest contract; active: whether a contract runs today.
    rows: that the copy holds; last, changed_us: number and instant of its newest change.
    acknowledged: the last that the dealer said.
    equal_us: since when the copy as it is now is known to be equal; None: it is not known to be.
    receipt: today's last.
    """

    dealer: str
    name: str | None
    active: bool
    rows: int
    last: int
    changed_us: int | None
    acknowledged: Acknowledgement | None
    equal_us: int | None
    receipt: KeptReceipt | None
    recalls: RecallCount


def dealer_states(scope: Scope, connection: Connection, today: date) -> list[DealerState]:
    """Every dealer that has a contract or was ever told something; overdue ones first."""
    told = set(dealers_ever_told(scope, connection))
    contracts = _contracts(connection, today)
    by_dealer = select(COPY_ROW.c.dealer, func.count()).group_by(COPY_ROW.c.dealer)
    rows = {dealer: count for dealer, count in connection.execute(by_dealer)}
    acknowledged = last_acknowledgements(connection)
    receipts = receipts_of_day(connection, today)
    recalls = open_recalls(scope, connection, today)
    counts = {count.dealer: count for count in recall_counts(recalls, today)}
    found = []
    for dealer in sorted(told | contracts.keys()):
        last, changed_us = _newest(connection, dealer)
        name, active = contracts.get(dealer, (None, False))
        found.append(
            DealerState(
                dealer,
                name,
                active,
                rows.get(dealer, 0),
                last,
                changed_us,
                acknowledged.get(dealer),
                equal_since(connection, dealer, last),
                receipts.get(dealer),
                counts.get(dealer, RecallCount(dealer, 0, 0, None)),
            )
        )
    return sorted(found, key=lambda state: (-state.recalls.overdue, state.dealer))


def _contracts(connection: Connection, today: date) -> dict[str, tuple[str, bool]]:
    """Dealer → (name of its latest contract, whether one runs today)."""
    found: dict[str, tuple[str, bool]] = {}
    query = select(CONTRACT).order_by(CONTRACT.c.starts_on, CONTRACT.c.contract_id)
    for row in connection.execute(query):
        runs = row.starts_on <= today and (row.ends_on is None or today <= row.ends_on)
        found[row.dealer] = (row.name, runs or found.get(row.dealer, ("", False))[1])
    return found


def _newest(connection: Connection, dealer: str) -> tuple[int, int | None]:
    query = (
        select(DEALER_CHANGE.c.sequence, DEALER_CHANGE.c.changed_us)
        .where(DEALER_CHANGE.c.dealer == dealer)
        .order_by(DEALER_CHANGE.c.sequence.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return (0, None) if row is None else (row.sequence, row.changed_us)
