"""What becomes of the rows of a sheet, counted as they are sent."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from campaigns.cloudevents import short_name
from campaigns.identifiers import odd_birth_year
from campaigns.intake import Receipt
from campaigns.products import LIST_PRICES_FEN, list_price_far_off
from campaigns.sheets import SheetRefusal, SheetRow
from campaigns.sheets.columns import BY_KEY
from campaigns.sheets.faults import fault_at
from campaigns.sheets.model import RowFault
from campaigns.sheets.wires import slot_of
from crm.intake.row_likeness import LONGEST_NAME
from crm.intake.sheet_corrections import RowPlan
from crm.intake.sheet_receipt import (
    BIRTH_ODD,
    BOUGHT_LONG_BEFORE,
    CONSENT_CHANGED,
    HEALTH_NOT_ASKED,
    MEMBER_LEFT,
    PRICE_FAR,
    SKU_UNKNOWN,
    ReadPurchase,
    RowKind,
    RowOutcome,
    SheetNotice,
)

LONG_BEFORE_DAYS = 365
"""A purchase of earlier than so long before the activity is asked about."""
_MODELS = {"trial": "trial_sku", "purchase": "sku"}


@dataclass
class SheetTally:
    """The counts of a sheet, and what is said of its rows."""

    accepted: int = 0
    duplicate: int = 0
    warned: int = 0
    corrected: int = 0
    rows: int = 0
    refusals: list[SheetRefusal] = field(default_factory=list)
    notices: list[SheetNotice] = field(default_factory=list)
    outcomes: list[RowOutcome] = field(default_factory=list)
    refused_rows: list[SheetRow] = field(default_factory=list)

    def refuse(self, row: SheetRow, faults: Iterable[RowFault]) -> None:
        """A row that is not taken, for these reasons."""
        for fault in dict.fromkeys(faults):
            self.refusals.append(SheetRefusal(row.sheet, row.number, fault.column, fault.reason))
        self.refused_rows.append(replace(row, events=()))

    def count(self, row: SheetRow, plan: RowPlan, receipts: Sequence[Receipt]) -> None:
        """A row that was sent, by what the door answered to each of its events."""
        refused = [
            fault_at(wire, receipt.reason or "", receipt.path or "$")
            for wire, receipt in zip(plan.wires, receipts, strict=True)
            if receipt.status == "refused"
        ]
        accepted = sum(receipt.status == "accepted" for receipt in receipts)
        self.accepted += accepted
        self.duplicate += sum(receipt.status == "duplicate" for receipt in receipts)
        self.duplicate += len(plan.standing)
        if refused:
            # Another sending of the same row is still on its way to the journal.
            self.refuse(row, refused)
            return
        self.rows += 1
        self.corrected += plan.corrects and accepted > 0
        self.outcomes.append(_outcome(row, plan, accepted))
        for receipt in receipts:
            self.warned += bool(receipt.warnings)
            for code in receipt.warnings:
                self.notices.append(SheetNotice(row.sheet, row.number, code))
        if accepted and "consulted" in plan.written and not answers_health(row):
            self.notices.append(SheetNotice(row.sheet, row.number, HEALTH_NOT_ASKED))
        for heading in _unknown_models(row, plan) if accepted else ():
            self.notices.append(SheetNotice(row.sheet, row.number, SKU_UNKNOWN, heading))
        for prices in _far_prices(row, plan) if accepted else ():
            price = SheetNotice(row.sheet, row.number, PRICE_FAR, prices_fen=prices)
            self.notices.append(price)
        if accepted and (year := _odd_birth(row, plan)) is not None:
            self.notices.append(SheetNotice(row.sheet, row.number, BIRTH_ODD, year=year))
        for code, on in _odd_days(row, plan) if accepted else ():
            self.notices.append(SheetNotice(row.sheet, row.number, code, on=on))
        for heading in plan.changed_consents:
            self.notices.append(SheetNotice(row.sheet, row.number, CONSENT_CHANGED, heading))


def answers_health(row: SheetRow) -> bool:
    """Whether a row says yes or no to what is kept of health."""
    return any(wire["data"].get("purpose") == "health" for wire in row.events)


def _unknown_models(row: SheetRow, plan: RowPlan) -> Iterator[str]:
    """Headings of new models that no price list has."""
    for wire in row.events:
        slot = slot_of(short_name(wire["type"]), None)
        if slot in _MODELS and slot in plan.written and wire["data"]["sku"] not in LIST_PRICES_FEN:
            yield BY_KEY[_MODELS[slot]].heading


def _far_prices(row: SheetRow, plan: RowPlan) -> Iterator[tuple[int, int]]:
    """(what is asked for one, what the list says) of a new purchase, where they are far apart."""
    for wire in row.events:
        if slot_of(short_name(wire["type"]), None) != "purchase" or "purchase" not in plan.written:
            continue
        asked = wire["data"]["unit_price_fen"]
        listed = list_price_far_off(wire["data"]["sku"], asked)
        if listed is not None:
            yield asked, listed


def _odd_birth(row: SheetRow, plan: RowPlan) -> int | None:
    """The year of a new birth of which nobody is who comes."""
    person = row.said.get("person") or {}
    year = int(str(person.get("birth_date") or person.get("birth_year") or 0)[:4])
    if "card" not in plan.written or not year:
        return None
    held_on = date.fromisoformat(row.events[0]["time"][:10])
    return year if odd_birth_year(year, held_on) else None


def _odd_days(row: SheetRow, plan: RowPlan) -> Iterator[tuple[str, date]]:
    """What a row tells of a day that is worth a question: since when the member who referred is
    none any more; a purchase of long before the activity."""
    if plan.member_left_on is not None:
        yield MEMBER_LEFT, plan.member_left_on
    held_on = date.fromisoformat(row.events[0]["time"][:10])
    for wire in plan.wires:
        on = date.fromisoformat(wire["time"][:10])
        if short_name(wire["type"]) == "purchase.made" and (held_on - on).days > LONG_BEFORE_DAYS:
            yield BOUGHT_LONG_BEFORE, on


def name_on_card(card: Mapping[str, Any]) -> str:
    """The name that a row gives, as far as it can be one; or nothing."""
    return str((card.get("person") or {}).get("name") or "")[:LONGEST_NAME]


def _day_of(plan: RowPlan, type_name: str) -> str:
    """On which day what a row says happened, YYYY-MM-DD."""
    return next(str(w["time"])[:10] for w in plan.wires if short_name(w["type"]) == type_name)


def _outcome(row: SheetRow, plan: RowPlan, accepted: int) -> RowOutcome:
    kind: RowKind = "same" if not accepted else "corrected" if plan.corrects else "new"
    said = tuple(plan.written) if accepted else ()
    taken_back = tuple(plan.taken_back) if accepted else ()
    name = name_on_card(row.said)
    new = {short_name(wire["type"]): wire["data"] for wire in plan.wires} if accepted else {}
    bought = None
    if sold := new.get("purchase.made"):
        on = "" if "activity_id" in sold else _day_of(plan, "purchase.made")
        bought = ReadPurchase(sold["sku"], sold["quantity"], sold["unit_price_fen"], on)
    tried = new.get("trial.started", {}).get("sku", "")
    referred_by = new.get("referral.made", {}).get("member", "")
    place = (row.sheet, row.number, name)
    return RowOutcome(*place, kind, said, taken_back, row.card_id, bought, tried, referred_by)
