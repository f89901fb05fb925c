"""A sign-in sheet handed over: its rows become events, or corrections of what they said before.

Each row is taken whole or not at all. What a second sending of an edited row means stands in
crm/intake/sheet_corrections.py; a row that is missing from the file says nothing about what was
taken before.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import Engine

from campaigns.cloudevents import Refusal, check
from campaigns.intake import Credential, Intake
from campaigns.sheets import (
    BlankRow,
    Edits,
    HeadingMap,
    OpenSheet,
    SheetActivity,
    SheetRefusal,
    SheetRow,
    open_sheet,
)
from campaigns.sheets.columns import BY_KEY, NAME
from campaigns.sheets.edits import NO_EDITS
from campaigns.sheets.faults import fault_at
from campaigns.sheets.model import RowFault
from campaigns.sheets.reading import AS_WRITTEN
from campaigns.sheets.sketches import RowSketch
from crm.clock import now_us
from crm.intake.known_rows import is_of, known_rows
from crm.intake.row_matching import Settled, settle_rows
from crm.intake.sheet_corrections import RowPlan, plan_row
from crm.intake.sheet_head import check_head, completed, planned_activity
from crm.intake.sheet_health import (
    Noes,
    closed_health,
    closed_in_sheet,
    closed_to_dealer,
    noes_to_health,
)
from crm.intake.sheet_members import members_not_to_name, members_who_had_left
from crm.intake.sheet_receipt import (
    NO_ANSWERS,
    SAME_PERSON_TWICE,
    SAME_ROW_TWICE,
    Answers,
    AskedRow,
    SheetNotice,
    SheetReceipt,
)
from crm.intake.sheet_tally import SheetTally, name_on_card
from crm.journal.events import decode, last_position, rows_of_subjects
from crm.journal.logged_event import COMPANY, LoggedEvent
from crm.keyring.keyring import Keyring
from crm.storage.database import reading

_ROWS_AT_ONCE = 500


def accept_sheet(
    intake: Intake,
    engine: Engine,
    keyring: Keyring,
    name: str,
    data: bytes,
    credential: Credential,
    *,
    activity: SheetActivity | None = None,
    headings: HeadingMap = AS_WRITTEN,
    answers: Answers = NO_ANSWERS,
    edits: Edits = NO_EDITS,
    keep_rows: bool = False,
) -> SheetReceipt:
    """Take a sheet; raises InvalidSheet when the file as a whole cannot be read.

    activity: the one it must belong to, and what to take when the file does not say which.
    headings: what the sender says that headings of his own mean.
    edits: what was mended in its cells since.
    keep_rows: whether the receipt holds all rows, so that they can be given back with their ids.
    """
    secret = keyring.secret("sheets")
    sheet = open_sheet(name, data, secret, activity=activity, headings=headings, edits=edits)
    planned = planned_activity(engine, keyring, sheet.activity.activity_id)
    check_head(sheet.head, sheet.activity, planned)
    sheet.activity = completed(engine, sheet.activity, sheet.head, planned)
    party = COMPANY if credential.dealer is None else credential.journaled_role
    sketches = list(sheet.sketches())
    settled = _settled(engine, keyring, sheet, sketches, answers, party)
    noes = noes_to_health(sketches)
    tally, every = SheetTally(), list[SheetRow]()
    rows = (_with_question(row, settled) for row in sheet.rows(settled.ids))
    at_us = now_us()
    while batch := list(islice(rows, _ROWS_AT_ONCE)):
        every += batch if keep_rows else ()
        once = _once(batch, settled, tally)
        plans = _planned(engine, keyring, sheet.activity, once, secret, party, noes)
        _send(intake, credential, plans, tally, at_us)
    _find_emptied(engine, sheet, tally)
    tally.notices += _twice(settled, tally)
    refused = len({(refusal.sheet, refusal.row) for refusal in tally.refusals})
    return SheetReceipt(
        *(tally.accepted, tally.duplicate, refused, tally.warned, tally.corrected, tally.rows),
        *(tuple(tally.refusals), tuple(tally.notices), tuple(tally.outcomes)),
        _asked(settled, tally),
        sheet.reading(tuple(tally.refused_rows)),
        sheet.reading(tuple(every)) if keep_rows else None,
        received_us=at_us,
    )


def _settled(
    engine: Engine,
    keyring: Keyring,
    sheet: OpenSheet,
    sketches: Sequence[RowSketch],
    answers: Answers,
    party: str,
) -> Settled:
    """Which row is which that was taken before."""
    known = known_rows(engine, keyring, sheet.activity, sheet.secret, party)
    places = {sketch.place for sketch in sketches}
    return settle_rows(
        sketches,
        known.rows(),
        sheet.activity.activity_id,
        same=frozenset(place for place in places if place[1] in answers.same),
        others=frozenset(place for place in places if place[1] in answers.others),
        was_erased=known.was_erased,
    )


def _with_question(row: SheetRow, settled: Settled) -> SheetRow:
    question = settled.questions.get((row.sheet, row.number))
    if question is None:
        return row
    reason = "who_is_it" if len(question.earlier) == 1 else "who_of_several"
    fault = RowFault(BY_KEY[NAME].heading, reason)
    # Without an id, so that it is asked again until somebody has answered.
    return replace(row, row_id="", events=(), faults=(*row.faults, fault))


def _once(batch: Iterable[SheetRow], settled: Settled, tally: SheetTally) -> list[SheetRow]:
    """The rows without those that say the very same as another, which are told."""
    kept = []
    for row in batch:
        first = settled.repeats.get((row.sheet, row.number))
        if first is None:
            kept.append(row)
        else:
            tally.rows += 1
            notice = SheetNotice(row.sheet, row.number, SAME_ROW_TWICE, other_row=first[1])
            tally.notices.append(notice)
    return kept


def _twice(settled: Settled, tally: SheetTally) -> list[SheetNotice]:
    """New rows that seem to be of the person of another row."""
    return [
        SheetNotice(one.sheet, one.row, SAME_PERSON_TWICE, other_row=settled.alike[place][1])
        for one in tally.outcomes
        if one.kind == "new" and (place := (one.sheet, one.row)) in settled.alike
    ]


def _asked(settled: Settled, tally: SheetTally) -> tuple[AskedRow, ...]:
    asked = []
    for row in tally.refused_rows:
        question = settled.questions.get((row.sheet, row.number))
        if question is not None:
            earlier = tuple(
                (known.card_id, name_on_card(known.facts["card"])) for known in question.earlier
            )
            asked.append(AskedRow(row.sheet, row.number, name_on_card(row.said), earlier))
    return tuple(asked)


def _planned(
    engine: Engine,
    keyring: Keyring,
    activity: SheetActivity,
    rows: Sequence[SheetRow],
    secret: bytes,
    party: str,
    noes: Noes,
) -> list[tuple[SheetRow, RowPlan]]:
    """Each row with what is to be sent for it."""
    subjects = {f"card/{row.card_id}" for row in rows if not row.faults}
    history: dict[str, list[LoggedEvent]] = {}
    with reading(engine) as connection:
        kept = rows_of_subjects(connection, subjects, last_position(connection))
    for event in decode(kept, keyring):
        history.setdefault(event.subject, []).append(event)
    plans = [
        (row, _plan(row, activity, history.get(f"card/{row.card_id}", ()), secret, party))
        for row in rows
    ]
    with reading(engine) as connection:
        # What a person said to the company is not told to a dealer.
        closed = (
            closed_health(connection, plans, now_us())
            if party == COMPANY
            else closed_to_dealer(connection, keyring, plans, party, now_us())
        )
        unknown = members_not_to_name(connection, plans, party)
        left = members_who_had_left(connection, plans, party)
    closed |= closed_in_sheet(noes, plans)
    closed |= {place: [*closed.get(place, ()), *faults] for place, faults in unknown.items()}
    return [
        (row, RowPlan(faults=[*plan.faults, *more]) if more else plan)
        for row, known in plans
        for plan in (replace(known, member_left_on=left.get((row.sheet, row.number))),)
        for more in (closed.get((row.sheet, row.number)),)
    ]


def _plan(
    row: SheetRow,
    activity: SheetActivity,
    history: Sequence[LoggedEvent],
    secret: bytes,
    party: str,
) -> RowPlan:
    if row.faults:
        return RowPlan(faults=list(row.faults))
    plan = plan_row(row, activity, history, secret)
    if plan.wires and party != COMPANY and not is_of(party, history):
        # The card is another party's: a dealer may say the same of it, and change nothing.
        return RowPlan(faults=[RowFault(BY_KEY[NAME].heading, "not_allowed")])
    return plan


def _send(
    intake: Intake,
    credential: Credential,
    plans: Iterable[tuple[SheetRow, RowPlan]],
    tally: SheetTally,
    at_us: int,
) -> None:
    """at_us: one instant for all rows of the sheet, by which it is known for ever."""
    lines: list[bytes] = []
    sent: list[tuple[SheetRow, RowPlan, int]] = []
    for row, plan in plans:
        encoded = [orjson.dumps(wire) for wire in plan.wires]
        faults = plan.faults or _door_faults(encoded, plan.wires, credential, at_us)
        if faults:
            tally.refuse(row, faults)
            continue
        sent.append((row, plan, len(encoded)))
        lines += encoded
    receipts = iter(intake.accept(lines, credential, received_us=at_us) if lines else ())
    for row, plan, count in sent:
        tally.count(row, plan, list(islice(receipts, count)))


def _door_faults(
    lines: Sequence[bytes],
    wires: Sequence[dict[str, Any]],
    credential: Credential,
    at_us: int,
) -> list[RowFault]:
    """What the door would refuse: known before anything is sent, for a row is taken whole."""
    faults = []
    for line, wire in zip(lines, wires, strict=True):
        answer = check(line, at_us)
        if isinstance(answer, Refusal):
            faults.append(fault_at(wire, answer.reason, answer.path))
        elif answer.faults:
            faults.append(fault_at(wire, *answer.faults[0]))
        elif not credential.may_send(answer):
            faults.append(fault_at(wire, "not_allowed", "$.type"))
    return faults


def _find_emptied(engine: Engine, sheet: OpenSheet, tally: SheetTally) -> None:
    """A row that was taken before and is blank now: it is said, and nothing is changed."""
    for blanks in _pieces(sheet.blank_rows):
        by_subject = {f"card/{blank.card_id}": blank for blank in blanks}
        with reading(engine) as connection:
            kept = rows_of_subjects(connection, by_subject, last_position(connection))
        for subject in sorted({row.subject for row in kept if row.source == sheet.activity.source}):
            blank = by_subject[subject]
            tally.refusals.append(
                SheetRefusal(blank.sheet, blank.number, BY_KEY[NAME].heading, "row_emptied")
            )


def _pieces(blanks: Sequence[BlankRow]) -> Iterator[Sequence[BlankRow]]:
    for start in range(0, len(blanks), _ROWS_AT_ONCE):
        yield blanks[start : start + _ROWS_AT_ONCE]
