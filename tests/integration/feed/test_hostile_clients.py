"""A dealer's system that means harm: refused, logged without anybody's data, no harm done."""

import logging
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from crm.feed.history import closed_up_to, dealer_key, release_key
from crm.feed.tables import COPY_ACKNOWLEDGEMENT, COPY_RECEIPT
from crm.journal.events import JOURNAL
from crm.storage.database import reading, writing
from tests.integration.feed.dealers import Company, DealerSystem, shared, withdrawal


@pytest.fixture
def dealer(company: Company) -> DealerSystem:
    """A dealer who holds one row."""
    company.take(*shared("c1", "D1"))
    dealer = company.dealer("D1")
    dealer.pull()
    return dealer


def kept(company: Company) -> tuple[int, ...]:
    """How much was ever acknowledged, signed, and said through the door."""
    said = JOURNAL.c.type == "copy.acknowledged"
    with reading(company.running.site.engine) as connection:
        return tuple(
            connection.execute(query).scalar_one()
            for query in (
                select(func.count()).select_from(COPY_ACKNOWLEDGEMENT),
                select(func.count(COPY_RECEIPT.c.dealer_signature)),
                select(func.count()).select_from(JOURNAL).where(said),
            )
        )


def assert_refused(
    company: Company, answer: httpx.Response, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    logged = [record.getMessage() for record in caplog.records]
    assert any(f"refused: {status}, dealer D1, token t-" in line for line in logged), logged
    assert not any("王" in line for line in logged)
    assert kept(company) == (0, 0, 0)


@pytest.fixture(autouse=True)
def logged(caplog: pytest.LogCaptureFixture) -> None:
    """Everything that is logged."""
    caplog.set_level(logging.INFO)


def test_acknowledging_beyond_the_last_number_is_refused(
    company: Company, dealer: DealerSystem, caplog: pytest.LogCaptureFixture
) -> None:
    assert_refused(company, dealer.acknowledge(up_to=dealer.cursor + 1), 400, caplog)
    assert_refused(company, dealer.acknowledge(up_to=2**53 - 1), 400, caplog)


def test_a_forged_signature_of_an_acknowledgement_is_refused(
    company: Company, dealer: DealerSystem, caplog: pytest.LogCaptureFixture
) -> None:
    dealer.client.post("/v1/dealer/keys", json={"public_key": dealer.public_key})
    other = DealerSystem("D1", dealer.client, key=Ed25519PrivateKey.generate())
    forged = other.sign(dealer.claim())
    assert_refused(company, dealer.acknowledge(signature=forged), 400, caplog)
    assert_refused(company, dealer.acknowledge(signature="AAAA"), 400, caplog)


def test_a_receipt_that_was_never_issued_or_is_signed_by_another_is_refused(
    company: Company, dealer: DealerSystem
) -> None:
    dealer.client.post("/v1/dealer/keys", json={"public_key": dealer.public_key})
    receipt = dealer.acknowledge().json()["receipt"]
    before = kept(company)
    forged: list[dict[str, Any]] = [
        receipt | changed
        for changed in ({"rows": 9}, {"dealer": "D2"}, {"up_to": 1}, {"day": "2020-01-01"})
    ]
    bodies = [{"receipt": each, "signature": dealer.sign(each)} for each in forged]
    other = DealerSystem("D1", dealer.client, key=Ed25519PrivateKey.generate())
    bodies.append({"receipt": receipt, "signature": other.sign(receipt)})
    for body in bodies:
        assert dealer.client.post("/v1/dealer/receipts", json=body).status_code == 400, body
    assert kept(company) == before


def test_another_dealer_cannot_sign_somebody_elses_receipt(
    company: Company, dealer: DealerSystem
) -> None:
    receipt = dealer.acknowledge().json()["receipt"]
    other = company.dealer("D2")
    other.client.post("/v1/dealer/keys", json={"public_key": other.public_key})
    body = {"receipt": receipt, "signature": other.sign(receipt)}
    assert other.client.post("/v1/dealer/receipts", json=body).status_code == 400


def test_another_key_is_taken_only_after_headquarters_let_go_of_the_first(
    company: Company, dealer: DealerSystem, caplog: pytest.LogCaptureFixture
) -> None:
    dealer.client.post("/v1/dealer/keys", json={"public_key": dealer.public_key})
    other = DealerSystem("D1", dealer.client, key=Ed25519PrivateKey.generate())
    body = {"public_key": other.public_key}
    assert_refused(company, dealer.client.post("/v1/dealer/keys", json=body), 409, caplog)
    engine = company.running.site.engine
    with writing(engine) as connection:
        assert release_key(connection, "D1", 5)
        assert not release_key(connection, "D1", 6)
    assert dealer.client.post("/v1/dealer/keys", json=body).status_code == 200
    with reading(engine) as connection:
        assert dealer_key(connection, "D1") == other.public_key


def test_who_skips_what_it_was_to_delete_closes_no_withdrawal(
    company: Company, dealer: DealerSystem
) -> None:
    fetched = dealer.cursor
    company.take(withdrawal("c1", "D1"))
    company.take(*shared("c2", "D1", "李秀兰"))
    last = company.dealer("D1").pull()["last"]
    company.take(*shared("c3", "D1", "李秀芳"))
    with writing(company.running.site.engine) as connection:
        connection.exec_driver_sql("DELETE FROM copy_sent WHERE up_to > ?", (fetched,))
    assert dealer.acknowledge(up_to=last).json()["state"] == "behind"
    with reading(company.running.site.engine) as connection:
        assert closed_up_to(connection)["D1"] == fetched


def test_the_key_of_another_dealers_row_is_as_unknown_as_one_that_never_was(
    company: Company, dealer: DealerSystem
) -> None:
    (key,) = dealer.rows
    answer = company.dealer("D2").client.post("/v1/dealer/rows", json={"keys": [key, "f" * 64]})
    lines = [line.replace(key, "f" * 64) for line in answer.text.splitlines()[:-1]]
    assert len(set(lines)) == 1
    assert '"reason_class":"unknown"' in lines[0]


def test_who_floods_is_told_when_to_come_again(
    company: Company, dealer: DealerSystem, caplog: pytest.LogCaptureFixture
) -> None:
    turns = company.running.site.feed_caches.turns
    now = turns.clock()
    turns.clock = lambda: now
    turns.burst = 20
    other = company.dealer("D1")
    answers = [dealer.client.get("/v1/dealer/keys") for _ in range(25)]
    answers = [each for each in answers if each.status_code == 429]
    assert len(answers) >= 5
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert_refused(company, answers[-1], 429, caplog)
    assert other.client.get("/v1/dealer/keys").status_code == 200
    turns.clock = lambda: now + int(answers[-1].headers["retry-after"])
    assert dealer.client.get("/v1/dealer/keys").status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("acknowledge", b"{"),
        ("acknowledge", b'{"up_to":-1,"rows":0,"digest":"","at":""}'),
        ("acknowledge", b'{"up_to":0,"rows":0,"digest":"' + b"0" * 64 + b'","at":"","x":1}'),
        ("rows", b'{"keys":[]}'),
        ("rows", b'{"keys":["no key"]}'),
        ("rows", b"[" * 60_000),
        ("receipts", b'{"receipt":{},"signature":""}'),
        ("keys", b'{"public_key":"AAAA"}'),
        ("keys", b'{"public_key":"\xff"}'),
    ],
)
def test_a_malformed_body_is_a_problem_that_repeats_nothing_of_it(
    dealer: DealerSystem, path: str, body: bytes
) -> None:
    answer = dealer.client.post(f"/v1/dealer/{path}", content=body)
    assert answer.status_code == 400
    assert "no key" not in answer.text


def test_a_body_beyond_the_bound_is_not_read(dealer: DealerSystem) -> None:
    for path in ("acknowledge", "rows", "receipts", "keys"):
        answer = dealer.client.post(f"/v1/dealer/{path}", content=b"x" * 70_000)
        assert answer.status_code == 413
