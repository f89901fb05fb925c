"""Whom to call when a dealer's copy has changed: kept, called, tried again, given up.

There is no queue: a call says up to which number there is something to fetch, so only the newest
counts. It is tried until it is answered with 2xx, after ever longer waits, and given up after
three days or when the receiver answers that it is gone; then `jinxi webhook list` shows it.
"""

import http.client
import logging
import secrets
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from campaigns.ids import derived_id
from campaigns.times import DAY_US, SECOND_US
from crm.accounts.access import COMMAND
from crm.accounts.changes import AccountChange, log_change
from crm.copies.webhook_signatures import changed_body, headers, written_secret
from crm.feed.calling import AddressRefused, call, checked_url
from crm.feed.queries import last_sequence
from crm.feed.tables import WEBHOOK
from crm.keyring.keyring import Keyring, seal, unseal
from crm.keyring.master_key import KEY_BYTES
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing

WAITS_SECONDS = (5, 30, 120, 600, 1_800, 3_600, 7_200, 21_600)
"""After the first failure, the second, …; the last one again and again."""
GIVEN_UP_AFTER_US = 3 * DAY_US
ROUND_SECONDS = 10.0
"""After so long a round ends: a call is signed with the time of its round, which receivers hold to
be old after five minutes, and beside a round its process shows that it lives."""
_GONE = 410
_SEALING = "webhooks"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Webhook:
    """One address of a dealer, and how calling it goes (crm/feed/tables.py)."""

    webhook_id: str
    dealer: str
    url: str
    sealed: bytes
    created_us: int
    told_up_to: int
    told_us: int | None
    attempts: int
    failing_since_us: int | None
    next_try_us: int
    trouble: str | None
    given_up_us: int | None

    @property
    def state(self) -> str:
        """given_up, failing or ok."""
        if self.given_up_us is not None:
            return "given_up"
        return "failing" if self.attempts else "ok"


def add_webhook(
    engine: Engine,
    keyring: Keyring,
    dealer: str,
    url: str,
    now_us: int,
    *,
    loopback: bool,
    by: str = COMMAND,
) -> tuple[str, str]:
    """(id, secret) of a new one; the secret is shown this once. AddressRefused when it may not be
    called. by: who adds it."""
    checked_url(url, loopback=loopback)
    webhook_id = f"wh_{secrets.token_hex(8)}"
    secret = written_secret(secrets.token_bytes(KEY_BYTES))
    sealed = seal(keyring.secret(_SEALING), secret.encode(), webhook_id.encode())
    row = {
        "webhook_id": webhook_id,
        "dealer": dealer,
        "url": url,
        "sealed": sealed,
        "created_us": now_us,
        "told_up_to": 0,
        "attempts": 0,
        "next_try_us": 0,
    }
    with writing(engine) as connection:
        same = select(WEBHOOK.c.webhook_id).where(WEBHOOK.c.dealer == dealer, WEBHOOK.c.url == url)
        if connection.execute(same).first() is not None:
            raise AddressRefused("known")
        connection.execute(insert(WEBHOOK), [row])
        log_change(connection, AccountChange(now_us, by, "webhook_made", webhook_id, dealer))
    return webhook_id, secret


def remove_webhook(engine: Engine, webhook_id: str, now_us: int, by: str = COMMAND) -> bool:
    """Nobody is called there any more; False when there is none. by: who removes it."""
    with writing(engine) as connection:
        gone = connection.execute(delete(WEBHOOK).where(WEBHOOK.c.webhook_id == webhook_id))
        if gone.rowcount:
            log_change(connection, AccountChange(now_us, by, "webhook_removed", webhook_id))
        return gone.rowcount > 0


def try_again(engine: Engine, webhook_id: str) -> bool:
    """Call it at the next round as if nothing had failed; False when there is none."""
    anew = dict.fromkeys(("failing_since_us", "trouble", "given_up_us"))
    this = update(WEBHOOK).where(WEBHOOK.c.webhook_id == webhook_id)
    with writing(engine) as connection:
        return connection.execute(this.values(attempts=0, next_try_us=0, **anew)).rowcount > 0


def webhooks(connection: Connection) -> list[Webhook]:
    """All of them, by dealer."""
    query = select(WEBHOOK).order_by(WEBHOOK.c.dealer, WEBHOOK.c.created_us)
    return [Webhook(*row) for row in connection.execute(query)]


@dataclass(frozen=True)
class Caller:
    """Calls whoever has something to fetch. loopback: also on this machine, for tests."""

    engine: Engine
    keyring: Keyring
    loopback: bool = False

    def call_due(self, now_us: int) -> int:
        """Call those that are due, each once, as many as a round has time for; returns how many.

        Whoever answered last time comes first: those that are silent take all the time there is.
        """
        with reading(self.engine) as connection:
            due = [
                (webhook, last)
                for webhook in webhooks(connection)
                if webhook.given_up_us is None and webhook.next_try_us <= now_us
                if (last := last_sequence(HEADQUARTERS_SCOPE, connection, webhook.dealer))
                > webhook.told_up_to
            ]
        due.sort(key=lambda each: each[0].next_try_us)
        began = time.monotonic()
        for called, (webhook, last) in enumerate(due, 1):
            trouble = self._call(webhook, last, now_us)
            values = _after(webhook, last, trouble, now_us)
            with writing(self.engine) as connection:
                this = WEBHOOK.c.webhook_id == webhook.webhook_id
                connection.execute(update(WEBHOOK).where(this).values(values))
            if time.monotonic() - began > ROUND_SECONDS:
                return called
        return len(due)

    def _call(self, webhook: Webhook, last: int, now_us: int) -> str | None:
        """What went wrong, as a code; None when it was taken."""
        bound_to = webhook.webhook_id.encode()
        secret = unseal(self.keyring.secret(_SEALING), webhook.sealed, bound_to).decode()
        # The same message has the same id at every attempt.
        message_id = f"msg_{derived_id('webhook', webhook.webhook_id, str(last))}"
        body = changed_body(last, now_us)
        signed = headers(secret, message_id, now_us, body)
        try:
            status = call(webhook.url, body, signed, loopback=self.loopback)
        except AddressRefused as error:
            return error.why
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__
        return None if 200 <= status < 300 else f"HTTP {status}"


def _after(webhook: Webhook, last: int, trouble: str | None, now_us: int) -> dict[str, Any]:
    """What is kept after an attempt."""
    if trouble is None:
        return {
            "told_up_to": last,
            "told_us": now_us,
            "attempts": 0,
            "failing_since_us": None,
            "next_try_us": 0,
            "trouble": None,
        }
    _log.warning("webhook %s of dealer %s: %s", webhook.webhook_id, webhook.dealer, trouble)
    since_us = webhook.failing_since_us or now_us
    wait_seconds = WAITS_SECONDS[min(webhook.attempts, len(WAITS_SECONDS) - 1)]
    is_over = trouble == f"HTTP {_GONE}" or now_us - since_us >= GIVEN_UP_AFTER_US
    return {
        "attempts": webhook.attempts + 1,
        "failing_since_us": since_us,
        "next_try_us": now_us + wait_seconds * SECOND_US,
        "trouble": trouble,
        "given_up_us": now_us if is_over else None,
    }
