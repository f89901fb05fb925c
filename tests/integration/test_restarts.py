"""A worker that starts anew between any two batches leaves what one that ran through leaves."""

from datetime import date
from typing import Any

import orjson

from campaigns.intake import HEADQUARTERS
from campaigns.season import generate
from crm.recording.recorder import Recorder
from tests.installations import Installation, assert_same

BATCH = 40


def test_a_worker_restarted_before_every_batch_records_the_same() -> None:
    lines = [orjson.dumps(event) for event in generate(40, 3, date(2026, 3, 2))]
    with Installation() as through, Installation() as restarted:
        for installation in (through, restarted):
            installation.intake.accept(lines, HEADQUARTERS, history=True)
        through.work()
        while Recorder(restarted.engine, restarted.keyring).record_next(0, BATCH):
            pass
        restarted.work()
        assert_same(restarted.snapshot(), through.snapshot())
        assert restarted.ledger() == through.ledger()


def event(type_name: str, subject: str, data: dict[str, Any]) -> bytes:
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": type_name + data.get("purpose", ""),
            "source": "/phones/1",
            "type": f"jinxi.{type_name}.v1",
            "time": "2026-03-02T09:00:00+08:00",
            "subject": subject,
            "data": data,
        }
    )


def consent(purpose: str, **more: Any) -> bytes:
    data = {"card_id": "C1", "purpose": purpose, "notice_version": "1", "method": "paper"}
    return event("consent.given", "card/C1", data | {"by": "self"} | more)


def test_a_contract_that_comes_late_makes_copies_after_a_restart_too() -> None:
    registered = {
        "card_id": "C1",
        "person": {"name": "王秀英"},
        "contact": {"phones": ["13912345678"]},
        "region": "110101",
        "source_kind": "walk_in",
        "private": {},
    }
    contract = {
        "dealer": "D1",
        "contract_id": "K1",
        "name": "京东城区",
        "private": {},
        "regions": ["110000"],
        "kind": "exclusive",
        "starts_on": "2026-01-01",
    }
    sharing = {"dealer": "D1", "categories": ["identity"]}
    lines = [
        event("card.registered", "card/C1", registered),
        consent("archive"),
        consent("share_with_dealer", **sharing),
        event("dealer.contracted", "dealer/D1", contract),
    ]
    with Installation() as installation:
        receipts = installation.intake.accept(lines, HEADQUARTERS)
        assert {receipt.status for receipt in receipts} == {"accepted"}
        while Recorder(installation.engine, installation.keyring).record_next(0, limit=1):
            pass
        assert len(installation.snapshot()["copy_row"]) == 1
