"""A dealer's system at the interface: who it is, how often it may ask, when anything may leave."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from campaigns.intake import Credential
from campaigns.times import shanghai_day
from crm.accounts.roles import scope_of_token
from crm.feed.news import Revoked
from crm.feed.settling import Accepted, NotSettled, accepted_so_far, must_be_settled
from crm.scope import Scope, dealer_scope
from crm.storage.database import reading
from crm.web.api.events import AtSite, bearer, unknown_token
from crm.web.api.problems import Problem
from crm.web.guards.site import Site

STRICT_SECONDS = 0.5
"""So long it is waited until nothing at all is left to record that may take something back."""
PATIENCE_SECONDS = 2.0
"""So long for what was accepted before the request came; then it is to come again."""
RETRY_AFTER_SECONDS = 2
_LOOK_SECONDS = 0.05
_log = logging.getLogger(__name__)

Seen = TypeVar("Seen")


@dataclass(frozen=True)
class DealerVisit:
    """One request of a dealer's system."""

    site: Site
    credential: Credential

    @property
    def dealer(self) -> str:
        """The dealer that the token speaks for."""
        assert self.credential.dealer is not None
        return self.credential.dealer

    @property
    def actor(self) -> str:
        """The token's opaque id."""
        return self.credential.actor or ""

    @property
    def scope(self) -> Scope:
        """Its own copy, and nothing else."""
        return dealer_scope(self.dealer)

    def take_turns(self, turns: int = 1) -> None:
        """Problem 429 when the token asks too often."""
        seconds = self.site.feed_caches.turns.wait_seconds(self.actor, turns)
        if seconds:
            raise self.refused(
                429, "too many requests: ask again later", {"Retry-After": f"{seconds}"}
            )

    async def has_news(self, after: int, seconds: float) -> bool:
        """Whether a change comes within so many seconds; Problem 401 once the token is revoked."""
        try:
            return await self.site.feed_caches.news.is_there(
                self.dealer, self.actor, after, seconds
            )
        except Revoked as error:
            raise unknown_token() from error

    def refused(self, status: int, why: str, headers: dict[str, str] | None = None) -> Problem:
        """The problem to raise; it is logged, with codes and without anybody's data."""
        _log.warning("refused: %s, dealer %s, token %s: %s", status, self.dealer, self.actor, why)
        return Problem(status, why, headers)

    async def when_settled(self, look: Callable[[Connection], Seen]) -> Seen:
        """What a look at a settled snapshot sees; Problem 503 when there is none for too long.

        No thread is held while it is waited.
        """
        began = time.monotonic()
        arrived = await run_in_threadpool(self._accepted)
        while True:
            waited = time.monotonic() - began
            bound = None if waited < STRICT_SECONDS else arrived
            try:
                return await run_in_threadpool(self._look, look, bound)
            except NotSettled as reason:
                if waited >= PATIENCE_SECONDS:
                    raise self._not_settled(str(reason)) from reason
            await asyncio.sleep(_LOOK_SECONDS)

    def _accepted(self) -> Accepted:
        with reading(self.site.engine) as connection:
            return accepted_so_far(connection)

    def _look(self, look: Callable[[Connection], Seen], bound: Accepted | None) -> Seen:
        today = shanghai_day(self.site.now_us())
        with reading(self.site.engine) as connection:
            must_be_settled(connection, today, bound, self.dealer)
            return look(connection)

    def _not_settled(self, reason: str) -> Problem:
        headers = {"Retry-After": f"{RETRY_AFTER_SECONDS}"}
        return self.refused(503, f"not_settled: {reason}; nothing leaves meanwhile", headers)


def dealer_visit(site: AtSite, credential: Annotated[Credential, Depends(bearer)]) -> DealerVisit:
    """A request with a dealer's token; Problem 403 for any other."""
    if not scope_of_token(credential).may("own_copy"):
        raise Problem(403, "this is for dealers: send a token with the role dealer")
    return DealerVisit(site, credential)


FromDealer = Annotated[DealerVisit, Depends(dealer_visit)]
