"""The consent ledger of a person: every word as it was said, and what stands because of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from campaigns.events.consents import ConsentGiven
from campaigns.times import rfc3339
from crm.components.evaluation import PersonView
from crm.consents.consents import (
    NOTHING_NAMED,
    has_expired,
    is_allowed,
    last_word,
    objection_to,
    words_on,
)
from crm.consents.facts import ConsentWord
from crm.consents.gathering import consent_word
from crm.journal.logged_event import LoggedEvent

State = Literal["given", "refused", "withdrawn", "expired", "overruled"]


@dataclass(frozen=True, slots=True)
class LedgerWord:
    """One word on one purpose. What only a consent has is None or empty on a refusal.

    dealer: the recipient; None with `share_with_dealer` means every dealer.
    decides: whether it is the word that holds now on its card, purpose and recipient.
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

    words: list[LedgerWord]
    standings: list[LedgerStanding]


Said = tuple[LoggedEvent, ConsentWord]


def ledger_of(person: PersonView, at_us: int) -> ConsentLedger:
    """The ledger of one person at `at_us`."""
    said = [
        [(event, word) for event in card.events if (word := consent_word(event)) is not None]
        for card in person.cards
    ]
    everybody = [word for words in person.consents for word in words]
    words: list[tuple[ConsentWord, LedgerWord]] = []
    standings: list[LedgerStanding] = []
    for card, spoken in zip(person.cards, said, strict=True):
        words += _words(card.card_id, spoken, at_us)
        standings += _standings(card.card_id, [word for _, word in spoken], everybody, at_us)
    words.sort(key=lambda pair: pair[0].order)
    return ConsentLedger([entry for _, entry in words], standings)


def _words(
    card_id: str, spoken: Sequence[Said], at_us: int
) -> Iterator[tuple[ConsentWord, LedgerWord]]:
    words = [word for _, word in spoken]
    for event, word in spoken:
        given = event.data if isinstance(event.data, ConsentGiven) else None
        yield (
            word,
            LedgerWord(
                card_id=card_id,
                word=word.word,
                purpose=word.purpose,
                dealer=word.dealer,
                categories=sorted(word.categories),
                notice_version=given.notice_version if given else None,
                method=given.method if given else None,
                witness=given.witness if given else None,
                by=given.by if given else None,
                evidence_sha256=(given.evidence_sha256 or "").lower() or None if given else None,
                expires_on=word.expires_on,
                expired=has_expired(word, at_us),
                decides=last_word(words, word.purpose, at_us, word.dealer) is word,
                time=event.time,
                timeprecision="day" if event.day_precision else "second",
                source=event.source,
                id=event.id,
                actor=event.actor,
                received_at=rfc3339(event.received_us),
            ),
        )


def _standings(
    card_id: str, words: Sequence[ConsentWord], everybody: Sequence[ConsentWord], at_us: int
) -> Iterator[LedgerStanding]:
    asked = {(word.purpose, word.dealer) for word in words if word.order[0] <= at_us}
    for purpose, dealer in sorted(asked, key=lambda pair: (pair[0], pair[1] or "")):
        word = last_word(words, purpose, at_us, dealer)
        if word is None:
            continue
        of_card = words_on(words, purpose, at_us, dealer)
        state = _state(word, words_on(everybody, purpose, at_us, dealer), of_card, at_us)
        categories: list[str] = []
        withheld: list[str] = []
        if state == "given" and dealer is not None:
            for name in sorted(word.categories or NOTHING_NAMED):
                kept = is_allowed(words, purpose, at_us, dealer, name, everybody)
                (categories if kept else withheld).append(name)
        yield LedgerStanding(card_id, purpose, dealer, state, categories, withheld, word.expires_on)


def _state(
    word: ConsentWord,
    everybody: Sequence[ConsentWord],
    of_card: Sequence[ConsentWord],
    at_us: int,
) -> State:
    if not word.is_consent:
        return "refused" if word.word == "refused" else "withdrawn"
    if has_expired(word, at_us):
        return "expired"
    if word.purpose == "health" and word.proven:
        # Each card speaks for what stands on it.
        return "given"
    return "overruled" if objection_to(word, everybody, of_card) is not None else "given"
