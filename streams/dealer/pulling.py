"""Brings a dealer's copy up to date, acknowledges it, and signs that both copies are equal.

Always in this order, so that a process may be killed after any step:

1. whose copy is in the folder, and whether it is this dealer's (nothing is applied otherwise);
2. every page in one transaction with how far it goes; what it deleted is wiped from the files;
3. acknowledge: so many rows, up to this number, this digest;
4. when the copies differ, find the rows and heal just them (streams/dealer/healing.py);
5. when they are equal, check the company's receipt, keep it with our signature, hand that over.

What was done twice because of a kill changes nothing: versions, receipts and keys are the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from campaigns.canonical import canonical_json
from campaigns.times import SECOND_US, parse_instant_us, rfc3339
from crm.copies.receipts import Signer, is_signed
from crm.copies.replica import Page
from streams.dealer.errors import (
    AnswerNotUnderstood,
    FolderOfAnother,
    OtherKeyKnown,
    PageCutOff,
    RequestRefused,
    SignatureWrong,
    StillDifferent,
)
from streams.dealer.feed import Acknowledgement, Feed, Verdict
from streams.dealer.healing import heal
from streams.dealer.identity import must_be_its_own
from streams.dealer.store import Applied, CopyStore, StoredReceipt

PAGE_CHANGES = 20_000
SMALLEST_PAGE = 20
HEALINGS = 3
ROUNDS = 20
_NOTHING = Applied(0, 0)
_CONFLICT = 409

Report = Callable[[int, int], None]
"""(rows written so far, rows that the whole copy has)."""


@dataclass
class Puller:
    """Pulls one dealer's copy into one folder."""

    feed: Feed
    store: CopyStore
    signer: Signer
    now_us: Callable[[], int]
    report: Report = lambda done, of: None
    page_changes: int = PAGE_CHANGES
    applied: Applied = field(default=_NOTHING, init=False)
    healed: int = field(default=0, init=False)
    clock_off_seconds: int = field(default=0, init=False)
    refused: list[RequestRefused] = field(default_factory=list, init=False)
    introduced: bool = field(default=False, init=False)

    def pull(self) -> Verdict:
        """Fetch everything, acknowledge, heal and sign; the company's last answer."""
        self.introduce()
        verdict = self._round()
        healings = rounds = 0
        while verdict.state != "equal" and rounds < ROUNDS:
            rounds += 1
            if verdict.state == "different":
                healings += 1
                if healings > HEALINGS:
                    raise StillDifferent(self.healed)
                self.healed += heal(self.feed, self.store)
            verdict = self._round()
        return verdict

    def _round(self) -> Verdict:
        self.fetch_all()
        return self.acknowledge()

    def introduce(self) -> None:
        """Make sure once that the folder is this dealer's, and that the company has our key."""
        if self.introduced:
            return
        must_be_its_own(self.feed, self.store)
        if self.store.get("own_key") != self.signer.public_key:
            with self.store.writing():
                self.store.put("own_key", self.signer.public_key)
        if self.store.get("key_known") != self.signer.public_key:
            try:
                self.feed.make_key_known(self.signer.public_key)
            except RequestRefused as error:
                # The copy must go on: it is headquarters' to let go of an older key.
                known = error.status == _CONFLICT
                self.refused.append(OtherKeyKnown(_CONFLICT, error.reason) if known else error)
            else:
                with self.store.writing():
                    self.store.put("key_known", self.signer.public_key)
        self.introduced = True

    def fetch_all(self) -> None:
        """Every page up to the newest change."""
        while True:
            asked = self.store.cursor
            end = self.fetch(0).end
            if end is None:
                if self.store.cursor == asked:
                    raise PageCutOff
                continue
            if end.last < asked:
                self.store.go_back(end.last)
            if self.store.cursor >= end.last:
                return
            if end.next_after <= asked:
                raise AnswerNotUnderstood

    def fetch(self, wait_seconds: int) -> Page:
        """One page, applied; a smaller one is asked for when a page was cut off."""
        asked, limit = self.store.cursor, self.page_changes
        while True:
            page = self.feed.changes(asked, limit, wait_seconds)
            if page.end is not None or page.changes:
                break
            if limit <= SMALLEST_PAGE:
                raise PageCutOff
            limit = max(SMALLEST_PAGE, limit // 4)
        self.applied += self.store.apply(asked, page)
        if page.end is not None:
            self._look_at_clock(page.end.at)
            self.report(self.applied.written, page.end.rows)
        return page

    def _look_at_clock(self, theirs: str) -> None:
        try:
            off_us = self.now_us() - parse_instant_us(theirs)
        except ValueError as error:
            raise AnswerNotUnderstood from error
        self.clock_off_seconds = off_us // SECOND_US

    def acknowledge(self) -> Verdict:
        """Say what is held; with both copies equal, sign it."""
        # Nothing is said to be deleted while its bytes are still in a file.
        self.store.wipe()
        at_us = self.now_us()
        with self.store.reading():
            held = Acknowledgement(
                self.store.cursor, self.store.count(), self.store.digest(), rfc3339(at_us)
            )
        verdict = self.feed.acknowledge(held)
        with self.store.writing():
            self.store.put("acknowledged_state", verdict.state)
            if verdict.state != "different":
                self.store.put("acknowledged_digest", held.digest)
                self.store.put("acknowledged_up_to", str(held.up_to))
                self.store.put("acknowledged_at", held.at)
        if verdict.state == "equal":
            self._sign(held, verdict)
            self._give_receipts()
        return verdict

    def _sign(self, held: Acknowledgement, verdict: Verdict) -> None:
        receipt, signature = verdict.receipt, verdict.company_signature
        if receipt is None or signature is None:
            return
        said = tuple(receipt.get(name) for name in ("up_to", "rows", "digest"))
        message = canonical_json(dict(receipt))
        key = self.store.get("company_key") or ""
        if said != (held.up_to, held.rows, held.digest) or not is_signed(message, signature, key):
            raise SignatureWrong
        self._must_name(str(receipt.get("dealer")))
        day = str(receipt.get("day"))
        if any(kept.day == day and kept.receipt == message for kept in self.store.receipts()):
            return
        ours = self.signer.sign(message)
        self.store.keep_receipt(StoredReceipt(day, message, signature, ours, False))

    def _must_name(self, dealer: str) -> None:
        """The first receipt tells whose copy this is; from then on every one must."""
        known = self.store.get("dealer")
        if known is None:
            with self.store.writing():
                self.store.put("dealer", dealer)
        elif known != dealer:
            raise FolderOfAnother(self.store.folder)

    def _give_receipts(self) -> None:
        if self.store.get("key_known") != self.signer.public_key:
            return
        for kept in self.store.receipts():
            if kept.given:
                continue
            try:
                self.feed.give_receipt(_plain(kept.receipt), kept.signature)
            except RequestRefused as error:
                self.refused.append(error)
                # A company that was restored may know an older key: the next run tells ours again.
                with self.store.writing():
                    self.store.put("key_known", "")
                continue
            self.store.mark_given(kept.day)


def _plain(receipt: bytes) -> Mapping[str, Any]:
    told: dict[str, Any] = orjson.loads(receipt)
    return told
