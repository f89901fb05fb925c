"""The register of requests in a database: what it keeps, from whom, and what erasure leaves."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from campaigns.intake import HEADQUARTERS
from campaigns.times import DAY_US
from crm.accounts.roles import scope_of
from crm.clock import now_us
from crm.recording.recorder import Recorder
from crm.rights.queries import open_counts, request_of, requests
from crm.rights.register import Asked, Clerk, close_request, note_step, open_request
from crm.rights.request import (
    CLOSED,
    IN_FUTURE,
    NEEDS_EVENT,
    NOT_DECEASED,
    NOT_FOUND,
    Closing,
    Request,
    RequestRefused,
)
from crm.scope import OutOfScope, Scope, dealer_scope
from crm.storage.database import reading, writing
from streams.running.installation import Installation, open_installation
from streams.upkeep.replay import rebuild
from tests.examples import a_card, an_event
from tests.templates import new_installation

COMPLIANCE = scope_of("compliance")
WORDS = "请删掉我母亲王秀英的电话"
ASKED = Asked("C1", "erase", "self", "phone", date(2026, 5, 4), WORDS)
GONE = ("/tests/hall", "erased")


@dataclass(frozen=True)
class Register:
    """A register with a clerk of compliance."""

    installation: Installation
    clerk: Clerk

    def accept(self, *events: dict[str, Any]) -> None:
        receipts = self.installation.intake.accept(
            [orjson.dumps(event) for event in events], HEADQUARTERS
        )
        assert {receipt.status for receipt in receipts} == {"accepted"}
        recorder = Recorder(self.installation.engine, self.installation.keyring)
        while recorder.record_next(now_us()) is not None:
            continue

    def open(self, **fields: Any) -> str:
        asked = replace(ASKED, **fields)
        return open_request(self.installation.engine, self.installation.keyring, self.clerk, asked)

    def note(self, request_id: str, text: str) -> None:
        note_step(self.installation.engine, self.installation.keyring, self.clerk, request_id, text)

    def close(self, request_id: str, closing: Closing) -> None:
        close_request(
            self.installation.engine, self.installation.keyring, self.clerk, request_id, closing
        )

    def request(self, request_id: str) -> Request:
        with reading(self.installation.engine) as connection:
            found = request_of(COMPLIANCE, connection, self.installation.keyring, request_id)
        assert found is not None
        return found


def erased(card_id: str = "C1") -> dict[str, Any]:
    data = {"card_id": card_id, "reason_code": "asked"}
    return an_event("card.erased", data, id="erased", time="2026-05-06T10:00:00+08:00")


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    installation = open_installation(new_installation(tmp_path))
    made = Register(installation, Clerk(COMPLIANCE, "law-1", now_us()))
    made.accept(a_card("C1"), a_card("C2", person={"name": "李强"}))
    yield made
    installation.engine.dispose()
    installation.keyring.engine.dispose()


def test_a_request_is_kept_with_its_clock_and_its_words_are_encrypted(
    register: Register, tmp_path: Path
) -> None:
    request = register.request(register.open())
    assert (request.kind, request.card_id, request.due_on) == ("erase", "C1", date(2026, 5, 25))
    assert request.text == WORDS
    files = [file.read_bytes() for file in tmp_path.rglob("*.db*")]
    assert files
    assert not any("王秀英的电话".encode() in data for data in files)


@pytest.mark.parametrize(("said", "due"), [("2026-05-22", 22), ("2026-05-26", 25)])
def test_a_request_is_due_no_later_than_was_said_nor_than_the_law_now_reckons(
    register: Register, said: str, due: int
) -> None:
    request_id = register.open()
    with writing(register.installation.engine) as connection:
        connection.exec_driver_sql(f"UPDATE rights_request SET due_on = '{said}'")
    assert register.request(request_id).due_on == date(2026, 5, due)
    with reading(register.installation.engine) as connection:
        late = open_counts(COMPLIANCE, connection, date(2026, 5, due + 1))
        in_time = open_counts(COMPLIANCE, connection, date(2026, 5, due))
    assert (in_time, late) == ((1, 0), (1, 1))


def test_a_request_is_found_by_the_person_as_well_and_hangs_on_a_card(register: Register) -> None:
    with reading(register.installation.engine) as connection:
        from_card = connection.exec_driver_sql("SELECT person_id FROM link WHERE card_id='C1'")
        person_id = from_card.scalar_one()
    assert register.request(register.open(name=person_id)).card_id == "C1"


def test_an_erasure_is_granted_only_with_the_erasure_of_a_card_of_this_person(
    register: Register,
) -> None:
    request_id = register.open()
    for event in (None, ("/tests/hall", "reg-C1"), ("/tests/hall", "nothing")):
        with pytest.raises(RequestRefused, match=NEEDS_EVENT):
            register.close(request_id, Closing("granted", event=event))
    register.accept(erased("C2"))
    with pytest.raises(RequestRefused, match=NEEDS_EVENT):
        register.close(request_id, Closing("granted", event=GONE))
    assert register.request(request_id).closing is None


def test_after_an_erasure_the_register_keeps_the_fact_and_no_words(
    register: Register, tmp_path: Path
) -> None:
    request_id = register.open()
    register.note(request_id, "已电话核实，是王秀英本人")
    register.accept(erased())
    register.close(request_id, Closing("granted", event=GONE, text="已告知王秀英"))
    request = register.request(request_id)
    assert (request.text, [step.text for step in request.steps]) == (None, [None, None])
    assert request.closing is not None
    assert (request.closing.outcome, request.closing.event_id) == ("granted", "erased")
    assert (request.kind, request.received_on) == ("erase", date(2026, 5, 4))
    # What is sealed has no key left, and nothing was written in plain.
    files = [file.read_bytes() for file in tmp_path.rglob("*.db*")]
    assert not any(word.encode() in data for data in files for word in ("我母亲", "电话核实"))


def test_a_closed_request_takes_no_further_step(register: Register) -> None:
    request_id = register.open(kind="copy")
    register.close(request_id, Closing("granted"))
    with pytest.raises(RequestRefused, match=CLOSED):
        register.close(request_id, Closing("refused", "other"))
    with pytest.raises(RequestRefused, match=CLOSED):
        register.note(request_id, "later")
    assert len(register.request(request_id).steps) == 1


def test_a_relative_is_granted_a_copy_once_the_person_has_died(register: Register) -> None:
    request_id = register.open(kind="copy", asked_by="relative")
    with pytest.raises(RequestRefused, match=NOT_DECEASED):
        register.close(request_id, Closing("granted"))
    register.accept(an_event("person.deceased", {"card_id": "C1"}, id="died"))
    register.close(request_id, Closing("granted"))
    assert register.request(request_id).closing is not None


def test_what_is_not_known_or_lies_ahead_is_not_entered(register: Register) -> None:
    with pytest.raises(RequestRefused, match=NOT_FOUND):
        register.open(name="nobody")
    with pytest.raises(RequestRefused, match=IN_FUTURE):
        register.open(received_on=date(2099, 1, 1))
    with pytest.raises(RequestRefused, match=NOT_FOUND):
        register.close("no-such", Closing("granted"))


def test_the_list_begins_with_what_is_overdue_and_counts_it(register: Register) -> None:
    today = date(2026, 6, 1)
    soon = register.open(received_on=date(2026, 5, 28))
    late = register.open(received_on=date(2026, 5, 4))
    done = register.open(kind="copy", received_on=date(2026, 4, 1))
    register.close(done, Closing("granted"))
    with reading(register.installation.engine) as connection:
        keyring = register.installation.keyring
        listed = requests(COMPLIANCE, connection, keyring, today)
        every = requests(COMPLIANCE, connection, keyring, today, closed=True)
        counts = open_counts(COMPLIANCE, connection, today)
    assert [each.request_id for each in listed] == [late, soon]
    assert [each.request_id for each in every] == [late, soon, done]
    assert counts == (2, 1)


@pytest.mark.parametrize("scope", [scope_of("staff"), dealer_scope("D1")])
def test_the_register_is_closed_to_staff_and_dealers(register: Register, scope: Scope) -> None:
    request_id = register.open()
    outsider = replace(register, clerk=replace(register.clerk, scope=scope))
    with pytest.raises(OutOfScope):
        outsider.note(request_id, "看过")
    with pytest.raises(OutOfScope):
        outsider.close(request_id, Closing("refused", "other"))
    with reading(register.installation.engine) as connection, pytest.raises(OutOfScope):
        requests(scope, connection, register.installation.keyring, date(2026, 5, 5))
    with reading(register.installation.engine) as connection, pytest.raises(OutOfScope):
        open_counts(scope, connection, date(2026, 5, 5))


def test_a_request_is_entered_by_field_staff_too_and_by_no_dealer(register: Register) -> None:
    hall = replace(register, clerk=replace(register.clerk, scope=scope_of("staff")))
    assert register.request(hall.open()).closing is None
    shop = replace(register, clerk=replace(register.clerk, scope=dealer_scope("D1")))
    with pytest.raises(OutOfScope):
        shop.open()


def test_a_rebuild_of_every_view_leaves_the_register_as_it_was(register: Register) -> None:
    request_id = register.open()
    register.note(request_id, "核实过")
    before = register.request(request_id)
    rebuild(register.installation.engine, register.installation.keyring)
    assert register.request(request_id) == before
    assert before.steps[0].at_us < now_us() + DAY_US
