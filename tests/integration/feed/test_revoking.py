"""A revoked token opens nothing, and what it waits for ends."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from crm.accounts.tokens import revoke_token, tokens
from crm.feed.news import News
from crm.storage.database import reading
from tests.integration.feed.dealers import Company


def test_a_revoked_token_ends_the_feed_that_waits(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, waiting = company.running, Event()
    is_there = News.is_there

    async def waits(news: News, dealer: str, actor: str, after: int, _seconds: float) -> bool:
        waiting.set()
        return await is_there(news, dealer, actor, after, float("inf"))

    monkeypatch.setattr(News, "is_there", waits)
    token = running.token("dealer", "D1")
    with reading(running.site.engine) as connection:
        (named,) = [each.token_id for each in tokens(connection)]
    headers = {"Authorization": f"Bearer {token}"}
    with running.client(**headers) as client, ThreadPoolExecutor(1) as threads:
        waits_on = threads.submit(client.get, "/v1/dealer/changes", params={"wait": 25})
        assert waiting.wait(60)
        revoke_token(running.site.engine, named)
        # Nothing else ends it: here the time that it asked for never does.
        assert waits_on.result(60).status_code == 401
    with running.client(**headers) as client:
        assert client.get("/v1/dealer/keys").status_code == 401
