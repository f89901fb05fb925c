"""An office that hands sheets over, and what then stands in its journal."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from campaigns.events.people import CardRegistered
from campaigns.intake import HEADQUARTERS
from campaigns.sheets import HeadingMap
from crm.intake.accept import EventIntake
from crm.intake.sheet_intake import accept_sheet
from crm.intake.sheet_receipt import NO_ANSWERS, Answers, SheetReceipt
from crm.journal.events import decode, rows_after
from crm.journal.logged_event import LoggedEvent
from crm.keyring.keyring import Keyring
from crm.outcomes.voids import judge_voids
from crm.storage.database import open_engine, reading
from tests.templates import new_installation

CASES = Path(__file__).parent / "cases"
HEAD = (("活动编号", "A-1"), ("活动日期", "2026-11-20"), ("经销商编号", "D01"))
HEADINGS = ("姓名", "手机", "出生日期", "购买数量", "单价", "购买型号")
Cells = Sequence[Any]


def sheet_of(*rows: Cells, headings: Cells = HEADINGS, head: Sequence[Cells] = HEAD) -> bytes:
    """A sheet as CSV: who, when, where; headings; rows."""
    text = io.StringIO()
    csv.writer(text).writerows([*head, headings, *rows])
    return text.getvalue().encode()


@dataclass
class HallOffice:
    """An installation that knows the activity of the cases."""

    intake: EventIntake
    keyring: Keyring

    def case(self, name: str) -> SheetReceipt:
        """Hand over a file of the cases."""
        return self.hand_over((CASES / name).read_bytes(), name)

    def hand_over(
        self,
        data: bytes,
        name: str = "sheet.csv",
        *,
        said: dict[str, str] | None = None,
        answers: Answers = NO_ANSWERS,
        keep_rows: bool = False,
    ) -> SheetReceipt:
        """Hand over a file."""
        return accept_sheet(
            *(self.intake, self.intake.engine, self.keyring, name, data, HEADQUARTERS),
            headings=HeadingMap.of(said or {}),
            answers=answers,
            keep_rows=keep_rows,
        )

    def events(self) -> list[LoggedEvent]:
        """Everything in the journal."""
        with reading(self.intake.engine) as connection:
            return decode(rows_after(connection, 0, 100_000), self.keyring)

    def standing(self, type_name: str) -> list[LoggedEvent]:
        """What was not taken back, of one type."""
        events = sorted(self.events(), key=lambda event: event.order)
        taken, outcomes = judge_voids(events)
        return [e for e in taken if e.key not in outcomes and e.type_name == type_name]

    def people(self) -> list[str]:
        """The names on the cards, as they were registered."""
        cards = [event.data for event in self.standing("card.registered")]
        return sorted(card.person.name for card in cards if isinstance(card, CardRegistered))

    def erase(self, card_id: str) -> None:
        """Erase a card."""
        wire = {
            "specversion": "1.0",
            "id": f"erase-{card_id}"[:64],
            "source": "/hq/console",
            "type": "jinxi.card.erased.v1",
            "time": "2026-11-21T10:00:00+08:00",
            "subject": f"card/{card_id}",
            "data": {"card_id": card_id, "reason_code": "request"},
        }
        (receipt,) = self.intake.accept([orjson.dumps(wire)], HEADQUARTERS)
        assert receipt.status == "accepted"


@contextmanager
def hall_office(folder: Path) -> Iterator[HallOffice]:
    """An office in an empty folder."""
    setup = new_installation(folder)
    engine = open_engine(setup.database_url)
    keyring = Keyring.open(setup)
    office = HallOffice(EventIntake(engine, keyring), keyring)
    office.intake.accept((CASES / "base.ndjson").read_bytes().splitlines(), HEADQUARTERS)
    try:
        yield office
    finally:
        engine.dispose()
        keyring.engine.dispose()
