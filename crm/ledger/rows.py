"""Claims, rewards, payments and balances as the rows that are written of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from crm.rewards.accounts import Month, month_of
from crm.rewards.claims import Claim
from crm.rewards.judgement import JudgedClaim, Reward

ACTORS = "\n"
"""Stands between the actors of one column: none holds it."""
_PACKER = msgspec.msgpack.Encoder(order="deterministic")
"""What is stored is never written in a set's order: the same claim has one spelling."""
_UNPACKER = msgspec.msgpack.Decoder(Claim)

ClaimId = tuple[str, str, str]
"""(reward_id, member, purchase_id)."""


@dataclass(frozen=True, slots=True)
class OwnedClaim:
    """A claim and the subject of its purchase; of a stored one also what it comes to, in fen."""

    subject: str
    claim: Claim
    granted_fen: int = field(default=0, compare=False)
    due_fen: int = field(default=0, compare=False)

    @property
    def id(self) -> ClaimId:
        """What tells two claims apart."""
        return self.claim.reward_id, self.claim.member, self.claim.purchase_id

    @property
    def judged(self) -> JudgedClaim:
        """As it is stored."""
        paid_fen = self.claim.verdicts.paid_fen
        return JudgedClaim(self.claim, self.granted_fen, self.due_fen, paid_fen)


def owner_of(reward_id: str, member: str) -> str:
    """Whose a row of rewards or balances is: a reward's of one member."""
    return f"{reward_id}/{member}"


def claim_in(body: bytes) -> Claim:
    """A claim as it was kept."""
    return _UNPACKER.decode(body)


def month_name(month: Month) -> str:
    """As it is stored: `2026-03`."""
    return f"{month[0]:04}-{month[1]:02}"


def claim_row(subject: str, judged: JudgedClaim) -> dict[str, Any]:
    """A claim, as it is read again for the next judgement."""
    claim = judged.claim
    month = month_of(claim)
    return {
        "reward_id": claim.reward_id,
        "member": claim.member,
        "purchase_id": claim.purchase_id,
        "subject": subject,
        "month": None if month is None else month_name(month),
        "looks_at": claim.looks_at,
        "granted_fen": judged.granted_fen,
        "due_fen": judged.due_fen,
        "unsettled": judged.is_unsettled,
        "body": _PACKER.encode(claim),
    }


def reward_row(reward: Reward) -> dict[str, Any]:
    """A reward as it stands."""
    return {
        "reward_id": reward.reward_id,
        "member": reward.member,
        "owner": owner_of(reward.reward_id, reward.member),
        "purchase_id": reward.purchase_id,
        "referral_id": reward.referral_id,
        "policy": reward.policy,
        "mode": reward.mode,
        "state": reward.state,
        "amount_fen": reward.amount_fen,
        "reason": reward.reason,
        "releases_on": reward.releases_on,
        "marks": ",".join(sorted(reward.marks)),
        "granted_fen": reward.granted_fen,
        "card_id": reward.card_id,
        "bought_on": reward.bought_on,
        "quantity": reward.quantity,
        "returned": reward.returned,
        "rule_number": reward.rule_number,
        "entered_by": ACTORS.join(reward.entered_by),
        "approved_by": ACTORS.join(reward.approvers),
        "paid_by": ACTORS.join(reward.payers),
        "paid_fen": reward.paid_fen,
        "outlet": reward.outlet,
        "entered_late_us": reward.entered_late_us,
    }


def payment_rows(owned: OwnedClaim) -> Iterable[dict[str, Any]]:
    """The payments that a claim names."""
    claim = owned.claim
    for payment in claim.verdicts.payments:
        source, event_id = payment.moment.key
        yield {
            "source": source,
            "id": event_id,
            "subject": owned.subject,
            "reward_id": claim.reward_id,
            "member": claim.member,
            "reference": payment.reference,
            "amount_fen": payment.amount_fen,
            "paid_on": payment.moment.day,
            "actor": payment.moment.actor,
        }


def balance_rows(
    reward_id: str, member: str, balances: Mapping[str, int]
) -> Iterable[dict[str, Any]]:
    """The balances of one reward of a member."""
    return [
        {
            "reward_id": reward_id,
            "member": member,
            "account": account,
            "owner": owner_of(reward_id, member),
            "amount_fen": amount_fen,
        }
        for account, amount_fen in balances.items()
    ]
