"""The company in a simulation: an installation that records, is killed, and answers dealers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from random import Random
from typing import Any
from unittest import mock

import orjson
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

import crm.storage.database
from campaigns.intake import Credential
from campaigns.times import rfc3339, shanghai_day
from crm.copies.feed_lines import page_line
from crm.copies.receipts import Receipt
from crm.feed.acknowledging import (
    Claim,
    acknowledge,
    company_signer,
    compare,
    countersign_receipt,
)
from crm.feed.figures import Figures
from crm.feed.history import take_key
from crm.feed.queries import (
    changes_page,
    copy_buckets,
    count_rows,
    last_sequence,
    named_rows,
    row_hashes,
)
from crm.feed.settling import NotSettled as Unsettled
from crm.feed.settling import must_be_settled
from crm.scope import dealer_scope
from crm.storage.database import reading, writing
from streams.dealer.errors import NotSettled
from streams.dealer.feed import Acknowledgement, Verdict
from tests.failing_transactions import ProcessKilled, Saboteur
from tests.installations import Installation, clock
from tests.worlds import Sent


@contextmanager
def without_waiting_for_the_disk() -> Iterator[None]:
    """Nothing here survives the machine's end, and nothing has to."""
    plain = crm.storage.database._prepare_sqlite

    def fast(connection: Any, record: object) -> None:
        plain(connection, record)
        connection.execute("PRAGMA synchronous=OFF")

    with mock.patch("crm.storage.database._prepare_sqlite", fast):
        yield


class CompanySide:
    """Answers as the interface does, on the records that the real code keeps."""

    def __init__(self, installation: Installation, random: Random) -> None:
        self.installation, self.random = installation, random
        self.saboteur = Saboteur(random)
        self.now_us = 0
        self.accepted: list[Sent] = []
        self.figures = Figures()
        self._watch()

    def _watch(self) -> None:
        self.saboteur.watch(self.installation.engine)
        self.saboteur.watch(self.installation.keyring.engine)

    def take_in(self, events: Sequence[Sent]) -> None:
        """The door is not killed here: what it did not accept, it did not accept."""
        with clock(self.now_us):
            self.installation.accept(events)
        self.accepted += events

    def work(self, *, killed: bool) -> None:
        """Record what there is; a killed worker is started again only the next time."""
        if killed:
            self.saboteur.arm()
        try:
            with clock(self.now_us):
                self.installation.work()
        except ProcessKilled:
            self._start_again()
        except OperationalError:
            return
        finally:
            self.saboteur.statements_left = None

    def _start_again(self) -> None:
        self.saboteur.statements_left = None
        self.installation.close()
        self.installation.open()
        self.figures = Figures()
        self._watch()

    # What a dealer asks

    @contextmanager
    def _settled(self, dealer: str) -> Iterator[Connection]:
        with reading(self.installation.engine) as connection:
            try:
                must_be_settled(connection, shanghai_day(self.now_us), dealer=dealer)
            except Unsettled as error:
                raise NotSettled(2) from error
            yield connection

    def changes(self, dealer: str, after: int, limit: int) -> list[bytes]:
        scope = dealer_scope(dealer)
        with self._settled(dealer) as connection:
            page = changes_page(scope, connection, dealer, after, limit)
            last, rows = self._standing(connection, dealer)
        end = page_line(page.next_after, last, rows, rfc3339(self.now_us))
        return [line.rstrip(b"\n") for line in (*page.lines, end)]

    def rows(self, dealer: str, keys: Sequence[str]) -> list[bytes]:
        scope = dealer_scope(dealer)
        with self._settled(dealer) as connection:
            last, rows = self._standing(connection, dealer)
            page = named_rows(scope, connection, dealer, keys, last)
        end = page_line(page.next_after, last, rows, rfc3339(self.now_us))
        return [line.rstrip(b"\n") for line in (*page.lines, end)]

    def _standing(self, connection: Connection, dealer: str) -> tuple[int, int]:
        scope = dealer_scope(dealer)
        last = last_sequence(scope, connection, dealer)
        return last, count_rows(scope, connection, dealer)

    def buckets(self, dealer: str, prefix: str) -> dict[str, tuple[int, str]]:
        with self._settled(dealer) as connection:
            return copy_buckets(dealer_scope(dealer), connection, dealer, prefix)

    def fingerprints(self, dealer: str, prefix: str) -> dict[str, str]:
        with self._settled(dealer) as connection:
            return row_hashes(dealer_scope(dealer), connection, dealer, prefix)

    def acknowledge(self, dealer: str, held: Acknowledgement) -> Verdict:
        claim = Claim(held.up_to, held.rows, held.digest, held.at)
        with self._settled(dealer) as connection:
            compared = compare(connection, self.figures, dealer, claim)
        engine, intake = self.installation.engine, self.installation.intake
        signer, credential = self._signer(), Credential("dealer", f"t-{dealer}", dealer)
        with clock(self.now_us):
            kept = acknowledge(engine, intake, signer, credential, claim, compared, self.now_us)
        receipt = None if kept is None else _told(kept.receipt)
        signature = None if kept is None else kept.company_signature
        return Verdict(
            compared.state,  # type: ignore[arg-type]
            compared.last,
            compared.rows,
            receipt,
            signature,
        )

    def _signer(self) -> Any:
        return company_signer(self.installation.keyring)

    def company_key(self) -> str:
        return str(self._signer().public_key)

    def take_key(self, dealer: str, public_key: str) -> None:
        with writing(self.installation.engine) as connection:
            take_key(connection, dealer, public_key, self.now_us)

    def take_receipt(self, dealer: str, told: dict[str, Any], signature: str) -> None:
        receipt = Receipt(**{**told, "day": date.fromisoformat(told["day"])})
        engine = self.installation.engine
        countersign_receipt(engine, dealer, receipt, signature, self.now_us)


def _told(receipt: bytes) -> dict[str, Any]:
    told: dict[str, Any] = orjson.loads(receipt)
    return told
