"""The door of the embedded run: durable, idempotent, and silent about people."""

import hmac
import json
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update

from campaigns.content import former_content
from campaigns.intake import HEADQUARTERS, Credential, Intake, Receipt
from crm.configuration.settings import Settings
from crm.intake.accept import EventIntake
from crm.journal.events import JOURNAL, decode, rows_after
from crm.journal.logged_event import LoggedEvent
from crm.keyring.keyring import KeyLost, Keyring
from crm.storage.database import METADATA, open_engine, reading, writing
from tests.examples import HAPPENED, a_card, an_event, days_after, written

HAPPENED_IN_UTC = "2026-05-03T01:12:00Z"
STAFF = Credential("staff", actor="staff-3")
SECRETS = ("王秀英", "13812345678", "11010519491231002X", "长安区和平路1号", "高血压", "英子")


@dataclass(frozen=True)
class House:
    """An installation in a folder."""

    settings: Settings
    engine: Engine
    keyring: Keyring
    intake: EventIntake

    def accept(
        self, *events: dict[str, Any], by: Credential = HEADQUARTERS, history: bool = False
    ) -> list[Receipt]:
        return self.intake.accept(list(map(written, events)), by, history=history)

    def journal(self) -> list[LoggedEvent]:
        with reading(self.engine) as connection:
            return decode(rows_after(connection, 0, 100_000), self.keyring)

    def files(self) -> bytes:
        return b"".join(
            path.read_bytes() for path in self.settings.data_folder.rglob("*") if path.is_file()
        )


def open_house(settings: Settings) -> House:
    engine = open_engine(settings.database_url)
    METADATA.create_all(engine)
    keyring = Keyring.open(settings)
    return House(settings, engine, keyring, EventIntake(engine, keyring))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = open_house(Settings.in_folder(tmp_path / "data"))
    yield opened
    opened.engine.dispose()
    opened.keyring.engine.dispose()


def statuses(receipts: Sequence[Receipt]) -> list[str]:
    return [receipt.reason or receipt.status for receipt in receipts]


def a_person_card(card_id: str = "card-1") -> dict[str, Any]:
    return a_card(
        card_id,
        person={"name": SECRETS[0], "id_number": SECRETS[2]},
        contact={"phones": [SECRETS[1]], "address": SECRETS[3]},
        health={"conditions": [SECRETS[4]]},
        nickname=SECRETS[5],
    )


def a_purchase(purchase_id: str = "P1", card_id: str = "card-1") -> dict[str, Any]:
    data = {"purchase_id": purchase_id, "card_id": card_id, "sku": "S", "quantity": 1}
    data |= {"unit_price_fen": 100, "channel": "dealer", "private": {"buyer_name": "李强"}}
    return an_event("purchase.made", data, id=f"buy-{purchase_id}")


def an_erasure(card_id: str = "card-1") -> dict[str, Any]:
    data = {"card_id": card_id, "reason_code": "asked"}
    return an_event("card.erased", data, id=f"erase-{card_id}", time=days_after(HAPPENED, 3))


def test_the_journal_intake_is_an_intake(house: House) -> None:
    assert isinstance(house.intake, Intake)


def test_what_was_accepted_is_there_for_another_process(house: House) -> None:
    (receipt,) = house.accept(a_person_card(), by=STAFF)
    assert (receipt.status, receipt.source, receipt.id) == ("accepted", "/tests/hall", "reg-card-1")
    (kept,) = open_house(house.settings).journal()
    assert (kept.actor, kept.role, kept.subject) == ("staff-3", "staff", "card/card-1")
    assert kept.data.person.name == SECRETS[0]  # type: ignore[attr-defined]


def test_an_event_sent_again_is_a_duplicate_that_says_when_and_by_whom(house: House) -> None:
    house.accept(a_card(), by=STAFF)
    (kept,) = house.journal()
    shuffled = json.dumps(dict(reversed(a_card().items())), indent=1).encode()
    for line in (written(a_card()), shuffled, written(a_card() | {"actor": "other"})):
        (again,) = house.intake.accept([line], HEADQUARTERS)
        assert again.status == "duplicate"
        assert (again.first_received_us, again.first_actor) == (kept.received_us, "staff-3")
    assert len(house.journal()) == 1


def test_a_retry_with_another_trace_and_the_time_spelled_otherwise_is_a_duplicate(
    house: House,
) -> None:
    house.accept(a_card() | {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
    again = a_card() | {"traceparent": f"00-{'c' * 32}-{'d' * 16}-00", "time": HAPPENED_IN_UTC}
    assert statuses(house.accept(again)) == ["duplicate"]
    assert len(house.journal()) == 1


def test_what_an_earlier_version_took_is_a_duplicate_when_it_is_sent_again(house: House) -> None:
    line = written(a_card(quite="new"))
    house.intake.accept([line], HEADQUARTERS)
    former = hmac.digest(house.keyring.secret("content"), former_content(line), "sha256")
    with writing(house.engine) as connection:
        connection.execute(update(JOURNAL).values(content_hash=former))
    assert statuses(house.accept(a_card(quite="new"))) == ["duplicate"]
    assert statuses(house.accept(a_card(quite="other"))) == ["id_reused"]


def test_within_one_call_the_second_is_a_duplicate_too(house: House) -> None:
    other = a_card(region="130102")
    assert statuses(house.accept(a_card(), a_card(), other)) == [
        *("accepted", "duplicate", "id_reused"),
    ]
    assert len(house.journal()) == 1


def test_other_content_under_a_used_identity_is_refused(house: House) -> None:
    house.accept(a_card())
    (receipt,) = house.accept(a_card(region="130102"))
    assert (receipt.reason, receipt.path) == ("id_reused", "$.id")
    (elsewhere,) = house.accept(a_card() | {"source": "/tests/elsewhere"})
    assert elsewhere.status == "accepted"


def test_the_identity_of_a_refused_event_is_free_again(house: House) -> None:
    forbidden = an_erasure() | {"id": "e-9"}
    assert statuses(house.accept(a_card(region="x") | {"id": "e-9"})) == ["bad_value"]
    assert statuses(house.accept(forbidden, by=STAFF)) == ["not_allowed"]
    assert statuses(house.accept(a_card("13812345678") | {"id": "e-9"})) == ["id_is_personal"]
    assert statuses(house.accept(a_card() | {"id": "e-9"})) == ["accepted"]


def test_a_used_identity_is_graver_than_what_may_not_be_said(house: House) -> None:
    house.accept(a_card() | {"id": "e-9"})
    assert statuses(house.accept(a_card("13812345678") | {"id": "e-9"})) == ["id_reused"]
    assert statuses(house.accept(an_erasure() | {"id": "e-9"}, by=STAFF)) == ["id_reused"]


def test_each_line_is_answered_by_itself_and_in_order(house: House) -> None:
    lines = [
        *(written(a_card("a")), b"not json", b"[]", written(a_card("b")) + b"\r\n"),
        *(b'{"specversion":"1.0"}', written(a_card("13812345678")), written(a_card("c"))),
    ]
    assert statuses(house.intake.accept(lines, HEADQUARTERS)) == [
        *("accepted", "not_json", "not_cloudevents", "accepted"),
        *("missing_field", "id_is_personal", "accepted"),
    ]
    assert [event.subject for event in house.journal()] == ["card/a", "card/b", "card/c"]


def test_warnings_come_with_the_receipt(house: House) -> None:
    (receipt,) = house.accept(a_card(contact={"phones": ["0311-8601234"]}))
    assert (receipt.status, receipt.warnings) == ("accepted", ("phone_unusual",))


def test_headquarters_events_are_their_sources_and_nobody_else_is_believed(house: House) -> None:
    house.accept(a_card() | {"actor": "the chairman"})
    (kept,) = house.journal()
    assert (kept.actor, kept.role) == ("/tests/hall", "headquarters")


def test_history_keeps_when_it_was_first_received(house: House) -> None:
    event = a_card() | {"receivedat": days_after(HAPPENED, 1)}
    assert statuses(house.accept(event, history=True)) == ["accepted"]
    (kept,) = house.journal()
    assert kept.received_us - kept.starts_us == 86_400_000_000
    assert statuses(house.accept(a_card())) == ["duplicate"]


def test_ten_thousand_events_are_taken_in_one_call(house: House) -> None:
    lines = [written(a_card(f"card-{number}")) for number in range(10_000)]
    assert set(statuses(house.intake.accept(lines, HEADQUARTERS))) == {"accepted"}
    assert set(statuses(house.intake.accept(lines, HEADQUARTERS))) == {"duplicate"}
    with reading(house.engine) as connection:
        assert connection.execute(select(func.count()).select_from(JOURNAL)).scalar() == 10_000


def test_nothing_personal_is_in_any_file_in_plain(house: House) -> None:
    refused = a_card("13900001111") | {"id": "x-1"}
    house.accept(a_person_card(), a_purchase(), refused, a_card("8613900002222"))
    found = house.files()
    for secret in (*SECRETS, "李强", "13900001111", "13900002222"):
        assert secret.encode() not in found
        assert json.dumps(secret).strip('"').encode() not in found
    assert b"card-1" in found


def test_an_erasure_destroys_the_key_and_keeps_late_comers_out(house: House) -> None:
    late = an_event(
        "card.corrected",
        {"card_id": "card-1", "person": {"name": SECRETS[0]}},
        id="late",
        time=days_after(HAPPENED, -1),
    )
    house.accept(a_person_card(), a_purchase())
    assert statuses(house.accept(an_erasure())) == ["accepted"]
    assert house.keyring.data_keys(["card/card-1"], create=True) == {"card/card-1": None}
    assert statuses(house.accept(late)) == ["accepted"]
    registered, bought, _, corrected = house.journal()
    assert registered.data.person.name == "-"  # type: ignore[attr-defined]
    assert registered.data.contact is None  # type: ignore[attr-defined]
    assert "王" not in str(corrected.data)
    assert bought.data.private.buyer_name == "李强"  # type: ignore[attr-defined]


def test_an_erasure_that_comes_first_keeps_out_what_comes_later(house: House) -> None:
    house.accept(an_erasure())
    assert statuses(house.accept(a_person_card(), a_purchase())) == ["accepted", "accepted"]
    _, registered, bought = house.journal()
    assert registered.data.person.name == "-"  # type: ignore[attr-defined]
    assert bought.data.private.buyer_name == "李强"  # type: ignore[attr-defined]
    with reading(house.engine) as connection:
        assert rows_after(connection, 0, 9)[1].sealed is None


def test_an_erasure_in_the_same_call_counts_for_all_of_it(house: House) -> None:
    house.accept(a_person_card(), an_erasure(), a_person_card() | {"id": "again"})
    assert all("王" not in str(event.data) for event in house.journal())


def test_only_an_erasure_that_is_accepted_erases(house: House) -> None:
    house.accept(a_person_card())
    assert statuses(house.accept(an_erasure(), by=STAFF)) == ["not_allowed"]
    (kept,) = house.journal()
    assert kept.data.person.name == SECRETS[0]  # type: ignore[attr-defined]


def test_an_erasure_that_was_cut_short_is_finished_when_it_is_sent_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.accept(a_person_card())

    def cut_short(_keyring: Keyring, _subject: str) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(Keyring, "destroy", cut_short)
        with pytest.raises(ConnectionError):
            house.accept(an_erasure())
    assert statuses(house.accept(an_erasure())) == ["duplicate"]
    assert house.keyring.is_fenced(["card/card-1"]) == {"card/card-1"}


def test_a_lost_keyring_is_noticed_and_not_taken_for_an_erasure(house: House) -> None:
    house.accept(a_person_card())
    house.keyring.engine.dispose()
    for file in house.settings.data_folder.glob("keys.db*"):
        file.unlink()
    young = Keyring.open(house.settings)
    with reading(house.engine) as connection, pytest.raises(KeyLost):
        decode(rows_after(connection, 0, 9), young)
    with pytest.raises(KeyLost):
        EventIntake(house.engine, young)


def test_a_keyring_may_be_restored_and_then_all_can_be_read(house: House, tmp_path: Path) -> None:
    house.accept(a_person_card())
    house.keyring.engine.dispose()
    shutil.copytree(house.settings.data_folder, tmp_path / "copy")
    moved = open_house(Settings.in_folder(tmp_path / "copy"))
    assert moved.journal()[0].data == house.journal()[0].data
    assert statuses(moved.accept(a_person_card())) == ["duplicate"]


def some_lines() -> list[bytes]:
    return [written(a_person_card(f"card-{number}")) for number in range(300)]


def test_of_threads_that_send_the_same_each_event_is_accepted_by_one(house: House) -> None:
    def send(_worker: int) -> list[str]:
        return [
            status
            for start in range(0, 300, 30)
            for status in statuses(house.intake.accept(some_lines()[start : start + 30], STAFF))
        ]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    assert_each_accepted_once(answers, house)


def send_from_a_process(folder: str) -> list[str]:
    intake = open_house(Settings.in_folder(Path(folder))).intake
    lines = some_lines()
    return [
        status
        for start in range(0, 300, 50)
        for status in statuses(intake.accept(lines[start : start + 50], STAFF))
    ]


def test_of_processes_that_send_the_same_each_event_is_accepted_by_one(house: House) -> None:
    folder = str(house.settings.data_folder)
    with get_context("spawn").Pool(2) as pool:
        answers = pool.map(send_from_a_process, [folder, folder], chunksize=1)
    assert_each_accepted_once(answers, house)


def assert_each_accepted_once(answers: list[list[str]], house: House) -> None:
    for of_one_event in zip(*answers, strict=True):
        assert sorted(of_one_event) == ["accepted", *["duplicate"] * (len(answers) - 1)]
    assert len(house.journal()) == 300
    assert all(SECRETS[0] in str(event.data) for event in house.journal())
