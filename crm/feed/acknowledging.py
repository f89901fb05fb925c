"""The use case: a dealer's side says what it holds; the company compares, and keeps what was said.

In this order, so that what was answered is true after a crash at any moment, and saying it again
changes nothing:

1. numbers, rows and digest of the company's copy are read in one settled snapshot;
2. the event `copy.acknowledged` goes through the door, under an id that follows from what is said;
3. the acknowledgement is kept, and when the copies are equal a signed receipt with it;
4. the answer is given.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from sqlalchemy import Connection, Engine

from campaigns.catalogue import wire_name
from campaigns.ids import derived_id
from campaigns.intake import Credential, Intake
from campaigns.times import rfc3339, shanghai_day
from crm.copies.receipts import Receipt, Signer, claim_bytes, is_signed
from crm.feed.figures import Figures
from crm.feed.history import (
    Acknowledgement,
    KeptReceipt,
    countersign,
    dealer_key,
    issue_receipt,
    keep_acknowledgement,
    receipt_of,
    sent_up_to,
)
from crm.feed.queries import last_sequence
from crm.keyring.keyring import Keyring
from crm.scope import dealer_scope
from crm.storage.database import reading, writing

SIGNING_KEY = "receipts"
_SAID_BEFORE = ("accepted", "duplicate")


class NeverSent(Exception):
    """A number beyond the dealer's last was acknowledged."""


class Forged(Exception):
    """A signature, or what it is to sign, is not genuine; says which."""


class KeyUnknown(Exception):
    """The dealer signs, but never made its public key known."""


class NotTaken(Exception):
    """The door refused the event; says why."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a dealer's side says: `digest` of `rows` rows, all changes `up_to` a number applied."""

    up_to: int
    rows: int
    digest: str
    at: str
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """The company's copy at the same moment, and how the claim compares: equal, different,
    behind. `sent_up_to`: the highest number that ever left for this dealer."""

    state: str
    last: int
    rows: int
    digest: str
    sent_up_to: int

    def closes_up_to(self, claim: Claim) -> int:
        """The number up to which withdrawals count as carried out.

        Copies that differ prove nothing. Of a claim that newer changes have overtaken only what
        was really sent counts.
        """
        if self.state == "equal":
            return claim.up_to
        return min(claim.up_to, self.sent_up_to) if self.state == "behind" else 0


def company_signer(keyring: Keyring) -> Signer:
    """Signs for the company; its key stands wrapped in the keyring."""
    return Signer(keyring.secret(SIGNING_KEY))


def compare(connection: Connection, figures: Figures, dealer: str, claim: Claim) -> Compared:
    """How a claim compares with the company's copy; NeverSent, Forged or KeyUnknown when it is
    no claim at all."""
    scope = dealer_scope(dealer)
    last = last_sequence(scope, connection, dealer)
    if claim.up_to > last:
        raise NeverSent
    _must_be_genuine(connection, dealer, claim)
    rows = figures.rows(scope, connection, dealer, last)
    sent = sent_up_to(connection, dealer)
    if claim.up_to < last:
        return Compared("behind", last, rows, "", sent)
    digest = figures.digest(scope, connection, dealer, last)
    is_equal = (claim.rows, claim.digest) == (rows, digest)
    return Compared("equal" if is_equal else "different", last, rows, digest, sent)


def _must_be_genuine(connection: Connection, dealer: str, claim: Claim) -> None:
    if claim.signature is None:
        return
    public_key = dealer_key(connection, dealer)
    if public_key is None:
        raise KeyUnknown
    message = claim_bytes(claim.up_to, claim.rows, claim.digest, claim.at)
    if not is_signed(message, claim.signature, public_key):
        raise Forged("the signature of the acknowledgement")


def acknowledge(
    engine: Engine,
    intake: Intake,
    signer: Signer,
    credential: Credential,
    claim: Claim,
    compared: Compared,
    now_us: int,
) -> KeptReceipt | None:
    """Write down what was said; returns the receipt when the copies are equal."""
    dealer, actor = credential.dealer or "", credential.actor or ""
    today = shanghai_day(now_us)
    _hand_over(intake, credential, dealer, today, claim, now_us)
    closes_up_to = compared.closes_up_to(claim)
    said = Acknowledgement(
        dealer,
        today,
        claim.up_to,
        claim.digest,
        claim.rows,
        compared.state,
        closes_up_to,
        now_us,
        actor,
        claim.at,
        claim.signature,
    )
    with writing(engine) as connection:
        keep_acknowledgement(connection, said)
        if compared.state != "equal":
            return None
        receipt = Receipt(
            dealer, today, claim.up_to, compared.rows, compared.digest, rfc3339(now_us)
        )
        signature = signer.sign(receipt.signed_bytes)
        return issue_receipt(connection, receipt, now_us, signature)


def _hand_over(
    intake: Intake, credential: Credential, dealer: str, today: date, claim: Claim, now_us: int
) -> None:
    line = acknowledgement_event(credential, dealer, today, claim, now_us)
    (receipt,) = intake.accept([orjson.dumps(line)], credential)
    # The same words of the same day came before, at another instant.
    if receipt.status not in _SAID_BEFORE and receipt.reason != "id_reused":
        raise NotTaken(receipt.reason)


def acknowledgement_event(
    credential: Credential, dealer: str, today: date, claim: Claim, now_us: int
) -> dict[str, Any]:
    """The event by which an acknowledgement is kept in the journal."""
    said = (dealer, today.isoformat(), str(claim.up_to), claim.digest)
    return {
        "specversion": "1.0",
        "id": derived_id("acknowledgement", *said),
        "source": _source(credential, dealer),
        "type": wire_name("copy.acknowledged"),
        "time": rfc3339(now_us),
        "subject": f"dealer/{dealer}",
        "data": {"dealer": dealer, "up_to": claim.up_to, "digest": claim.digest},
    }


def _source(credential: Credential, dealer: str) -> str:
    """One that is opened to the token: the first of its own, else that of the dealer's feed."""
    if not credential.sources:
        return f"/dealers/{dealer}"
    opened = credential.sources[0]
    return opened + "copy" if opened.endswith(("/", ":")) else opened


def countersign_receipt(
    engine: Engine, dealer: str, receipt: Receipt, signature: str, now_us: int
) -> KeptReceipt:
    """Keep the dealer's signature of a receipt that the company issued.

    Forged when it was never issued like this, or the signature is not of the dealer's key.
    """
    with reading(engine) as connection:
        kept = receipt_of(connection, dealer, receipt.day, receipt.up_to)
        public_key = dealer_key(connection, dealer)
    if kept is None or receipt.dealer != dealer or kept.receipt != receipt.signed_bytes:
        raise Forged("the receipt")
    if public_key is None:
        raise KeyUnknown
    if not is_signed(kept.receipt, signature, public_key):
        raise Forged("the signature of the receipt")
    with writing(engine) as connection:
        countersign(connection, kept, signature, public_key, now_us)
        found = receipt_of(connection, dealer, receipt.day, receipt.up_to)
    assert found is not None
    return found
