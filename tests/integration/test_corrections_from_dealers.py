"""A dealer corrects a person by the key of its row; the door finds the card, once and for all."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from campaigns.intake import HEADQUARTERS, Credential, Receipt
from campaigns.times import SECOND_US, rfc3339
from crm.accounts.roles import scope_of
from crm.archives.queries import OpenConflict, open_conflicts
from crm.clock import now_us
from crm.copies.queries import copy_now
from crm.scope import HEADQUARTERS_SCOPE, OutOfScope, dealer_scope
from crm.storage.database import reading
from streams.embedded.worker import Worker
from streams.running.installation import Installation, open_installation
from streams.upkeep.replay import verify
from tests.examples import a_card, an_event, written
from tests.templates import new_installation

D1 = Credential("dealer", "t-1", "D1")
D2 = Credential("dealer", "t-2", "D2")
STAFF = Credential("staff", "t-3")


class Company:
    """An installation with a person whose row two dealers have."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.number = 0
        for dealer, region in (("D1", "110000"), ("D2", "130000")):
            contract: dict[str, Any] = {
                "dealer": dealer,
                "contract_id": f"K{dealer}",
                "name": dealer,
            }
            contract |= {"regions": [region], "kind": "exclusive", "starts_on": "2026-01-01"}
            self.say(HEADQUARTERS, "dealer.contracted", contract)
        for card_id, dealer in (("C1", "D1"), ("C2", "D2")):
            wire = a_card(card_id, dealer=dealer, contact={"phones": ["13912345678"]})
            self.accept(HEADQUARTERS, wire)
            consent = {"card_id": card_id, "purpose": "share_with_dealer", "dealer": dealer}
            consent |= {"notice_version": "2026-01", "method": "paper", "by": "self"}
            self.say(HEADQUARTERS, "consent.given", consent)
        self.work()

    def accept(self, by: Credential, wire: dict[str, Any]) -> Receipt:
        (receipt,) = self.installation.intake.accept([written(wire)], by)
        return receipt

    def say(self, by: Credential, kind: str, data: dict[str, Any], **attributes: Any) -> Receipt:
        self.number += 1
        envelope = {"id": f"e{self.number}", "source": f"/{by.actor or 'hq'}"} | attributes
        return self.accept(by, an_event(kind, data, **envelope))

    def work(self) -> None:
        Worker(self.installation.engine, self.installation.keyring).until_idle()

    def row(self, dealer: str) -> dict[str, Any]:
        with reading(self.installation.engine) as connection:
            (row,) = copy_now(HEADQUARTERS_SCOPE, connection, dealer)
        return row.content

    def correction(self, key: str, event_id: str = "fix", **data: Any) -> dict[str, Any]:
        changes = data or {"contact": {"phones": ["13800001111"]}}
        return an_event(
            "card.corrected",
            {"row_key": key, **changes},
            id=event_id,
            source="/dealers/erp",
            subject=f"row/{key}",
            time=rfc3339(now_us() // SECOND_US * SECOND_US),
        )

    def conflicts(self) -> list[OpenConflict]:
        with reading(self.installation.engine) as connection:
            keyring = self.installation.keyring
            return list(open_conflicts(HEADQUARTERS_SCOPE, connection, keyring, now_us()))


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    opened = open_installation(new_installation(tmp_path))
    yield Company(opened)
    opened.engine.dispose()
    opened.keyring.engine.dispose()


def test_a_correction_by_row_goes_into_the_company_copy_and_back_to_the_dealer(
    company: Company,
) -> None:
    assert company.accept(D1, company.correction(company.row("D1")["key"])).status == "accepted"
    company.work()
    assert company.row("D1")["contact"]["phones"] == ["+8613800001111"]
    assert company.row("D2")["contact"]["phones"] == ["+8613912345678"]
    assert all(
        table.equal
        for table in verify(company.installation.engine, company.installation.keyring).values()
    )


@pytest.mark.parametrize("by", [D2, STAFF, HEADQUARTERS])
def test_the_key_of_a_row_is_worth_nothing_to_anybody_else(
    company: Company, by: Credential
) -> None:
    wire = company.correction(company.row("D1")["key"])
    receipt = company.accept(by, wire)
    assert receipt.status == "refused"
    nobody = company.accept(by, company.correction("0" * 64, "other"))
    assert (receipt.reason, receipt.path) == (nobody.reason, nobody.path)


def test_the_same_event_again_is_a_duplicate_even_when_the_row_is_gone(company: Company) -> None:
    wire = company.correction(company.row("D1")["key"])
    assert company.accept(D1, wire).status == "accepted"
    company.say(HEADQUARTERS, "consent.withdrawn", {"card_id": "C1", "purpose": "archive"})
    company.work()
    assert company.accept(D1, wire).status == "duplicate"
    other = {**wire, "data": {**wire["data"], "region": "110105"}}
    assert company.accept(D1, other).reason == "id_reused"
    late = company.accept(D1, {**wire, "id": "late"})
    assert (late.status, late.reason, late.path) == ("refused", "not_allowed", "$.subject")


def test_the_same_event_again_is_a_duplicate_even_when_the_row_begins_with_another_card(
    company: Company,
) -> None:
    wire = company.correction(company.row("D1")["key"], contact={"address": "和平路1号"})
    assert company.accept(D1, wire).status == "accepted"
    earlier = a_card("C0", dealer="D1", contact={"phones": ["13912345678"]})
    company.accept(HEADQUARTERS, {**earlier, "time": "2026-02-01T09:00:00+08:00"})
    consent = {"card_id": "C0", "purpose": "share_with_dealer", "dealer": "D1", "by": "self"}
    company.say(HEADQUARTERS, "consent.given", consent | {"notice_version": "1", "method": "paper"})
    company.work()
    assert company.row("D1")["key"] != wire["data"]["row_key"]
    assert company.accept(D1, wire).status == "duplicate"


def test_a_key_that_another_row_has_replaced_still_leads_to_the_person(company: Company) -> None:
    wire = company.correction(company.row("D1")["key"], contact={"address": "和平路1号"})
    earlier = a_card("C0", dealer="D1", contact={"phones": ["13912345678"]})
    company.accept(HEADQUARTERS, {**earlier, "time": "2026-02-01T09:00:00+08:00"})
    consent = {"card_id": "C0", "purpose": "share_with_dealer", "dealer": "D1", "by": "self"}
    company.say(HEADQUARTERS, "consent.given", consent | {"notice_version": "1", "method": "paper"})
    company.work()
    assert company.row("D1")["key"] != wire["data"]["row_key"]
    assert company.accept(D2, wire).status == "refused"
    assert company.accept(D1, wire).status == "accepted"
    company.work()
    assert "和平路1号" in company.row("D1")["contact"]["addresses"]
    company.say(HEADQUARTERS, "consent.withdrawn", {"card_id": "C0", "purpose": "archive"})
    company.work()
    assert company.accept(D1, {**wire, "id": "late"}).status == "refused"


def test_a_dealer_takes_its_own_word_back_by_the_row(company: Company) -> None:
    key = company.row("D1")["key"]
    wire = company.correction(key)
    company.accept(D1, wire)
    void = {"of_source": wire["source"], "of_id": wire["id"], "reason_code": "typed_wrong"}
    receipt = company.say(D1, "event.voided", void, subject=f"row/{key}", source="/dealers/erp")
    assert receipt.status == "accepted"
    company.work()
    assert company.row("D1")["contact"]["phones"] == ["+8613912345678"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"row_key": "f" * 64}, "missing_field"),
        ({"card_id": "C2"}, "bad_value"),
        ({"person": {"sex": "both"}}, "bad_value"),
    ],
)
def test_a_row_event_is_checked_like_any_other(
    company: Company, change: dict[str, Any], reason: str
) -> None:
    wire = company.correction(company.row("D1")["key"])
    receipt = company.accept(D1, {**wire, "data": {**wire["data"], **change}})
    assert (receipt.status, receipt.reason) == ("refused", reason)


def test_no_card_is_written_or_erased_by_way_of_a_row(company: Company) -> None:
    key = company.row("D1")["key"]
    for kind, data in (
        ("card.registered", {"person": {"name": "甲"}, "source_kind": "dealer"}),
        ("card.erased", {"reason_code": "asked"}),
    ):
        assert company.say(D1, kind, data, subject=f"row/{key}").status == "refused"


def test_who_disagrees_with_a_dealer_is_shown_with_both_words_until_headquarters_decides(
    company: Company,
) -> None:
    now = rfc3339(now_us() // SECOND_US * SECOND_US)
    staffs = {"card_id": "C1", "contact": {"phones": ["13700002222"]}}
    company.say(STAFF, "card.corrected", staffs, time=now)
    old = company.correction(
        company.row("D1")["key"],
        contact={"phones": ["13800001111"]},
        based_on="2026-05-01T00:00:00+08:00",
    )
    company.accept(D1, old)
    company.work()
    (found,) = company.conflicts()
    assert (found.card_id, found.field) == ("C1", "contact.phones")
    said = {word.by: word.value for word in found.words}
    assert said == {"staff": ("13700002222",), "dealer/D1": ("13800001111",)}
    decision = {"card_id": "C1", "contact": {"phones": ["13700002222"]}}
    company.say(HEADQUARTERS, "card.corrected", decision, time=rfc3339(now_us()), sequence=1)
    company.work()
    assert company.conflicts() == []
    assert company.row("D1")["contact"]["phones"] == ["+8613700002222"]


def test_conflicts_are_for_headquarters_and_compliance_alone(company: Company) -> None:
    for scope in (scope_of("staff"), dealer_scope("D1")):
        with reading(company.installation.engine) as connection, pytest.raises(OutOfScope):
            list(open_conflicts(scope, connection, company.installation.keyring, now_us()))
