"""A revoked token opens nothing, and what it waits for ends."""

import time
from concurrent.futures import ThreadPoolExecutor

from crm.accounts.tokens import revoke_token, tokens
from crm.storage.database import reading
from tests.integration.feed.dealers import Company


def test_a_revoked_token_ends_the_feed_that_waits_and_others_go_on(company: Company) -> None:
    running = company.running
    revoked = running.token("dealer", "D1")
    with reading(running.site.engine) as connection:
        (named,) = [token.token_id for token in tokens(connection)]
    other = running.token("dealer", "D2")

    def wait(token: str, seconds: int) -> tuple[int, float]:
        began = time.monotonic()
        with running.client(Authorization=f"Bearer {token}") as client:
            answer = client.get("/v1/dealer/changes", params={"wait": seconds})
        return answer.status_code, time.monotonic() - began

    with ThreadPoolExecutor(2) as threads:
        waits, goes_on = threads.submit(wait, revoked, 25), threads.submit(wait, other, 3)
        while not waits.running() or running.site.desk.news._looked < 0:
            assert not waits.done()
        revoke_token(running.site.engine, named)
        status, seconds = waits.result(60)
        assert (status, goes_on.result(60)[0]) == (401, 200)
    # It would have ended by itself after the 25 seconds that it asked for.
    assert seconds < 25
    with running.client(Authorization=f"Bearer {revoked}") as client:
        assert client.get("/v1/dealer/keys").status_code == 401
