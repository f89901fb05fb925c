"""The register in the shapes of two public disclosures; pure.

- The general payments of the US Open Payments programme: one transfer a line, the 91 columns of the
  program years since 2023 in their order. What has no place in China (state, NPI, NDC) stays empty;
  amounts are yuan, which the contextual information says.
- EFPIA's disclosure: one recipient a line and year, by category. Gifts, meals and loans have no
  category there (its code forbids them): they stand in a last column of their own.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from campaigns.formulas import harmless
from crm.money import yuan_typed
from crm.transfers.transfer import Transfer

_PRODUCTS, _TYPES, _LICENCES = range(1, 6), range(1, 7), range(1, 6)
_OF_A_PRODUCT = (
    "Covered_or_Noncovered_Indicator_{}",
    "Indicate_Drug_or_Biological_or_Device_or_Medical_Supply_{}",
    "Product_Category_or_Therapeutic_Area_{}",
    "Name_of_Drug_or_Biological_or_Device_or_Medical_Supply_{}",
    "Associated_Drug_or_Biological_NDC_{}",
    "Associated_Device_or_Medical_Supply_PDI_{}",
)
_MAKING = "Applicable_Manufacturer_or_Applicable_GPO_Making_Payment_"
OPEN_PAYMENTS = (
    *("Change_Type", "Covered_Recipient_Type", "Teaching_Hospital_CCN", "Teaching_Hospital_ID"),
    *("Teaching_Hospital_Name", "Covered_Recipient_Profile_ID", "Covered_Recipient_NPI"),
    *("Covered_Recipient_First_Name", "Covered_Recipient_Middle_Name"),
    *("Covered_Recipient_Last_Name", "Covered_Recipient_Name_Suffix"),
    "Recipient_Primary_Business_Street_Address_Line1",
    "Recipient_Primary_Business_Street_Address_Line2",
    *("Recipient_City", "Recipient_State", "Recipient_Zip_Code", "Recipient_Country"),
    *("Recipient_Province", "Recipient_Postal_Code"),
    *(f"Covered_Recipient_Primary_Type_{n}" for n in _TYPES),
    *(f"Covered_Recipient_Specialty_{n}" for n in _TYPES),
    *(f"Covered_Recipient_License_State_code{n}" for n in _LICENCES),
    "Submitting_Applicable_Manufacturer_or_Applicable_GPO_Name",
    *(f"{_MAKING}{part}" for part in ("ID", "Name", "State", "Country")),
    *("Total_Amount_of_Payment_USDollars", "Date_of_Payment"),
    "Number_of_Payments_Included_in_Total_Amount",
    *("Form_of_Payment_or_Transfer_of_Value", "Nature_of_Payment_or_Transfer_of_Value"),
    *("City_of_Travel", "State_of_Travel", "Country_of_Travel", "Physician_Ownership_Indicator"),
    "Third_Party_Payment_Recipient_Indicator",
    "Name_of_Third_Party_Entity_Receiving_Payment_or_Transfer_of_Value",
    *("Charity_Indicator", "Third_Party_Equals_Covered_Recipient_Indicator"),
    *("Contextual_Information", "Delay_in_Publication_Indicator", "Record_ID"),
    *("Dispute_Status_for_Publication", "Related_Product_Indicator"),
    *(name.format(n) for n in _PRODUCTS for name in _OF_A_PRODUCT),
    *("Program_Year", "Payment_Publication_Date"),
)
_RECIPIENTS = {
    "doctor": "Covered Recipient Physician",
    "clerk": "Covered Recipient Non-Physician Practitioner",
    "consumer": "Consumer",
}
_NATURES = {
    "gift": "Gift",
    "book": "Education",
    "meal": "Food and Beverage",
    "travel": "Travel and Lodging",
    "device_loan": "Long term medical supply or device loan",
    "fee": "Compensation for services other than consulting",
    "reward": "Compensation for services other than consulting",
}
_IN_MONEY = frozenset({"fee", "reward"})
EFPIA = (
    *("Full Name", "HCP / HCO", "City of Principal Practice", "Country of Principal Practice"),
    *("Principal Practice Address", "Unique country identifier"),
    "Donations and Grants to HCOs",
    *("Sponsorship agreements with HCOs", "Registration Fees", "Travel & Accommodation"),
    *("Fees", "Related expenses agreed in the fee for service contract"),
    *("TOTAL", "Outside the categories (gifts, books, meals, loans)"),
)


def open_payments(transfers: Iterable[Transfer], company: str, year: int, published: date) -> bytes:
    """The general payments of a programme year, as CSV."""
    rows = []
    for each in sorted(transfers, key=lambda line: (line.on, line.source, line.id)):
        said = {
            "Change_Type": "NEW",
            "Covered_Recipient_Type": _RECIPIENTS[each.kind],
            "Covered_Recipient_Profile_ID": each.member,
            # Chinese names are one word here: the family's comes first in it.
            "Covered_Recipient_Last_Name": each.name,
            "Recipient_Primary_Business_Street_Address_Line1": each.institution or "",
            "Recipient_Country": "China",
            "Covered_Recipient_Primary_Type_1": "Medical Doctor" if each.kind == "doctor" else "",
            "Submitting_Applicable_Manufacturer_or_Applicable_GPO_Name": company,
            f"{_MAKING}Name": company,
            f"{_MAKING}Country": "China",
            "Total_Amount_of_Payment_USDollars": yuan_typed(each.value_fen),
            "Date_of_Payment": f"{each.on:%m/%d/%Y}",
            "Number_of_Payments_Included_in_Total_Amount": "1",
            "Form_of_Payment_or_Transfer_of_Value": _form(each),
            "Nature_of_Payment_or_Transfer_of_Value": _NATURES[each.form],
            "Physician_Ownership_Indicator": "No",
            "Third_Party_Payment_Recipient_Indicator": _third_party(each),
            "Name_of_Third_Party_Entity_Receiving_Payment_or_Transfer_of_Value": (
                (each.institution or "") if each.through_employer else ""
            ),
            "Charity_Indicator": "No",
            "Contextual_Information": f"CNY; {each.item}",
            "Delay_in_Publication_Indicator": "No",
            "Record_ID": f"{each.source} {each.id}",
            "Dispute_Status_for_Publication": "No",
            "Related_Product_Indicator": "Yes" if each.form == "reward" else "No",
            "Program_Year": str(year),
            "Payment_Publication_Date": f"{published:%m/%d/%Y}",
        }
        rows.append([said.get(name, "") for name in OPEN_PAYMENTS])
    return _written(OPEN_PAYMENTS, rows)


def efpia(transfers: Iterable[Transfer]) -> bytes:
    """The year's sums by recipient, as CSV; doctors and clerks alone."""
    by_member: dict[str, list[Transfer]] = {}
    for each in transfers:
        if each.kind != "consumer":
            by_member.setdefault(each.member, []).append(each)
    rows = []
    for member, lines in sorted(by_member.items()):
        one = lines[-1]
        sums = {
            part: sum(line.value_fen for line in lines if line.form in forms)
            for part, forms in (
                ("travel", {"travel"}),
                ("fees", {"fee", "reward"}),
                ("outside", {"gift", "book", "meal", "device_loan"}),
            )
        }
        total = yuan_typed(sums["travel"] + sums["fees"])
        who = [one.name, "HCP", "", "China", one.institution or "", member]
        money = ["", "", "", yuan_typed(sums["travel"]), yuan_typed(sums["fees"]), ""]
        rows.append([*who, *money, total, yuan_typed(sums["outside"])])
    return _written(EFPIA, rows)


def _form(each: Transfer) -> str:
    return "Cash or cash equivalent" if each.form in _IN_MONEY else "In-kind items and services"


def _third_party(each: Transfer) -> str:
    return "Entity" if each.through_employer else "No Third Party Payment"


def _written(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([[harmless(cell) for cell in row] for row in rows])
    return ("\ufeff" + out.getvalue()).encode()
