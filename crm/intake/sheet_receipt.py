"""What the sender of a sheet hears, and what he may answer."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from campaigns.sheets import SheetReading, SheetRefusal

SAME_ROW_TWICE, CONSENT_CHANGED = "same_row_twice", "consent_changed"
HEALTH_NOT_ASKED, SKU_UNKNOWN, PRICE_FAR = "health_not_asked", "sku_unknown", "price_far"
SAME_PERSON_TWICE, BIRTH_ODD = "same_person_twice", "birth_odd"
MEMBER_LEFT, BOUGHT_LONG_BEFORE = "member_left", "bought_long_before"
NOTICES = (
    *(SAME_ROW_TWICE, SAME_PERSON_TWICE, CONSENT_CHANGED),
    *(HEALTH_NOT_ASKED, SKU_UNKNOWN, PRICE_FAR, BIRTH_ODD),
    *(MEMBER_LEFT, BOUGHT_LONG_BEFORE),
)

RowKind = Literal["new", "corrected", "same"]


@dataclass(frozen=True, slots=True)
class SheetNotice:
    """Something about a row that was taken: a warning of the door, or one of NOTICES.

    column: which consent was changed, or where the model stands that is not known.
    other_row: which row says the very same, or is of the same person as it seems.
    prices_fen: what is asked for one, and what the list says. year: of a birth.
    on: when a member left, or something was bought.
    """

    sheet: str
    row: int
    code: str
    column: str | None = None
    other_row: int | None = None
    prices_fen: tuple[int, int] | None = None
    year: int | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class ReadPurchase:
    """A purchase as it was read in a row. on: its day, where it is not that of the activity."""

    sku: str
    quantity: int
    unit_price_fen: int
    on: str = ""

    @property
    def whole_fen(self) -> int:
        """What it comes to."""
        return self.quantity * self.unit_price_fen


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of a row that is in order.

    said, taken_back: the slots of which something new was said, or something was taken back; of a
    refusal `refused/PURPOSE`. bought, tried: how a purchase and the device of a trial were read
    that are new; referred_by: the code of the member who is said to have referred.
    """

    sheet: str
    row: int
    name: str
    kind: RowKind
    said: tuple[str, ...]
    taken_back: tuple[str, ...]
    card_id: str
    bought: ReadPurchase | None = None
    tried: str = ""
    referred_by: str = ""


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A row that waits for an answer: is it one of those that were taken before, corrected?"""

    sheet: str
    row: int
    name: str
    earlier: tuple[tuple[str, str], ...]
    """(card, the name that it had)."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What the sender says of rows that were asked about, by their number in the file."""

    same: frozenset[int] = frozenset()
    others: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class SheetReceipt:
    """What the sender of a sheet hears.

    rows: rows that are in order, new or known. refused: rows that were not taken.
    corrected: rows whose earlier events were corrected or taken back.
    accepted, duplicate: the events of these rows. warned: events accepted with a warning.
    outcomes: the rows that are in order, one by one.
    asked: of the refused rows those that are a question.
    refused_rows: what was found in the file, with only the rows that were refused: what
    `write_answer` needs, together with `refusals`. all_rows: with every row, where asked for.
    received_us: the instant that all of its rows bear.
    """

    accepted: int
    duplicate: int
    refused: int
    warned: int
    corrected: int
    rows: int
    refusals: tuple[SheetRefusal, ...]
    notices: tuple[SheetNotice, ...]
    outcomes: tuple[RowOutcome, ...]
    asked: tuple[AskedRow, ...]
    refused_rows: SheetReading
    all_rows: SheetReading | None = None
    received_us: int = 0


NO_ANSWERS = Answers()
