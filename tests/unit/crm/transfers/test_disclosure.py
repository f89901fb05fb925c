"""The register as others disclose it: every column in its place, every fen in one line."""

import csv
import io
from datetime import date

from crm.transfers.disclosure import EFPIA, OPEN_PAYMENTS, efpia, open_payments
from tests.unit.crm.transfers.disclosed import LINES


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_general_payments_have_their_ninety_one_columns_once_each() -> None:
    assert len(OPEN_PAYMENTS) == len(set(OPEN_PAYMENTS)) == 91
    assert OPEN_PAYMENTS[0] == "Change_Type" and OPEN_PAYMENTS[-1] == "Payment_Publication_Date"
    assert OPEN_PAYMENTS[41] == "Total_Amount_of_Payment_USDollars"
    assert OPEN_PAYMENTS[58] == "Related_Product_Indicator"
    assert OPEN_PAYMENTS[88] == "Associated_Device_or_Medical_Supply_PDI_5"


def test_each_transfer_is_one_line_of_the_general_payments() -> None:
    found = rows(open_payments(LINES, "Jinxi", 2026, date(2027, 6, 30)))
    sums = sum(int(row["Total_Amount_of_Payment_USDollars"].replace(".", "")) for row in found)
    assert len(found) == 4 and sums == sum(line.value_fen for line in LINES)
    meal, _, reward, _ = found
    assert meal["Nature_of_Payment_or_Transfer_of_Value"] == "Food and Beverage"
    assert meal["Date_of_Payment"] == "05/03/2026" and meal["Contextual_Information"][:3] == "CNY"
    assert reward["Third_Party_Payment_Recipient_Indicator"] == "Entity"
    # No cell is taken for a formula.
    assert reward["Covered_Recipient_Last_Name"] == "'=赵"


def test_efpia_sums_by_recipient_and_leaves_consumers_out() -> None:
    found = rows(efpia(LINES))
    assert [row["Unique country identifier"] for row in found] == ["C1", "D1"]
    doctor = found[1]
    assert (doctor["Travel & Accommodation"], doctor["TOTAL"]) == ("300.00", "300.00")
    assert doctor[EFPIA[-1]] == "45.50"
