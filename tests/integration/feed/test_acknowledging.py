"""Acknowledging, receipts and keys: both sides prove that the copies are equal, and keep it."""

from typing import Any

import orjson
import pytest
from sqlalchemy import Table, func, select

from campaigns.catalogue import wire_name
from crm.copies.receipts import is_signed
from crm.feed.history import closed_up_to
from crm.feed.tables import COPY_ACKNOWLEDGEMENT, COPY_RECEIPT
from crm.journal.events import JOURNAL
from crm.schema.tables import TOLD
from crm.storage.database import reading
from streams.upkeep.replay import rebuild
from tests.integration.feed.dealers import Company, DealerSystem, shared, withdrawal


@pytest.fixture
def dealer(company: Company) -> DealerSystem:
    """A dealer who holds one row."""
    company.take(*shared("c1", "D1"))
    dealer = company.dealer("D1")
    dealer.pull()
    return dealer


def count(company: Company, table: Table, *where: Any) -> int:
    with reading(company.running.site.engine) as connection:
        query = select(func.count()).select_from(table).where(*where)
        return connection.execute(query).scalar_one()


def closed(company: Company) -> int:
    with reading(company.running.site.engine) as connection:
        return closed_up_to(connection).get("D1", 0)


def test_equal_copies_get_a_receipt_that_the_company_signs(dealer: DealerSystem) -> None:
    told = dealer.acknowledge().json()
    assert (told["state"], told["rows"], told["last"]) == ("equal", 1, dealer.cursor)
    receipt = told["receipt"]
    assert (receipt["dealer"], receipt["rows"], receipt["digest"]) == ("D1", 1, dealer.digest)
    written = orjson.dumps(receipt, option=orjson.OPT_SORT_KEYS)
    company_key = dealer.client.get("/v1/dealer/keys").json()["company_key"]
    assert company_key == told["company_key"]
    assert is_signed(written, told["company_signature"], company_key)


def test_an_acknowledgement_is_an_event_of_the_token_and_history_of_its_own(
    company: Company, dealer: DealerSystem
) -> None:
    dealer.acknowledge()
    company.work()
    with reading(company.running.site.engine) as connection:
        row = connection.execute(select(JOURNAL).where(JOURNAL.c.type == "copy.acknowledged")).one()
        kept = connection.execute(select(COPY_ACKNOWLEDGEMENT)).one()
    assert (row.role, row.subject, row.source) == ("dealer/D1", "dealer/D1", "/dealers/D1")
    assert row.actor == kept.actor
    assert (kept.state, kept.up_to, kept.closes_up_to) == ("equal", dealer.cursor, dealer.cursor)
    told = dealer.client.get("/v1/events", params={"source": row.source, "id": row.id}).json()
    assert (told["type"], told["outcome"]) == (wire_name("copy.acknowledged"), "recorded")


def test_a_token_with_sources_of_its_own_acknowledges_from_one_of_them(company: Company) -> None:
    token = company.running.token("dealer", "D1", ("/erp/beijing/",))
    dealer = DealerSystem("D1", company.client(token))
    dealer.pull()
    assert dealer.acknowledge().json()["state"] == "equal"
    assert count(company, JOURNAL, JOURNAL.c.source == "/erp/beijing/copy") == 1


def test_saying_it_again_changes_nothing(company: Company, dealer: DealerSystem) -> None:
    first, again = dealer.acknowledge().json(), dealer.acknowledge(at="later").json()
    assert first == again
    for table in (COPY_ACKNOWLEDGEMENT, COPY_RECEIPT):
        assert count(company, table) == 1
    assert count(company, JOURNAL, JOURNAL.c.type == "copy.acknowledged") == 1


def test_another_digest_or_number_of_rows_is_different_and_closes_nothing(
    company: Company, dealer: DealerSystem
) -> None:
    for changed in ({"digest": "0" * 64}, {"rows": 2}):
        told = dealer.acknowledge(**changed).json()
        assert told["state"] == "different"
        assert "receipt" not in told
    assert closed(company) == 0


def test_newer_changes_make_an_acknowledgement_behind(
    company: Company, dealer: DealerSystem
) -> None:
    before = dealer.cursor
    company.take(*shared("c2", "D1", "李秀兰"))
    told = dealer.acknowledge().json()
    assert (told["state"], told["rows"]) == ("behind", 2)
    assert closed(company) == before
    dealer.pull()
    assert dealer.acknowledge().json()["state"] == "equal"


def test_both_signatures_are_kept_and_listed_once_a_day(
    company: Company, dealer: DealerSystem
) -> None:
    receipt = dealer.acknowledge().json()["receipt"]
    signature = dealer.sign(receipt)
    body = {"receipt": receipt, "signature": signature}
    assert dealer.client.post("/v1/dealer/receipts", json=body).status_code == 409
    key = {"public_key": dealer.public_key}
    assert dealer.client.post("/v1/dealer/keys", json=key).json()["dealer_key"] == dealer.public_key
    told = dealer.client.post("/v1/dealer/receipts", json=body).json()
    assert told["dealer_signature"] == signature
    assert dealer.client.post("/v1/dealer/receipts", json=body).json() == told
    company.take(*shared("c2", "D1", "李秀兰"))
    dealer.pull()
    assert dealer.acknowledge().json()["receipt"]["rows"] == 2
    assert dealer.client.get("/v1/dealer/receipts").json() == {"receipts": [told]}


def test_a_signed_acknowledgement_is_kept_with_its_signature(
    company: Company, dealer: DealerSystem
) -> None:
    dealer.client.post("/v1/dealer/keys", json={"public_key": dealer.public_key})
    signature = dealer.sign(dealer.claim())
    assert dealer.acknowledge(signature=signature).json()["state"] == "equal"
    signed = COPY_ACKNOWLEDGEMENT.c.signature == signature
    assert count(company, COPY_ACKNOWLEDGEMENT, signed) == 1


def test_a_rebuild_leaves_alone_what_was_sent_acknowledged_and_signed(
    company: Company, dealer: DealerSystem
) -> None:
    dealer.acknowledge()
    company.take(withdrawal("c1", "D1"))
    dealer.pull()
    dealer.acknowledge()
    site = company.running.site

    def everything() -> list[list[Any]]:
        with reading(site.engine) as connection:
            return [[tuple(row) for row in connection.execute(select(each))] for each in TOLD]

    before = everything()
    rebuild(site.engine, site.keyring)
    assert everything() == before
    assert sum(map(len, before)) > 4
