"""The scenes of an attack by a dealer's token, through the real door: each comes to nothing."""

import os
import pwd
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from campaigns.ids import reward_id
from campaigns.intake import HEADQUARTERS, Credential, Receipt
from campaigns.times import SECOND_US, rfc3339
from crm.accounts.tokens import add_token, credential_of_token, tokens
from crm.attachments.store import AttachmentStore
from crm.clock import now_us
from crm.configuration.settings import Settings
from crm.copies.queries import copy_now
from crm.intake.accept import EventIntake
from crm.intake.row_references import card_of_row
from crm.intake.row_rights import BY_ROW
from crm.journal.messages import record, rows
from crm.journal.outbox import OUTBOX
from crm.ledger.tables import REWARD
from crm.operations.clashes import clashes
from crm.outcomes.queries import event_status
from crm.scope import HEADQUARTERS_SCOPE, OutOfScope, dealer_scope
from crm.storage.database import reading
from streams.embedded.worker import Worker
from streams.running.installation import Installation, open_installation
from streams.running.outbox_store import OutboxStore
from streams.running.whoami import command_credential
from streams.upkeep.replay import verify
from tests.examples import an_event, written

EARLY = "2020-01-01T09:00:00+08:00"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 60
PERSON = {"person": {"name": "王秀英"}, "source_kind": "walk_in"}
PLAN = {"programme": "golden", "kind": "promotion", "title": "讲座", "region": "110105"} | {
    "starts_at": "2026-05-03T09:00:00+08:00"
}
PURCHASE = {"sku": "four", "quantity": 1, "unit_price_fen": 100, "channel": "dealer"}
SHARE = {"purpose": "share_with_dealer", "dealer": "D1", "notice_version": "1"} | {
    "method": "paper",
    "by": "self",
    "categories": ["identity", "contact", "purchases"],
}
MEMBER = {"kind": "clerk", "person": {"name": "林"}, "contact": {"phones": []}}


class Company:
    """An installation, with the tokens of two dealers, and a person whose row D1 has."""

    def __init__(self, opened: Installation) -> None:
        self.opened, self.engine, self.keyring = opened, opened.engine, opened.keyring
        self.number = 0
        self.d1, self.d2 = self.token("dealer", "D1"), self.token("dealer", "D2")
        self.staff = self.token("staff", None)
        for dealer, region in (("D1", "110000"), ("D2", "310000")):
            contract: dict[str, Any] = {
                "dealer": dealer,
                "contract_id": f"K{dealer}",
                "name": dealer,
            }
            contract |= {"regions": [region], "kind": "exclusive", "starts_on": "2026-01-01"}
            self.say(HEADQUARTERS, "dealer.contracted", **contract)
        self.say(HEADQUARTERS, "card.registered", card_id="C1", region="110105", **PERSON)
        self.say(HEADQUARTERS, "consent.given", card_id="C1", **SHARE)
        self.work()

    def token(self, role: Any, dealer: str | None) -> Credential:
        with_name = add_token(self.engine, f"{role} {dealer}", role, dealer)
        with reading(self.engine) as connection:
            credential = credential_of_token(connection, with_name)
        assert credential is not None
        return credential

    def say(
        self,
        by: Credential,
        type_name: str,
        time: str | None = None,
        /,
        subject: Any = None,
        **data: Any,
    ) -> Receipt:
        self.number += 1
        source = by.sources[0] if by.sources else "/hq"
        attributes: dict[str, Any] = {"id": f"e{self.number}", "source": source}
        if time is not None:
            attributes["time"] = time
        if subject is not None:
            attributes["subject"] = subject
        line = written(an_event(type_name, data, **attributes))
        (receipt,) = self.opened.intake.accept([line], by)
        return receipt

    def of_row(self, by: Credential, type_name: str, /, **data: Any) -> Receipt:
        return self.say(by, type_name, subject=f"row/{self.row()['key']}", **data)

    def became(self, receipt: Receipt) -> tuple[str, str | None]:
        """The outcome, or that the door refused it."""
        if receipt.status == "refused":
            return "refused", receipt.reason
        self.work()
        with reading(self.engine) as connection:
            found = event_status(
                HEADQUARTERS_SCOPE, connection, receipt.source or "", receipt.id or ""
            )
        assert found is not None
        return found.outcome, found.reason

    def work(self) -> None:
        Worker(self.engine, self.keyring).until_idle()

    def rows(self, dealer: str = "D1") -> list[dict[str, Any]]:
        with reading(self.engine) as connection:
            return [row.content for row in copy_now(HEADQUARTERS_SCOPE, connection, dealer)]

    def row(self) -> dict[str, Any]:
        (row,) = self.rows()
        return row

    def evidence(self, card_id: str) -> str:
        return AttachmentStore(self.keyring).put(card_id, PNG, "t", now_us()).sha256


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    opened = open_installation(Settings.in_folder(tmp_path))
    made = Company(opened)
    yield made
    compared = verify(opened.engine, opened.keyring)
    assert [name for name, table in compared.items() if not table.equal] == []
    opened.engine.dispose()
    opened.keyring.engine.dispose()


NOT_ALLOWED = ("rejected", "not_allowed")


def test_a_plan_dated_earlier_takes_over_nobodys_activity(company: Company) -> None:
    company.say(HEADQUARTERS, "activity.planned", activity_id="A1", dealer="D2", **PLAN)
    company.work()
    taken = company.say(
        company.d1, "activity.planned", EARLY, activity_id="A1", dealer="D1", **PLAN
    )
    assert company.became(taken) == ("rejected", "already_exists")
    changed = company.say(company.d1, "activity.changed", activity_id="A1", title="别的")
    assert company.became(changed) == NOT_ALLOWED
    carried_out = company.say(company.d2, "activity.changed", activity_id="A1", title="好的")
    assert company.became(carried_out) == ("recorded", None)


def test_an_enrolment_dated_earlier_pushes_out_nobodys_member(company: Company) -> None:
    company.say(company.d2, "member.enrolled", member="M1", dealer="D2", **MEMBER)
    company.work()
    taken = company.say(company.d1, "member.enrolled", EARLY, member="M1", dealer="D1", **MEMBER)
    assert company.became(taken) == ("rejected", "already_exists")
    assert company.became(company.say(company.d1, "member.left", member="M1")) == NOT_ALLOWED
    assert company.became(company.say(company.d2, "member.left", member="M1")) == ("recorded", None)


def test_a_purchase_dated_earlier_makes_no_reward_vanish(company: Company) -> None:
    company.say(HEADQUARTERS, "member.enrolled", EARLY, member="M1", dealer="D2", **MEMBER)
    company.say(HEADQUARTERS, "member.trained", EARLY, member="M1", course="basic", passed=True)
    referral = {"referral_id": "f1", "member": "M1", "patient_agreed": True}
    company.say(HEADQUARTERS, "referral.made", card_id="C1", **referral)
    company.say(HEADQUARTERS, "purchase.made", card_id="C1", purchase_id="P1", **PURCHASE)
    company.work()
    company.say(company.d1, "card.registered", card_id="Mine", **PERSON)
    for card in ("Mine", "C1"):
        said = company.say(
            company.d1, "purchase.made", EARLY, card_id=card, purchase_id="P1", **PURCHASE
        )
        assert company.became(said) == ("rejected", "already_exists")
    with reading(company.engine) as connection:
        states = {row.reward_id: row.state for row in connection.execute(REWARD.select())}
    assert states == {reward_id("P1", "M1", "default"): "held"}
    returned = {"return_id": "R1", "quantity": 1, "reason_code": "quality"}
    for card in ("Mine", "C1"):
        said = company.say(
            company.d1, "purchase.returned", card_id=card, purchase_id="P1", **returned
        )
        assert company.became(said) == NOT_ALLOWED


def test_nobody_takes_a_card_nor_writes_into_anothers(company: Company) -> None:
    taken = company.say(company.d2, "card.registered", EARLY, card_id="C1", **PERSON)
    assert company.became(taken) == ("rejected", "card_taken")
    for kind, data in (
        ("card.corrected", {"region": "310000"}),
        ("person.deceased", {}),
        ("consent.withdrawn", {"purpose": "share_with_dealer", "dealer": "D2"}),
        ("consent.withdrawn", {"purpose": "share_with_dealer"}),
        ("gift.given", {"item": "book", "value_fen": 100}),
    ):
        assert company.became(company.say(company.d2, kind, card_id="C1", **data)) == NOT_ALLOWED
    assert company.row()["deceased"] is False
    with reading(company.engine) as connection:
        (clash,) = clashes(HEADQUARTERS_SCOPE, connection)
        assert (clash.kind, clash.name) == ("card", "C1")
        assert (clash.stands.party, clash.refused.party) == ("company", "dealer/D2")
        with pytest.raises(OutOfScope):
            clashes(dealer_scope("D2"), connection)


def test_a_consent_on_a_guessed_card_id_brings_nobody_back(company: Company) -> None:
    gone = {"purpose": "share_with_dealer", "dealer": "D1"}
    company.say(HEADQUARTERS, "consent.withdrawn", card_id="C1", **gone)
    company.work()
    assert company.rows() == []
    later = rfc3339(now_us() // SECOND_US * SECOND_US)
    said = company.say(company.d1, "consent.given", later, card_id="C1", **SHARE)
    assert company.became(said) == NOT_ALLOWED
    proven = {**SHARE, "evidence_sha256": company.evidence("C1")}
    assert company.became(
        company.say(company.d1, "consent.given", later, card_id="C1", **proven)
    ) == (NOT_ALLOWED)
    assert company.rows() == []


def test_of_a_row_a_dealer_gives_itself_health_only_with_evidence(company: Company) -> None:
    company.say(HEADQUARTERS, "purchase.made", card_id="C1", purchase_id="P1", **PURCHASE)
    company.work()
    health = {**SHARE, "purpose": "health"}
    del health["dealer"], health["categories"]
    said = company.of_row(company.d1, "consent.given", **health)
    assert company.became(said) == ("rejected", "evidence_needed")
    made_up = company.of_row(company.d1, "consent.given", **health, evidence_sha256="e" * 64)
    assert company.became(made_up) == ("rejected", "evidence_needed")
    assert "purchases" not in company.row()
    proof = company.evidence("C1")
    proven = company.of_row(company.d1, "consent.given", **health, evidence_sha256=proof)
    assert company.became(proven) == ("recorded", None)
    assert company.row()["purchases"]


def test_evidence_is_handed_over_by_the_row_of_the_own_copy_alone(company: Company) -> None:
    key = company.row()["key"]
    assert card_of_row(company.engine, company.keyring, "D1", key) == "C1"
    assert card_of_row(company.engine, company.keyring, "D2", key) is None


def test_on_its_own_card_a_consent_without_evidence_ends_no_withdrawal(company: Company) -> None:
    proof = company.evidence("Own")
    company.say(
        company.d1, "card.registered", card_id="Own", region="110105", dealer="D1", **PERSON
    )
    company.say(company.d1, "consent.given", card_id="Own", **SHARE)
    company.work()
    assert len(company.rows()) == 2
    gone = {"purpose": "share_with_dealer", "dealer": "D1"}
    company.say(HEADQUARTERS, "consent.withdrawn", card_id="Own", **gone)
    later = rfc3339((now_us() - 2 * SECOND_US) // SECOND_US * SECOND_US)
    said = company.say(company.d1, "consent.given", later, card_id="Own", **SHARE)
    assert company.became(said) == ("recorded", None)
    assert len(company.rows()) == 1
    proven = {**SHARE, "evidence_sha256": proof}
    company.say(company.d1, "consent.given", later, card_id="Own", **proven)
    company.work()
    assert len(company.rows()) == 2


def test_what_a_dealer_withdraws_counts_for_itself_alone(company: Company) -> None:
    company.say(HEADQUARTERS, "consent.given", card_id="C1", **{**SHARE, "dealer": "D2"})
    company.say(HEADQUARTERS, "card.corrected", card_id="C1", region="310000")
    company.work()
    company.say(HEADQUARTERS, "card.corrected", card_id="C1", region="110000")
    company.work()
    (before,) = company.rows("D1")
    later = rfc3339(now_us() // SECOND_US * SECOND_US)
    key = {"subject": f"row/{before['key']}"}
    said = company.say(company.d1, "consent.withdrawn", later, purpose="share_with_dealer", **key)
    assert company.became(said) == ("recorded", None)
    assert company.rows("D1") == []
    company.say(HEADQUARTERS, "card.corrected", later, card_id="C1", region="310000")
    company.work()
    assert len(company.rows("D2")) == 1


@pytest.mark.parametrize("who", ["staff", "headquarters", "d2"])
def test_what_a_dealer_holds_only_the_dealer_acknowledges(company: Company, who: str) -> None:
    by = {"staff": company.staff, "headquarters": HEADQUARTERS, "d2": company.d2}[who]
    said = {"dealer": "D1", "up_to": 0, "digest": "0" * 64}
    assert company.became(company.say(by, "copy.acknowledged", **said))[0] == "refused"
    assert company.became(company.say(company.d1, "copy.acknowledged", **said)) == (
        "recorded",
        None,
    )


OF_ROWS: dict[str, dict[str, Any]] = {
    "clinic.consulted": {"health": {"pulse_bpm": 70}},
    "trial.started": {"trial_id": "T1", "sku": "four"},
    "gift.given": {"item": "book", "value_fen": 1},
    "club.joined": {"club": "夕阳红"},
    "follow_up.done": {"channel": "phone", "outcome": "reached"},
    "complaint.raised": {"complaint_id": "K1", "kind": "product"},
    "purchase.made": {"purchase_id": "P9", **PURCHASE},
    "person.deceased": {},
    "card.corrected": {"contact": {"phones": ["13900001111"]}},
    "consent.refused": {"purpose": "archive"},
    "relation.stated": {"other_card_id": "C1", "relation": "spouse"},
    "identity.same": {"other_card_id": "C1", "reason_code": "asked"},
    "identity.undecided": {"other_card_id": "C1"},
    "card.erased": {"reason_code": "asked"},
    "referral.made": {"referral_id": "F1", "member": "M1", "patient_agreed": True},
}


@pytest.mark.parametrize("kind", OF_ROWS)
def test_by_a_row_a_dealer_says_what_the_contract_lists(company: Company, kind: str) -> None:
    became = company.became(company.of_row(company.d1, kind, **OF_ROWS[kind]))
    assert became == (("recorded", None) if kind in BY_ROW else ("refused", "not_allowed"))


@pytest.mark.parametrize("kind", sorted(OF_ROWS.keys() - BY_ROW))
def test_what_is_never_said_by_a_row_is_told_its_graver_faults_first(
    company: Company, kind: str
) -> None:
    (lacking, *others) = OF_ROWS[kind]
    data = {name: OF_ROWS[kind][name] for name in others}
    assert company.became(company.of_row(company.d1, kind, **data)) == ("refused", "missing_field")
    wrong = {**OF_ROWS[kind], lacking: 7}
    assert company.became(company.of_row(company.d1, kind, **wrong)) == ("refused", "bad_value")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("card.corrected", {"health": {"conditions": ["健忘"]}}),
        ("card.corrected", {"private": {"note": "x"}}),
        ("consent.withdrawn", {"purpose": "marketing"}),
        ("consent.given", {**SHARE, "dealer": "D2"}),
    ],
)
def test_by_a_row_nothing_is_said_that_the_row_does_not_hold(
    company: Company, kind: str, data: dict[str, Any]
) -> None:
    assert company.became(company.of_row(company.d1, kind, **data)) == ("refused", "not_allowed")


def test_a_dealers_token_speaks_under_its_own_source_by_default(company: Company) -> None:
    with reading(company.engine) as connection:
        opened = {token.dealer: token.sources for token in tokens(connection)}
    assert opened == {"D1": ("/dealers/D1",), "D2": ("/dealers/D2",), None: ()}
    event = an_event("club.joined", {"card_id": "C1", "club": "x"}, source="/hq")
    (receipt,) = company.opened.intake.accept([written(event)], company.d1)
    assert (receipt.reason, receipt.path) == ("not_allowed", "$.source")


def test_under_its_own_source_a_dealer_takes_back_no_word_of_the_company(company: Company) -> None:
    said = an_event("gift.given", {"card_id": "C1", "item": "b", "value_fen": 1}) | {
        "id": "of-hq",
        "source": "/dealers/D1",
    }
    company.opened.intake.accept([written(said)], HEADQUARTERS)
    word = {"of_source": "/dealers/D1", "of_id": "of-hq", "reason_code": "typed_wrong"}
    back = company.say(company.d1, "event.voided", subject="card/C1", **word)
    assert company.became(back) == NOT_ALLOWED


def test_a_word_by_row_keeps_its_right_on_the_way_through_the_outbox(company: Company) -> None:
    intake = EventIntake(company.engine, company.keyring, OutboxStore())
    key = company.row()["key"]
    event = an_event("club.joined", {"club": "夕阳红"}, subject=f"row/{key}", source="/dealers/D1")
    (receipt,) = intake.accept([written(event)], company.d1)
    assert receipt.status == "accepted"
    with reading(company.engine) as connection:
        (message,) = connection.execute(OUTBOX.select()).all()
    (row,) = rows(record([message.message]))
    assert (row["by_row"], row["role"]) == (True, "dealer/D1")


def test_the_command_acts_as_the_person_who_runs_it() -> None:
    assert command_credential().actor == f"command/{pwd.getpwuid(os.getuid()).pw_name}"
    assert command_credential(history=True).actor is None
