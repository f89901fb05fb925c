"""A company's site with two dealers, invented people who share with them, and a dealer's system."""

import hashlib
import itertools
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx
import orjson
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from campaigns.intake import HEADQUARTERS
from campaigns.times import rfc3339
from crm.clock import now_us
from streams.embedded.worker import Worker
from tests.integration.web.sites import RunningSite, today

_NUMBERS = itertools.count(1)


def event(type_name: str, subject: str, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An event of this moment, by headquarters."""
    return {
        "specversion": "1.0",
        "id": f"e{next(_NUMBERS):05d}",
        "source": "/hq/console",
        "type": f"jinxi.{type_name}.v1",
        "time": rfc3339(now_us()),
        "subject": subject,
        "data": data,
        **more,
    }


def contract(dealer: str, region: str = "110000", **more: Any) -> dict[str, Any]:
    """A contract that has run for a year."""
    data = {
        "dealer": dealer,
        "contract_id": f"x-{dealer}",
        "name": f"经销商 {dealer}",
        "regions": [region],
        "kind": "exclusive",
        "starts_on": (today() - timedelta(days=365)).isoformat(),
        **more,
    }
    return event("dealer.contracted", f"dealer/{dealer}", data)


def contract_end(dealer: str, on: date) -> dict[str, Any]:
    """Its last day."""
    data = {
        "dealer": dealer,
        "contract_id": f"x-{dealer}",
        "ends_on": on.isoformat(),
        "reason_code": "replaced",
    }
    return event("dealer.ended", f"dealer/{dealer}", data)


def card(card_id: str, name: str = "王桂英", region: str = "110105") -> dict[str, Any]:
    """A card."""
    data = {
        "card_id": card_id,
        "person": {"name": name, "sex": "female", "birth_year": 1950},
        "source_kind": "activity",
        "region": region,
    }
    return event("card.registered", f"card/{card_id}", data)


def consent(card_id: str, dealer: str, purpose: str = "share_with_dealer") -> dict[str, Any]:
    """The person agrees."""
    data = {
        "card_id": card_id,
        "purpose": purpose,
        "dealer": dealer,
        "notice_version": "3",
        "method": "paper",
        "by": "self",
    }
    return event("consent.given", f"card/{card_id}", data)


def withdrawal(card_id: str, dealer: str) -> dict[str, Any]:
    """The person takes it back."""
    data = {"card_id": card_id, "purpose": "share_with_dealer", "dealer": dealer}
    return event("consent.withdrawn", f"card/{card_id}", data)


def shared(card_id: str, dealer: str, name: str = "王桂英", region: str = "110105") -> list[Any]:
    """A card and its consent."""
    return [card(card_id, name, region), consent(card_id, dealer)]


@dataclass
class Company:
    """The company's side."""

    running: RunningSite
    worker: Worker = field(init=False)
    clients: list[httpx.Client] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.worker = Worker(self.running.site.engine, self.running.site.keyring)

    def accept(self, *events: dict[str, Any]) -> None:
        """Take in, and record nothing."""
        lines = [orjson.dumps(each) for each in events]
        site = self.running.site
        receipts = site.intake.accept(lines, HEADQUARTERS)
        assert [receipt.status for receipt in receipts] == ["accepted"] * len(events), receipts

    def work(self) -> None:
        """Record all, and reach the day."""
        self.worker.until_idle()

    def take(self, *events: dict[str, Any]) -> None:
        """Take in and record."""
        self.accept(*events)
        self.work()

    def dealer(self, code: str) -> "DealerSystem":
        """A dealer's system with a new token."""
        return DealerSystem(code, self.client(self.running.token("dealer", code)))

    def client(self, token: str | None) -> httpx.Client:
        """A caller with a token; all are closed together."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self.clients.append(self.running.client(**headers))
        return self.clients[-1]

    def close(self) -> None:
        """Nobody calls any more."""
        for client in self.clients:
            client.close()


@dataclass
class DealerSystem:
    """A dealer's side, as simple as the protocol allows; it trusts nothing of ours."""

    code: str
    client: httpx.Client
    cursor: int = 0
    latest: dict[str, tuple[int, dict[str, Any] | None]] = field(default_factory=dict)
    key: Ed25519PrivateKey = field(
        default_factory=lambda: Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    )

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        """The copy by key."""
        return {key: row for key, (_, row) in self.latest.items() if row is not None}

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical rows by key."""
        lines = [rfc8785.dumps(self.rows[key]) for key in sorted(self.rows)]
        return hashlib.sha256(b"\n".join(lines)).hexdigest()

    @property
    def public_key(self) -> str:
        return b64encode(self.key.public_key().public_bytes_raw()).decode()

    def sign(self, value: Any) -> str:
        return b64encode(self.key.sign(rfc8785.dumps(value))).decode()

    def lines(self, **asked: Any) -> list[dict[str, Any]]:
        """One page."""
        answer = self.client.get("/v1/dealer/changes", params=asked)
        assert answer.status_code == 200, answer.text
        return [orjson.loads(line) for line in answer.content.splitlines()]

    def pull(self, limit: int = 5_000) -> dict[str, Any]:
        """Everything that is new; the end of the last page."""
        while True:
            *changes, end = self.lines(after=self.cursor, limit=limit)
            for change in changes:
                self.apply(change)
            self.cursor = end["next_after"]
            if not changes:
                return end

    def apply(self, change: dict[str, Any], *, named: bool = False) -> None:
        known, _ = self.latest.get(change["key"], (0, None))
        if change["sequence"] > known or named:
            self.latest[change["key"]] = (change["sequence"], change.get("row"))

    def claim(self, **changed: Any) -> dict[str, Any]:
        """What it would acknowledge."""
        said = {"up_to": self.cursor, "rows": len(self.rows), "digest": self.digest, "at": "now"}
        return said | changed

    def acknowledge(self, **changed: Any) -> httpx.Response:
        return self.client.post("/v1/dealer/acknowledge", json=self.claim(**changed))
