"""Whatever hands do to a sheet: each cell with content is in an event, a question, or named."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import event, given

from campaigns.sheets import InvalidSheet, SheetRow, values
from campaigns.sheets.columns import NO, NOT_ASKED, YES
from campaigns.sheets.facts import plain_data
from crm.intake.sheet_receipt import SheetReceipt
from tests.integration.sheets.mangling import Mangled, is_heading, mangled
from tests.integration.sheets.offices import HEAD, HallOffice, hall_office
from tests.profiles import examples

Said = Mapping[str, Any]
Read = Callable[[Any], Any]
_CARD, _SALE = "card.registered", "purchase.made"
_IN_EVENTS: dict[str, tuple[str, str, str, Read]] = {
    "name": (_CARD, "person", "name", values.written),
    "phones": (_CARD, "contact", "phones", values.phones),
    "quantity": (_SALE, "", "quantity", values.whole_number),
    "price": (_SALE, "", "unit_price_fen", values.fen),
    "sku": (_SALE, "", "sku", values.narrow),
    "systolic": ("clinic.consulted", "health", "systolic_mmhg", values.whole_number),
    "note": (_CARD, "private", "note", values.written),
}
"""Column → where in which event its cell stands, and how it is read."""
_WORDS = {YES: "consent.given", NO: "consent.refused"}


def handed_over(office: HallOffice, file: Mangled) -> SheetReceipt | InvalidSheet:
    try:
        return office.hand_over(file.content(), file.name, keep_rows=True)
    except InvalidSheet as error:
        return error


def rows_by_place(receipt: SheetReceipt, file: Mangled) -> dict[tuple[str, int], SheetRow]:
    assert receipt.all_rows is not None
    return {(_page(row.sheet, file), row.number): row for row in receipt.all_rows.rows}


def _page(title: str, file: Mangled) -> str:
    return title if file.is_workbook else file.titled()[0][0]


def unaccounted(file: Mangled, receipt: SheetReceipt) -> Iterator[tuple[str, int, str]]:
    """Cells with content that are in no row that was read, and that nothing names."""
    read, unread = rows_by_place(receipt, file), receipt.refused_rows.unread
    named_rows = {(_page(each.sheet, file), each.row) for each in unread}
    named_pages = {_page(each.sheet, file) for each in unread if each.kind == "page"}
    named_columns = {(_page(each.sheet, file), each.column) for each in unread}
    for title, page in file.titled():
        for number, line in enumerate(page, 1):
            is_named = title in named_pages or (title, number) in named_rows
            if is_named or is_heading(line) or line in [list(each) for each in HEAD]:
                continue
            row = read.get((title, number))
            held = [] if row is None else [*map(str, row.cells.values())]
            for label, value in {} if row is None else row.others.items():
                assert (title, label) in named_columns
                held.append(str(value))
            for cell in filter(None, line):
                if cell in held:
                    held.remove(cell)
                else:
                    yield title, number, cell


def unsaid(row: SheetRow, events: list[tuple[str, Said]]) -> Iterator[tuple[str, Any]]:
    """Cells of a row that was taken which stand in none of its events."""
    for key, cell in row.cells.items():
        if values.is_nothing(cell):
            continue
        if key == "consent_archive":
            wanted = _WORDS.get(values.tick(cell))
            is_said = values.tick(cell) == NOT_ASKED or any(each == wanted for each, _ in events)
        elif key == "birth":
            born = values.birth(cell)
            is_said = any(born.items() <= each.get("person", {}).items() for _, each in events)
        elif key == "attended":
            is_said = values.tick(cell) != YES or "activity.attended" in dict(events)
        else:
            kind, section, name, of = _IN_EVENTS[key]
            found = [each for one, each in events if one == kind]
            is_said = any(
                (each[section] if section else each).get(name) == of(cell) for each in found
            )
        if not is_said:
            yield key, cell


def of_card(office: HallOffice, card_id: str) -> list[tuple[str, Said]]:
    events = [each for each in office.events() if each.subject == f"card/{card_id}"]
    return [(each.type_name, plain_data(each.data)) for each in events]


@examples(1)
@given(file=mangled())
def test_no_cell_of_a_mangled_sheet_is_lost_and_sent_twice_it_counts_once(
    file: Mangled, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with hall_office(tmp_path_factory.mktemp("mangled")) as office:
        receipt = handed_over(office, file)
        event(str(getattr(receipt, "reason", "read")))
        if isinstance(receipt, InvalidSheet):
            assert office.people() == []
            return
        assert not list(unaccounted(file, receipt))
        refused = {(_page(each.sheet, file), each.row) for each in receipt.refusals}
        taken = {at: row for at, row in rows_by_place(receipt, file).items() if at not in refused}
        assert receipt.rows == len(taken)
        for row in taken.values():
            assert not list(unsaid(row, of_card(office, row.card_id)))
        events = len(office.events())
        for again in (file, file.with_rows_sorted()):
            second = handed_over(office, again)
            assert isinstance(second, SheetReceipt)
            assert (second.accepted, len(office.events())) == (0, events)
            assert second.refused == receipt.refused
