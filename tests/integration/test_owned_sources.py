"""Under a source that is opened by name nobody else speaks; elsewhere each takes back its own."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from campaigns.intake import HEADQUARTERS, Credential, Receipt
from crm.accounts.tables import API_TOKEN
from crm.accounts.tokens import TokenRole, add_token, credential_of_token, revoke_token
from crm.intake.accept import EventIntake
from crm.outcomes.queries import event_status
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing
from streams.embedded.worker import Worker
from streams.running.installation import Installation, open_installation
from streams.running.outbox_store import OutboxStore
from tests.examples import a_card, an_event, written
from tests.templates import new_installation

APP = "/dealers/d1/app"
REFUSED = ("refused", "not_allowed", "$.source")
NOT_ITS_WORD = ("refused", "not_allowed", "$.data.of_id")


@pytest.fixture(params=["journal", "outbox"])
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator["House"]:
    opened = open_installation(new_installation(tmp_path))
    yield House(opened, outbox=request.param == "outbox")
    opened.engine.dispose()
    opened.keyring.engine.dispose()


class House:
    """An installation with its door, into the journal or into the outbox."""

    def __init__(self, opened: Installation, *, outbox: bool) -> None:
        self.opened, self.engine = opened, opened.engine
        self.intake = (
            EventIntake(opened.engine, opened.keyring, OutboxStore()) if outbox else opened.intake
        )

    def token(
        self, name: str, role: TokenRole = "staff", dealer: str | None = None, *sources: str
    ) -> Credential:
        """What the bearer of a new token may say; without sources as they were made once, when a
        dealer's had none of its own by default."""
        token = add_token(self.engine, name, role, dealer, sources)
        if not sources:
            with writing(self.engine) as connection:
                is_it = API_TOKEN.c.token_sha256 == sha256(token.encode()).hexdigest()
                connection.execute(update(API_TOKEN).where(is_it).values(sources=""))
        with reading(self.engine) as connection:
            credential = credential_of_token(connection, token)
        assert credential is not None
        return credential

    def send(self, by: Credential, event: dict[str, Any]) -> Receipt:
        (receipt,) = self.intake.accept([written(event)], by)
        return receipt


def card(number: int, source: str = APP) -> dict[str, Any]:
    return a_card(f"C{number}", attributes={"id": f"e{number}", "source": source})


def void(number: int, source: str = APP, of_source: str = APP) -> dict[str, Any]:
    data = {"of_source": of_source, "of_id": f"e{number}", "reason_code": "typed_wrong"}
    attributes = {"id": f"void-{number}", "source": source, "subject": f"card/C{number}"}
    return an_event("event.voided", data, **attributes)


def told(receipt: Receipt) -> tuple[str, str | None, str | None]:
    return receipt.status, receipt.reason, receipt.path


@pytest.mark.parametrize("source", [APP, "urn:whatever", "https://d1.example/till/2", "d1"])
def test_a_token_without_sources_may_use_any_that_is_opened_to_nobody(
    house: House, source: str
) -> None:
    dealer = house.token("app", "dealer", "D1")
    assert house.send(dealer, card(1, source)).status == "accepted"
    assert house.send(dealer, card(2, source)).status == "accepted"


def test_several_may_share_a_source_and_each_takes_back_its_own_words(house: House) -> None:
    first, other = house.token("hall"), house.token("bus")
    dealer = house.token("app", "dealer", "D1")
    assert house.send(first, card(1)).status == "accepted"
    assert house.send(other, card(2)).status == "accepted"
    assert house.send(dealer, card(3)).status == "accepted"
    for foreign in (2, 3):
        assert told(house.send(first, void(foreign))) == NOT_ITS_WORD
    assert told(house.send(dealer, void(1))) == NOT_ITS_WORD
    assert house.send(first, void(1)).status == "accepted"
    assert house.send(dealer, void(3)).status == "accepted"


def test_headquarters_uses_any_source_and_owns_none(house: House) -> None:
    dealer, office = house.token("app", "dealer", "D1"), house.token("office", "headquarters")
    assert house.send(HEADQUARTERS, card(1)).status == "accepted"
    assert house.send(office, card(2)).status == "accepted"
    assert house.send(dealer, card(3)).status == "accepted"
    assert house.send(office, void(3)).status == "accepted"


def test_what_headquarters_said_is_not_taken_back_under_the_same_source(house: House) -> None:
    dealer = house.token("app", "dealer", "D1")
    house.send(HEADQUARTERS, card(1))
    assert told(house.send(dealer, void(1))) == NOT_ITS_WORD
    assert house.send(dealer, card(2)).status == "accepted"
    assert told(house.send(dealer, void(1))) == NOT_ITS_WORD
    assert house.send(dealer, void(2)).status == "accepted"


def test_two_voids_of_one_id_in_one_batch_hide_nothing(house: House) -> None:
    dealer = house.token("app", "dealer", "D1")
    house.send(HEADQUARTERS, card(1))
    house.send(dealer, card(2))
    foreign, own = void(1), {**void(2), "id": "void-1"}
    receipts = house.intake.accept([written(foreign), written(own)], dealer)
    assert [receipt.status for receipt in receipts] == ["refused", "accepted"]


def test_a_word_that_was_taken_before_is_a_duplicate_all_the_same(house: House) -> None:
    dealer = house.token("app", "dealer", "D1")
    house.send(HEADQUARTERS, card(1))
    house.send(HEADQUARTERS, void(1))
    assert house.send(dealer, void(1)).status == "duplicate"


def test_a_void_of_what_another_said_elsewhere_is_rejected_as_ever(tmp_path: Path) -> None:
    opened = open_installation(new_installation(tmp_path))
    house = House(opened, outbox=False)
    hall, bus = house.token("hall"), house.token("bus")
    assert house.send(hall, card(1)).status == "accepted"
    assert house.send(bus, void(1, source="/bus")).status == "accepted"
    Worker(opened.engine, opened.keyring).until_idle()
    with reading(opened.engine) as connection:
        found = event_status(HEADQUARTERS_SCOPE, connection, "/bus", "void-1")
    assert found is not None
    assert (found.outcome, found.reason) == ("rejected", "not_allowed")
    opened.engine.dispose()
    opened.keyring.engine.dispose()


def test_a_dealer_is_one_sender_whatever_its_tokens_are_called(house: House) -> None:
    app, till = house.token("app", "dealer", "D1"), house.token("till", "dealer", "D1")
    other = house.token("app", "dealer", "D2")
    assert house.send(app, card(1)).status == "accepted"
    assert told(house.send(other, void(1))) == NOT_ITS_WORD
    assert house.send(till, void(1)).status == "accepted"


def test_a_new_token_of_the_same_name_goes_on_where_the_revoked_one_stopped(house: House) -> None:
    assert house.send(house.token("hall"), card(1)).status == "accepted"
    revoke_token(house.engine, "hall")
    assert told(house.send(house.token("bus"), void(1))) == NOT_ITS_WORD
    assert house.send(house.token("hall"), void(1)).status == "accepted"


def test_what_is_opened_by_name_is_closed_to_who_names_nothing(house: House) -> None:
    squatter = house.token("bus")
    assert house.send(squatter, card(1)).status == "accepted"
    named = house.token("app", "dealer", "D1", "/dealers/d1")
    assert told(house.send(squatter, card(2))) == REFUSED
    assert house.send(named, card(2)).status == "accepted"
    assert told(house.send(squatter, void(2))) == REFUSED
    revoke_token(house.engine, "app")
    assert house.send(house.token("new"), card(3)).status == "accepted"


def test_in_one_batch_only_what_is_under_a_foreign_source_is_refused(house: House) -> None:
    first, other = house.token("hall", "staff", None, "/hall"), house.token("bus")
    lines = [written(card(number, f"/hall/{number}")) for number in range(3)]
    assert {receipt.status for receipt in house.intake.accept(lines, first)} == {"accepted"}
    mixed = [written(card(9, "/bus")), written(card(8, "/hall/1")), b"broken"]
    statuses = [receipt.status for receipt in house.intake.accept(mixed, other)]
    assert statuses == ["accepted", "refused", "refused"]
