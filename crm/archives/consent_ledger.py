"""The consent ledger of a person: every decision as it was said, and what stands because of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from campaigns.events.consents import ConsentGiven
from campaigns.times import rfc3339
from crm.components.evaluation import PersonView
from crm.consents.consents import (
    NOTHING_NAMED,
    decisions_on,
    has_expired,
    is_allowed,
    last_decision,
    objection_to,
)
from crm.consents.facts import ConsentDecision
from crm.consents.gathering import consent_decision
from crm.journal.logged_event import LoggedEvent

State = Literal["given", "refused", "withdrawn", "expired", "overruled"]


@dataclass(frozen=True, slots=True)
class LedgerDecision:
    """One decision on one purpose. What only a consent has is None or empty on a refusal.

    dealer: the recipient; None with `share_with_dealer` means every dealer.
    decides: whether it is the decision that holds now on its card, purpose and recipient.
    actor: who entered it; received_at: when the company took it in.
    """

    card_id: str
    word: str
    purpose: str
    dealer: str | None
    categories: list[str]
    notice_version: str | None
    method: str | None
    witness: str | None
    by: str | None
    evidence_sha256: str | None
    expires_on: date | None
    expired: bool
    decides: bool
    time: str
    timeprecision: str
    source: str
    id: str
    actor: str
    received_at: str


@dataclass(frozen=True, slots=True)
class LedgerStanding:
    """What stands on one card for one purpose and recipient; in force when it is `given`.

    categories: what a dealer has because of it; withheld: what it would have with `health`.
    overruled: another card of the person says no.
    """

    card_id: str
    purpose: str
    dealer: str | None
    state: State
    categories: list[str]
    withheld: list[str]
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class ConsentLedger:
    """Words in effective order; standings by card, purpose and recipient."""

    decisions: list[LedgerDecision]
    standings: list[LedgerStanding]


Said = tuple[LoggedEvent, ConsentDecision]


def ledger_of(person: PersonView, at_us: int) -> ConsentLedger:
    """The ledger of one person at `at_us`."""
    said = [
        [
            (event, decision)
            for event in card.events
            if (decision := consent_decision(event)) is not None
        ]
        for card in person.cards
    ]
    everybody = [decision for decisions in person.consents for decision in decisions]
    decisions: list[tuple[ConsentDecision, LedgerDecision]] = []
    standings: list[LedgerStanding] = []
    for card, spoken in zip(person.cards, said, strict=True):
        decisions += _decisions(card.card_id, spoken, at_us)
        standings += _standings(
            card.card_id, [decision for _, decision in spoken], everybody, at_us
        )
    decisions.sort(key=lambda pair: pair[0].order)
    return ConsentLedger([entry for _, entry in decisions], standings)


def _decisions(
    card_id: str, spoken: Sequence[Said], at_us: int
) -> Iterator[tuple[ConsentDecision, LedgerDecision]]:
    decisions = [decision for _, decision in spoken]
    for event, decision in spoken:
        given = event.data if isinstance(event.data, ConsentGiven) else None
        yield (
            decision,
            LedgerDecision(
                card_id=card_id,
                word=decision.kind,
                purpose=decision.purpose,
                dealer=decision.dealer,
                categories=sorted(decision.categories),
                notice_version=given.notice_version if given else None,
                method=given.method if given else None,
                witness=given.witness if given else None,
                by=given.by if given else None,
                evidence_sha256=(given.evidence_sha256 or "").lower() or None if given else None,
                expires_on=decision.expires_on,
                expired=has_expired(decision, at_us),
                decides=last_decision(decisions, decision.purpose, at_us, decision.dealer)
                is decision,
                time=event.time,
                timeprecision="day" if event.day_precision else "second",
                source=event.source,
                id=event.id,
                actor=event.actor,
                received_at=rfc3339(event.received_us),
            ),
        )


def _standings(
    card_id: str,
    decisions: Sequence[ConsentDecision],
    everybody: Sequence[ConsentDecision],
    at_us: int,
) -> Iterator[LedgerStanding]:
    asked = {
        (decision.purpose, decision.dealer) for decision in decisions if decision.order[0] <= at_us
    }
    for purpose, dealer in sorted(asked, key=lambda pair: (pair[0], pair[1] or "")):
        decision = last_decision(decisions, purpose, at_us, dealer)
        if decision is None:
            continue
        of_card = decisions_on(decisions, purpose, at_us, dealer)
        state = _state(decision, decisions_on(everybody, purpose, at_us, dealer), of_card, at_us)
        categories: list[str] = []
        withheld: list[str] = []
        if state == "given" and dealer is not None:
            for name in sorted(decision.categories or NOTHING_NAMED):
                kept = is_allowed(decisions, purpose, at_us, dealer, name, everybody)
                (categories if kept else withheld).append(name)
        yield LedgerStanding(
            card_id, purpose, dealer, state, categories, withheld, decision.expires_on
        )


def _state(
    decision: ConsentDecision,
    everybody: Sequence[ConsentDecision],
    of_card: Sequence[ConsentDecision],
    at_us: int,
) -> State:
    if not decision.is_consent:
        return "refused" if decision.kind == "refused" else "withdrawn"
    if has_expired(decision, at_us):
        return "expired"
    if decision.purpose == "health" and decision.proven:
        # Each card speaks for what stands on it.
        return "given"
    return "overruled" if objection_to(decision, everybody, of_card) is not None else "given"
