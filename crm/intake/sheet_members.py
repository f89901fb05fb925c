"""Members whom a sheet names as who referred: nobody's codes, and those of whom a dealer may not
speak, which the recording would refuse (`docs/events.md`, who may say what about whom); and those
who had left, whose referrals earn nothing."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import Connection

from campaigns.cloudevents import short_name
from campaigns.sheets import SheetRow, values
from campaigns.sheets.columns import BY_KEY, MEMBER
from campaigns.sheets.model import RowFault
from campaigns.sheets.sketches import Place
from campaigns.times import parse_instant_us, shanghai_day
from crm.intake.sheet_corrections import RowPlan
from crm.journal.logged_event import COMPANY
from crm.members.queries import left_since, openness
from crm.scope import HEADQUARTERS_SCOPE, Scope, dealer_scope

_REASONS = {"closed": "member_closed", "unknown": "no_such_member"}


def _named(row: SheetRow, plan: RowPlan) -> Iterator[str]:
    """The code that a row names anew; of one that is wrong elsewhere too, so that it is mended at
    one look."""
    cell = row.cells.get(MEMBER)
    is_told = any(fault.column == BY_KEY[MEMBER].heading for fault in plan.faults)
    if plan.faults and not is_told and values.written(cell) and not values.is_nothing(cell):
        yield values.narrow(cell)
    for wire in plan.wires:
        if short_name(wire["type"]) == "referral.made":
            yield wire["data"]["member"]


def members_not_to_name(
    connection: Connection, plans: Sequence[tuple[SheetRow, RowPlan]], party: str
) -> dict[Place, list[RowFault]]:
    """Of each row that names such a member the fault of its cell."""
    named = {(row.sheet, row.number): code for row, plan in plans for code in _named(row, plan)}
    scope = _scope_of(party)
    standing = {code: openness(scope, connection, code) for code in sorted(set(named.values()))}
    heading = BY_KEY[MEMBER].heading
    return {
        place: [RowFault(heading, reason)]
        for place, code in named.items()
        if (reason := _REASONS.get(standing[code]))
    }


def members_who_had_left(
    connection: Connection, plans: Sequence[tuple[SheetRow, RowPlan]], party: str
) -> dict[Place, date]:
    """Of each row that says anew that a member referred after having left since which day."""
    said = {
        (row.sheet, row.number): (wire["data"]["member"], parse_instant_us(wire["time"]))
        for row, plan in plans
        for wire in plan.wires
        if short_name(wire["type"]) == "referral.made"
    }
    since = left_since(_scope_of(party), connection, {code for code, _ in said.values()})
    return {
        place: shanghai_day(since[code])
        for place, (code, at_us) in said.items()
        if code in since and since[code] < at_us
    }


def _scope_of(party: str) -> Scope:
    return HEADQUARTERS_SCOPE if party == COMPANY else dealer_scope(party.partition("/")[2])
