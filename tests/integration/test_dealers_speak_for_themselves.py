"""A dealer changes nothing that another dealer carries out, and borrows nobody's source."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from campaigns.intake import HEADQUARTERS, Credential
from crm.copies.queries import contracts_known
from crm.outcomes.queries import event_status
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from streams.embedded.worker import Worker
from streams.running.installation import Installation, open_installation
from tests.examples import an_event, written
from tests.templates import new_installation

D1 = Credential("dealer", "t-1", "D1")
D2 = Credential("dealer", "t-2", "D2")


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    opened = open_installation(new_installation(tmp_path))
    yield opened
    opened.engine.dispose()
    opened.keyring.engine.dispose()


def said(kind: str, number: int, data: dict[str, Any], source: str = "/dealers/x") -> bytes:
    return written(an_event(kind, data, id=f"e{number}", source=source))


PLANNED = {
    "activity_id": "A1",
    "programme": "golden-sunset",
    "kind": "health_lecture",
    "title": "健康讲座",
    "region": "110105",
    "dealer": "D1",
    "starts_at": "2026-05-03T09:00:00+08:00",
}
CANCELLED = {"activity_id": "A1", "reason_code": "weather"}
ENROLLED = {
    "member": "M1",
    "kind": "clerk",
    "dealer": "D1",
    "person": {"name": "林小燕"},
    "contact": {"phones": ["14200000001"]},
}


def outcome(installation: Installation, number: int) -> tuple[str, str | None]:
    with reading(installation.engine) as connection:
        status = event_status(HEADQUARTERS_SCOPE, connection, "/dealers/x", f"e{number}")
    assert status is not None
    return status.outcome, status.reason


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        (D1, ("recorded", None)),
        (D2, ("rejected", "not_allowed")),
        (HEADQUARTERS, ("recorded", None)),
    ],
)
def test_only_the_dealer_of_an_activity_or_headquarters_cancels_it(
    installation: Installation, sender: Credential, expected: tuple[str, str | None]
) -> None:
    installation.intake.accept([said("activity.planned", 1, PLANNED)], HEADQUARTERS)
    installation.intake.accept([said("activity.cancelled", 2, CANCELLED)], sender)
    Worker(installation.engine, installation.keyring).until_idle()
    assert outcome(installation, 2) == expected


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        (D1, ("recorded", None)),
        (D2, ("rejected", "not_allowed")),
        (HEADQUARTERS, ("recorded", None)),
    ],
)
def test_only_the_dealer_that_enrolled_a_member_or_headquarters_says_that_the_member_left(
    installation: Installation, sender: Credential, expected: tuple[str, str | None]
) -> None:
    installation.intake.accept([said("member.enrolled", 1, ENROLLED)], D1)
    installation.intake.accept([said("member.left", 2, {"member": "M1"})], sender)
    Worker(installation.engine, installation.keyring).until_idle()
    assert outcome(installation, 2) == expected


CONTRACTED = {
    "dealer": "D1",
    "contract_id": "x1",
    "name": "北京晚晴",
    "regions": ["110000"],
    "kind": "exclusive",
    "starts_on": "2026-01-01",
}


@pytest.mark.parametrize(
    ("dealer", "expected", "last_day"),
    [("D1", ("recorded", None), date(2026, 3, 31)), ("D2", ("waiting", None), None)],
)
def test_a_contract_is_ended_by_a_word_on_the_dealer_that_has_it_alone(
    installation: Installation, dealer: str, expected: tuple[str, str | None], last_day: date | None
) -> None:
    end = {"contract_id": "x1", "ends_on": "2026-03-31", "reason_code": "replaced"}
    words = [
        said("dealer.ended", 1, {"dealer": dealer, **end}),
        said("dealer.contracted", 2, CONTRACTED),
    ]
    installation.intake.accept(words, HEADQUARTERS)
    Worker(installation.engine, installation.keyring).until_idle()
    assert outcome(installation, 1) == expected
    with reading(installation.engine) as connection:
        (contract,) = contracts_known(HEADQUARTERS_SCOPE, connection)
    assert contract.ends_on == last_day


@pytest.mark.parametrize("role", ["staff", "dealer"])
def test_a_token_without_sources_cannot_borrow_the_source_of_a_person(
    installation: Installation, role: Any
) -> None:
    borrower = Credential(role, "t-3", "D1" if role == "dealer" else None)
    line = said("activity.planned", 1, PLANNED, source="/phones/u-0123456789ab")
    (receipt,) = installation.intake.accept([line], borrower)
    assert (receipt.status, receipt.reason, receipt.path) == ("refused", "not_allowed", "$.source")
