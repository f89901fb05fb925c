"""Evidence counts against the party that hands it over, and nobody fills another's card."""

from typing import Any

import orjson
import pytest
from sqlalchemy import select

from crm.attachments import parties
from crm.attachments.parties import Allowance
from crm.attachments.store import MOST_OF_A_CARD
from crm.copies.tables import COPY_ROW
from crm.storage.database import reading
from tests.integration.feed.dealers import Company, contract, shared
from tests.integration.web.sites import RunningSite, card

PNG = b"\x89PNG\r\n\x1a\n" + b"a signature"


def post(site: RunningSite, token: str, content: bytes, **named: str) -> int:
    with site.client(Authorization=f"Bearer {token}") as client:
        return client.post("/v1/attachments", params=named, content=content).status_code


def write_card(site: RunningSite, token: str, card_id: str) -> None:
    written: dict[str, Any] = card(card_id) | {"source": "/dealers/D1/desk"}
    kind = {"content-type": "application/cloudevents+json"}
    with site.client(Authorization=f"Bearer {token}") as client:
        answer = client.post("/v1/events", content=orjson.dumps(written), headers=kind)
    assert answer.json()["receipts"][0]["status"] == "accepted"
    site.work()


def test_nobody_fills_the_card_of_another(site: RunningSite) -> None:
    own, foreign = site.token("dealer", "D1"), site.token("dealer", "D2")
    staff = site.token()
    # Before the card is written nobody knows whose it will be.
    assert post(site, foreign, PNG, card_id="C-own") == 201
    for number in range(1, MOST_OF_A_CARD):
        assert post(site, foreign, PNG + bytes([number]), card_id="C-own") == 201
    assert post(site, foreign, PNG + b"one more", card_id="C-own") == 409
    write_card(site, own, "C-own")
    assert post(site, foreign, PNG + b"more", card_id="C-own") == 403
    assert post(site, own, PNG + b"own", card_id="C-own") == 201
    assert post(site, staff, PNG + b"of the company", card_id="C-own") == 201


def test_a_party_has_an_allowance_for_a_day_whatever_the_cards(
    site: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parties, "OF_A_DEALER", Allowance(files=3, bytes=10_000))
    token, same_party = site.token("dealer", "D7"), site.token("dealer", "D7")
    statuses = [post(site, token, PNG, card_id=f"C-{number}") for number in range(3)]
    assert statuses == [201] * 3
    assert post(site, same_party, PNG, card_id="C-3") == 429
    assert post(site, site.token("dealer", "D8"), PNG, card_id="C-3") == 201
    assert post(site, site.token("dealer", "D9"), PNG + b"x" * 10_000, card_id="C-3") == 429


def test_a_dealer_hands_evidence_over_for_a_row_of_its_own_copy(site: RunningSite) -> None:
    company = Company(site)
    company.take(contract("D1"), *shared("C-row", "D1"))
    with reading(site.site.engine) as connection:
        key = connection.execute(select(COPY_ROW.c.key)).scalar_one()
    own, foreign = site.token("dealer", "D1"), site.token("dealer", "D2")
    assert post(site, own, PNG, row_key=key) == 201
    assert post(site, own, PNG + b"2", card_id="C-row") == 201
    assert post(site, foreign, PNG, row_key=key) == 404
    assert post(site, site.token(), PNG, row_key=key) == 404
    assert post(site, own, PNG, row_key=key, card_id="C-row") == 400
    assert post(site, own, PNG) == 400


def claim(site: RunningSite, token: str, card_id: str, **more: Any) -> None:
    """A dealer writes a card of an id that may be anybody's."""
    written: dict[str, Any] = card(card_id) | {"source": f"/dealers/{more.pop('by')}/desk"}
    written["data"] |= more
    say(site, token, written)


def say(site: RunningSite, token: str, event: dict[str, Any]) -> None:
    kind = {"content-type": "application/cloudevents+json"}
    with site.client(Authorization=f"Bearer {token}") as client:
        answer = client.post("/v1/events", content=orjson.dumps(event), headers=kind)
    assert answer.json()["receipts"][0]["status"] == "accepted"


def taken_back(card_id: str, by: str) -> dict[str, Any]:
    """The void of a claim."""
    of = {"of_source": f"/dealers/{by}/desk", "of_id": f"card-{card_id}"}
    said = card(card_id) | {"id": f"back-{card_id}", "source": of["of_source"]}
    return said | {"type": "jinxi.event.voided.v1", "data": {**of, "reason_code": "typed_wrong"}}


@pytest.mark.parametrize("kind", ["waiting", "voided"])
@pytest.mark.parametrize("recorded", [True, False])
def test_a_claim_that_does_not_stand_takes_a_card_from_nobody(
    site: RunningSite, kind: str, recorded: bool
) -> None:
    """Whoever guesses the ids of another's next cards neither shuts it out nor gets in."""
    foreign, own = site.token("dealer", "D5"), site.token("dealer", "D6")
    card_id = f"C-guessed-{kind}-{recorded}"
    claim(site, foreign, card_id, by="D5", **{"activity_id": "A-no"} if kind == "waiting" else {})
    if kind == "voided":
        say(site, foreign, taken_back(card_id, "D5"))
    site.work()
    assert post(site, own, PNG, card_id=card_id) == 201
    claim(site, own, card_id, by="D6")
    if recorded:
        site.work()
        assert post(site, foreign, PNG + b"foreign", card_id=card_id) == 403
    assert post(site, own, PNG + b"own", card_id=card_id) == 201


def test_a_rejected_claim_opens_no_card(site: RunningSite) -> None:
    own, foreign = site.token("dealer", "D6"), site.token("dealer", "D5")
    claim(site, own, "C-taken", by="D6")
    claim(site, foreign, "C-taken", by="D5")
    site.work()
    assert post(site, foreign, PNG, card_id="C-taken") == 403
    assert post(site, own, PNG, card_id="C-taken") == 201
