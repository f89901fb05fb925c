"""People whom one clerk refers and who buy, and what headquarters says of the clerk's rewards."""

from typing import Any

from campaigns.ids import reward_id
from campaigns.intake import HEADQUARTERS
from tests.examples import an_event, written
from tests.installations import Installation

RULE = {
    **{"member_kind": "clerk", "mode": "ALLOWED", "basis": "per_unit", "amount_fen": 500},
    **{"window_days": 90, "which": "last", "hold_days": 0, "training_required": False},
}
POLICY = "P1"


def said(type_name: str, day: int, number: int, **data: Any) -> bytes:
    """What happened at nine on a day of March, at a second of its own."""
    name = f"{type_name}-{day}-{number}"
    at = f"2026-03-{day:02}T09:{number // 60:02}:{number % 60:02}+08:00"
    return written(an_event(type_name, data, id=name, time=at))


def the_clerk() -> list[bytes]:
    """M1, trained."""
    person = {"person": {"name": "张三"}, "contact": {"phones": ["13812345678"]}}
    return [
        said("member.enrolled", 1, 1, member="M1", kind="clerk", dealer="D1", **person),
        said("member.trained", 1, 1, member="M1", course="x", passed=True),
    ]


def the_policy(*rules: dict[str, Any]) -> bytes:
    """What it grants: by one rule, if none are given."""
    data = {"policy": POLICY, "effective_from": "2026-01-01", "rules": list(rules) or [RULE]}
    return said("reward_policy.published", 1, 1, **data)


def a_patient(number: int, phones: list[str] | None = None) -> list[bytes]:
    """Registered and referred."""
    card: dict[str, Any] = {"card_id": f"c{number}"}
    if phones is not None:
        card["contact"] = {"phones": phones}
    registered = {**card, "person": {"name": f"王秀英{number}"}, "source_kind": "walk_in"}
    referred = {"card_id": f"c{number}", "member": "M1", "patient_agreed": True}
    return [
        said("card.registered", 2, number, **registered),
        said("referral.made", 3, number, **referred, referral_id=f"r{number}"),
    ]


def a_hall(many: int) -> list[bytes]:
    """So many patients, each with a phone of the one before: nobody can be looked at alone."""
    phones = [f"139{number:08d}" for number in range(many + 1)]
    each = (a_patient(number, phones[number : number + 2]) for number in range(many))
    return [line for lines in each for line in lines]


def bought(number: int, patient: int, day: int = 4) -> bytes:
    """Two of something."""
    data = {"card_id": f"c{patient}", "purchase_id": f"p{number}", "sku": "S"}
    made = {"channel": "pharmacy", "quantity": 2, "unit_price_fen": 69_300}
    return said("purchase.made", day, number, **data, **made)


def a_sale(number: int) -> list[bytes]:
    """A patient, and what the patient bought."""
    return [*a_patient(number), bought(number, number)]


def paid(named: str, number: int, amount_fen: int, day: int = 20) -> bytes:
    """A payment that names a reward, and a purchase."""
    data = {"reward_id": named, "purchase_id": f"p{number}", "member": "M1"}
    return said("reward.paid", day, number, **data, amount_fen=amount_fen, reference=f"b{number}")


def owed(number: int) -> str:
    """The id of the clerk's reward for a purchase."""
    return reward_id(f"p{number}", "M1", POLICY)


def take(made: Installation, *lines: bytes) -> None:
    """Journaled and recorded."""
    receipts = made.intake.accept(lines, HEADQUARTERS)
    assert {receipt.status for receipt in receipts} == {"accepted"}
    made.work()


def taken_back(type_name: str, day: int, number: int) -> bytes:
    """What was said was typed wrong."""
    data = {"of_source": "/tests/hall", "of_id": f"{type_name}-{day}-{number}"}
    wire = an_event(
        "event.voided",
        {**data, "reason_code": "typed_wrong"},
        subject=f"card/c{number}",
        id=f"void-{type_name}-{day}-{number}",
        time="2026-03-25T09:00:00+08:00",
    )
    return written(wire)
