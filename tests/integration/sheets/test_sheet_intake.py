"""A sheet handed over, edited and handed over again, against a journal and a keyring."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from campaigns.events.consents import CATEGORIES, ConsentGiven
from campaigns.events.purchases import PurchaseMade
from campaigns.intake import HEADQUARTERS, Credential
from campaigns.sheets import InvalidSheet, rows, write_answer, write_template
from campaigns.times import DAY_US, day_start_us
from crm.cards.card import Card, fold_card
from crm.entries.sheet_sendings import sheet_sendings
from crm.intake.accept import EventIntake
from crm.intake.sheet_intake import accept_sheet
from crm.intake.sheet_receipt import SheetReceipt
from crm.journal.events import decode, rows_after
from crm.journal.logged_event import LoggedEvent
from crm.keyring.keyring import Keyring
from crm.notices.notice import notice
from crm.notices.packaged import packaged_notices
from crm.notices.register import add_notice
from crm.outcomes.voids import judge_voids
from crm.storage.database import open_engine, reading
from tests.profiles import examples
from tests.templates import new_installation
from tests.unit.campaigns.sheets.sample_sheets import (
    ACTIVITY,
    ALONE,
    FIRST_ROW,
    LABELS,
    filled,
    handmade,
    read,
    saved,
)

Row = dict[str, Any]
NAMES = "安宁康平福"


@dataclass
class Office:
    """An installation and the person who hands sheets over."""

    engine: Engine
    keyring: Keyring
    intake: EventIntake

    def send(self, *rows: Row, credential: Credential = HEADQUARTERS) -> SheetReceipt:
        """Hand over the template with these rows."""
        return self.hand_over(filled(*rows), credential)

    def hand_over(self, data: bytes, credential: Credential = HEADQUARTERS) -> SheetReceipt:
        """Hand over a file."""
        return accept_sheet(self.intake, self.engine, self.keyring, "表.xlsx", data, credential)

    def events(self) -> list[LoggedEvent]:
        """Everything in the journal."""
        with reading(self.engine) as connection:
            rows = rows_after(connection, 0, 100_000)
        return decode(rows, self.keyring)

    def standing(self) -> list[LoggedEvent]:
        """What was not taken back, in effective order."""
        events = sorted(self.events(), key=lambda event: event.order)
        taken, outcomes = judge_voids(events)
        return [event for event in taken if event.key not in outcomes]

    def types(self) -> list[str]:
        """The types of what stands, sorted."""
        return sorted(event.type_name for event in self.standing())

    def card(self) -> Card:
        """The one card."""
        registered = [e for e in self.standing() if e.type_name == "card.registered"]
        others = [e for e in self.standing() if e.subject == registered[0].subject]
        assert len(registered) == 1
        return fold_card(registered[0], others, erased=False)

    def tell(self, type_name: str, subject: str, source: str, data: Row) -> None:
        """Another event, of headquarters."""
        wire = {
            "specversion": "1.0",
            "id": f"e{len(self.events())}",
            "source": source,
            "type": f"jinxi.{type_name}.v1",
            "time": "2026-05-05T10:00:00+08:00",
            "subject": subject,
            "data": data,
        }
        (receipt,) = self.intake.accept([json.dumps(wire).encode()], HEADQUARTERS)
        assert receipt.status == "accepted", receipt


def new_office(folder: Path) -> Office:
    """An installation in an empty folder."""
    setup = new_installation(folder)
    engine = open_engine(setup.database_url)
    keyring = Keyring.open(setup)
    return Office(engine, keyring, EventIntake(engine, keyring))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = new_office(tmp_path)
    yield made
    made.engine.dispose()
    made.keyring.engine.dispose()


def test_a_sheet_is_taken_and_sent_again_changes_nothing(office: Office) -> None:
    first = office.send(ALONE, {"name": "李强"})
    kept = len(office.events())
    again = office.send(ALONE, {"name": "李强"})
    assert (first.accepted, first.duplicate, first.refused, first.rows) == (11, 0, 0, 2)
    assert (again.accepted, again.duplicate, again.refused, again.corrected) == (0, 11, 0, 0)
    assert len(office.events()) == kept == 11


def test_a_bad_row_sends_nothing_and_its_answer_mended_is_taken(office: Office) -> None:
    receipt = office.send(ALONE | {"sex": "?"}, {"name": "李强"})
    assert (receipt.accepted, receipt.refused) == (2, 1)
    assert [(r.row, r.column, r.reason) for r in receipt.refusals] == [
        (FIRST_ROW, "性别", "bad_sex")
    ]
    assert [row.number for row in receipt.refused_rows.rows] == [FIRST_ROW]
    answer = read(write_answer(receipt.refused_rows, receipt.refusals))
    assert [row.row_id for row in answer.rows] == ["row-1"]
    assert office.send(ALONE, {"name": "李强"}).accepted == 9


def test_an_edited_card_is_corrected_in_what_changed_and_only_there(office: Office) -> None:
    office.send(ALONE)
    edited = ALONE | {"name": "王秀莹", "phones": "13900000000", "medicines": None, "birth": 1949}
    receipt = office.send(edited)
    assert (receipt.accepted, receipt.duplicate, receipt.corrected) == (1, 8, 1)
    correction = office.events()[-1]
    assert correction.type_name == "card.corrected"
    card = office.card()
    assert (card.name, card.phones, card.medicines) == ("王秀莹", ("13900000000",), ())
    assert (card.birth_date, card.birth_year, card.region) == (None, 1949, "110105")
    assert office.send(edited).accepted == 0


def test_a_card_edited_back_is_what_it_was(office: Office) -> None:
    for name in ("王秀英", "王秀莹", "王秀英", "王秀莹"):
        office.send(ALONE | {"name": name})
        assert office.card().name == name
        assert office.send(ALONE | {"name": name}).accepted == 0


def test_a_correction_made_elsewhere_stays_when_another_cell_is_edited(office: Office) -> None:
    office.send(ALONE)
    subject = office.events()[0].subject
    patch = {"card_id": subject.partition("/")[2], "contact": {"phones": ["13711112222"]}}
    office.tell("card.corrected", subject, "/console", patch)
    assert office.send(ALONE).accepted == 0
    office.send(ALONE | {"address": "新路2号"})
    assert (office.card().phones, office.card().address) == (("13711112222",), "新路2号")


def purchases_of(events: list[LoggedEvent]) -> list[PurchaseMade]:
    return [event.data for event in events if isinstance(event.data, PurchaseMade)]


def test_an_edited_purchase_is_taken_back_and_made_anew_under_its_own_id(office: Office) -> None:
    office.send(ALONE)
    receipt = office.send(ALONE | {"quantity": 3})
    assert (receipt.accepted, receipt.duplicate, receipt.corrected) == (2, 8, 1)
    purchases, standing = purchases_of(office.events()), purchases_of(office.standing())
    assert [purchase.quantity for purchase in standing] == [3]
    assert len({purchase.purchase_id for purchase in purchases}) == 1
    assert office.send(ALONE | {"quantity": 3}).accepted == 0
    office.send(ALONE)
    assert [purchase.quantity for purchase in purchases_of(office.standing())] == [2]
    assert office.send(ALONE).accepted == 0


def test_what_is_emptied_is_taken_back_and_may_be_written_again(office: Office) -> None:
    bare = ALONE | dict.fromkeys(("trial_sku", "trial_serial", "systolic", "diastolic", "pulse"))
    office.send(ALONE)
    office.send(bare | {"attended": "否"})
    assert not {"trial.started", "clinic.consulted", "activity.attended"} & set(office.types())
    office.send(ALONE)
    assert {"trial.started", "clinic.consulted", "activity.attended"} <= set(office.types())


def test_a_consent_typed_wrong_is_taken_back_and_said_in_the_receipt(office: Office) -> None:
    unmeasured = dict.fromkeys(("systolic", "diastolic", "pulse", "conditions", "medicines"))
    office.send(ALONE | unmeasured)
    receipt = office.send(ALONE | unmeasured | {"consent_health": "否"})
    assert [(n.row, n.code, n.column) for n in receipt.notices] == [
        (FIRST_ROW, "consent_changed", "同意记录健康情况")
    ]
    health = [e for e in office.standing() if getattr(e.data, "purpose", "") == "health"]
    assert [event.type_name for event in health] == ["consent.refused"]
    assert "consent.withdrawn" not in {event.type_name for event in office.events()}


def test_another_person_written_over_a_row_is_refused(office: Office) -> None:
    office.send(ALONE)
    receipt = office.send(ALONE | {"name": "李建国", "phones": "13900000000", "birth": "1938-1-1"})
    assert [(r.column, r.reason) for r in receipt.refusals] == [("姓名", "other_person")]
    assert office.card().name == "王秀英"


def test_what_headquarters_took_back_is_not_brought_back_by_a_sheet(office: Office) -> None:
    office.send(ALONE)
    purchase = next(e for e in office.events() if e.type_name == "purchase.made")
    word = {"of_source": purchase.source, "of_id": purchase.id, "reason_code": "duplicate_entry"}
    office.tell("event.voided", purchase.subject, "/console", word)
    kept = len(office.events())
    assert (office.send(ALONE).accepted, office.send(ALONE).refused) == (0, 0)
    receipt = office.send(ALONE | {"quantity": 9})
    assert [(r.column, r.reason) for r in receipt.refusals] == [("购买型号", "voided_elsewhere")]
    assert len(office.events()) == kept


def test_a_row_of_an_erased_card_is_refused_and_nothing_of_it_is_kept(office: Office) -> None:
    office.send(ALONE)
    subject = office.events()[0].subject
    erased = {"card_id": subject.partition("/")[2], "reason_code": "asked_for"}
    office.tell("card.erased", subject, "/console", erased)
    kept = len(office.events())
    receipt = office.send(ALONE | {"name": "王秀莹"})
    assert [r.reason for r in receipt.refusals] == ["erased"]
    assert len(office.events()) == kept


def test_a_row_that_was_taken_and_is_empty_now_is_said_and_left_alone(office: Office) -> None:
    office.send(ALONE, {"name": "李强"})
    receipt = office.send({}, {"name": "李强"})
    assert [(r.row, r.reason) for r in receipt.refusals] == [(FIRST_ROW, "row_emptied")]
    assert len(office.events()) == 11


def test_a_sheet_that_names_no_dealer_is_its_activitys(office: Office) -> None:
    sheet = handmade(["王秀英", "是"], headings=("姓名", "同意经销商"), labels=LABELS[:3])
    assert office.hand_over(saved(sheet)).refused == 1
    subject = f"activity/{ACTIVITY['activity_id']}"
    office.tell("activity.planned", subject, "/hq", ACTIVITY | {"programme": "p"})
    assert office.hand_over(saved(sheet)).refused == 0
    (consent,) = (e.data for e in office.events() if e.type_name == "consent.given")
    assert isinstance(consent, ConsentGiven)
    assert consent.dealer == ACTIVITY["dealer"]


def test_what_a_sheet_shared_before_it_named_what_is_shared_stays_until_its_answer_changes(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {
        "name": "王秀英",
        "phones": "13812345678",
        "consent_dealer": "是",
        "consent_health": "是",
    }
    with monkeypatch.context() as before:
        before.setattr(rows.RowReader, "_said_of_health", lambda _: None)
        office.send(row)
    kept = len(office.events())
    assert office.send(row).corrected == 0
    assert len(office.events()) == kept
    office.send(row | {"consent_health": "否"})
    office.send(row)
    (shared,) = (e.data for e in office.standing() if "share_with_dealer" in str(e.data))
    assert isinstance(shared, ConsentGiven) and shared.categories == CATEGORIES


def test_another_day_of_a_purchase_is_a_correction_and_the_same_is_none(office: Office) -> None:
    def send(day: str) -> SheetReceipt:
        headings = ("姓名", "手机", "购买数量", "单价", "型号", "购买日期")
        row = ["王秀英", "13812345678", 2, 693, "JX-B4", day]
        return office.hand_over(saved(handmade(row, headings=headings)))

    assert send("2026-5-10").refused == 0
    assert send("5月10日").corrected == 0
    assert send("2026-5-12").corrected == 1
    assert send("2026-5-12").corrected == 0
    assert send("").corrected == 1
    (bought,) = (e for e in office.standing() if isinstance(e.data, PurchaseMade))
    assert isinstance(bought.data, PurchaseMade)
    assert bought.data.activity_id == ACTIVITY["activity_id"]


def test_what_a_second_sheet_has_no_column_for_stays_as_the_first_said_it(office: Office) -> None:
    """A dealer's list of buyers, after the sign-in sheet of the same people."""
    signed = [
        "姓名",
        "手机",
        "性别",
        "出生年",
        "病症",
        "血压",
        "备注",
        "同意建档",
        "同意健康",
        "同意经销商",
    ]
    row = ["王秀英", "13812345678", "女", 1950, "高血压", "150/90", "女儿陪同", "是", "是", "是"]
    office.hand_over(saved(handmade(row, headings=signed)))
    before, card = office.types(), replace(office.card(), events=())
    bought = ["王秀英", "13812345678", 2, 693, "JX-B4"]
    sold = ("姓名", "手机", "购买数量", "单价", "型号")
    receipt = office.hand_over(saved(handmade(bought, headings=sold)))
    assert (receipt.refused, [n.code for n in receipt.notices]) == (0, [])
    assert office.types() == sorted([*before, "purchase.made"])
    assert replace(office.card(), events=()) == card
    asked = handmade(["王秀英", "13812345678", "是"], headings=("姓名", "手机", "同意经销商"))
    again = office.hand_over(saved(asked))
    assert (again.accepted, again.corrected) == (0, 0)


def test_a_cell_that_is_empty_under_its_heading_takes_back_what_stood_there(office: Office) -> None:
    headings = ("姓名", "手机", "性别", "购买数量", "单价", "型号")
    row = ["王秀英", "13812345678", "女", 2, 693, "JX-B4"]
    office.hand_over(saved(handmade(row, headings=headings)))
    office.hand_over(saved(handmade(["王秀英", "13812345678"], headings=headings)))
    assert "purchase.made" not in office.types()
    assert office.card().sex is None


def test_consents_of_a_sheet_go_with_the_notice_of_its_day_unless_it_names_one(
    office: Office,
) -> None:
    for version, days in (("own-1", 30), ("own-2", 60)):
        texts = packaged_notices()[0].texts
        at_us = day_start_us(date(2026, 5, 3)) + days * DAY_US
        add_notice(office.engine, notice(version, "archive", texts), at_us)

    def versions(*labels: str) -> list[str]:
        kept = len(office.events())
        headings = ("姓名", "同意建档", "同意健康信息")
        row = ["王秀英", "是", "是"]
        receipt = office.hand_over(saved(handmade(row, headings=headings, labels=labels)))
        assert receipt.refused == 0
        said = (event.data for event in office.events()[kept:])
        return [each.notice_version for each in said if isinstance(each, ConsentGiven)]

    in_may, in_august = "活动日期：2026-05-03", "活动日期：2026-08-01"
    assert versions("活动编号：A-1", "", in_may) == ["own-1", "2026-01"]
    assert versions("活动编号：A-2", "", in_may, "告知书版本：own-2") == ["own-2", "2026-01"]
    assert versions("活动编号：A-3", "", in_may, "告知书版本：o-2019") == ["o-2019", "o-2019"]
    assert versions("活动编号：A-4", "", in_august) == ["own-2", "2026-01"]


def test_a_row_that_is_missing_from_the_file_says_nothing(office: Office) -> None:
    office.hand_over(saved(handmade(["王秀英", "13812345678"], ["李强", "13900000000"])))
    receipt = office.hand_over(saved(handmade(["李强", "13900000000"])))
    assert (receipt.accepted, receipt.duplicate, receipt.refused) == (0, 2, 0)


def test_a_credential_that_may_not_say_one_thing_of_a_row_sends_none_of_it(office: Office) -> None:
    other = Credential("dealer", actor="t1", dealer="D-SH")
    receipt = office.send(ALONE, {"name": "李强"}, credential=other)
    assert {(r.row, r.reason) for r in receipt.refusals} == {(FIRST_ROW, "not_allowed")}
    assert receipt.accepted == 2


def test_a_sheet_of_a_day_to_come_is_refused(office: Office) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    sheet = write_template(ACTIVITY | {"starts_at": tomorrow}, 2, row_ids=iter(["a", "b"]))
    receipt = office.hand_over(filled(ALONE, data=sheet))
    assert {r.reason for r in receipt.refusals} == {"time_in_future"}
    assert office.events() == []


def test_odd_values_are_taken_and_the_row_is_told(office: Office) -> None:
    receipt = office.send({"name": "李强", "phones": "010-6655", "region": "999999"})
    assert [(n.row, n.code) for n in receipt.notices] == [
        (FIRST_ROW, "phone_unusual"),
        (FIRST_ROW, "region_unknown"),
    ]
    assert (receipt.warned, receipt.refused) == (1, 0)


def test_ids_hold_nothing_that_was_typed(office: Office) -> None:
    office.hand_over(saved(handmade(["王秀英", "13812345678"])))
    office.hand_over(saved(handmade(["王秀英", "13812345679"])))
    events = office.events()
    assert len(events) == 3
    names = " ".join(f"{e.id} {e.subject} {e.source} {e.actor}" for e in events)
    assert "13812345678" not in names
    assert "王" not in names


def test_a_file_that_is_no_sheet_is_refused_as_a_whole(office: Office) -> None:
    with pytest.raises(InvalidSheet):
        office.hand_over(b"no sheet")
    assert office.events() == []


versions = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["王秀英", "王秀莹"]),
        "phones": st.just("13812345678"),
        "medicines": st.sampled_from([None, "阿司匹林"]),
        "attended": st.sampled_from([None, "否"]),
        "systolic": st.sampled_from([None, 130, 140]),
        "trial_sku": st.sampled_from([None, "JX-B4", "JX-B2"]),
        "consent_archive": st.sampled_from([None, "是", "否"]),
    }
)


@examples(1 / 5)
@given(edits=st.lists(versions, min_size=1, max_size=5))
def test_after_any_edits_stands_what_a_fresh_sheet_would_say(
    edits: list[Row], tmp_path_factory: pytest.TempPathFactory
) -> None:
    office = new_office(tmp_path_factory.mktemp("edited"))
    fresh = new_office(tmp_path_factory.mktemp("fresh"))
    for edit in edits:
        office.send(edit)
        assert office.send(edit).accepted == 0
    fresh.send(edits[-1])
    assert _content(office) == _content(fresh)
    for one in (office, fresh):
        one.engine.dispose()
        one.keyring.engine.dispose()


def _content(office: Office) -> tuple[Any, ...]:
    card = office.card()
    slots = [
        (event.type_name, event.data)
        for event in office.standing()
        if not event.type_name.startswith("card.")
    ]
    fields = (card.name, card.phones, card.medicines, card.card_id)
    return fields, sorted(slots, key=str)


def test_however_many_transactions_take_a_sheet_it_is_known_as_one(office: Office) -> None:
    one = {name: cell for name, cell in ALONE.items() if name != "trial_serial"}
    people = [one | {"name": f"王{n}", "phones": f"1381234567{k}"} for k, n in enumerate(NAMES)]
    with mock.patch("crm.intake.sheet_intake._ROWS_AT_ONCE", 2):
        assert office.send(*people).refused == 0
    with reading(office.engine) as connection:
        found = sheet_sendings(connection, f"/sheets/{ACTIVITY['activity_id']}")
    assert [len(sending.rows) for sending in found] == [5]
