"""A dealer and the company that gives it an account, each with a site of its own."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from campaigns.times import rfc3339
from crm.clock import now_us
from tests.integration.feed.dealers import Company, contract, event, shared
from tests.integration.web.sites import PASSWORD, running

NAME, PHONE, FOREIGN = "欧阳桂兰", "13912340001", "慕容秀英"


def consent(card_id: str, purpose: str, **more: object) -> dict[str, object]:
    data = {"card_id": card_id, "purpose": purpose, "notice_version": "1", "method": "paper"}
    return event("consent.given", f"card/{card_id}", {**data, "by": "self", **more})


def registered(card_id: str, name: str) -> dict[str, object]:
    data = {
        "card_id": card_id,
        "person": {"name": name},
        "contact": {"phones": [PHONE], "address": "建国路一号"},
        "region": "110105",
        "source_kind": "walk_in",
    }
    return event("card.registered", f"card/{card_id}", data)


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """D1 is given one person with history, whose trial began four days ago; D2 another person."""
    with running(tmp_path) as site:
        found = Company(site)
        found.take(contract("D1"), contract("D2", "310000"))
        trial = {"trial_id": "t1", "card_id": "c-open", "sku": "four-box"}
        four_days_ago = rfc3339(now_us() - int(timedelta(days=4).total_seconds()) * 1_000_000)
        found.take(
            registered("c-open", NAME),
            consent("c-open", "health"),
            consent(
                "c-open",
                "share_with_dealer",
                dealer="D1",
                categories=["identity", "contact", "history"],
            ),
            event("trial.started", "card/c-open", trial, time=four_days_ago),
        )
        found.take(*shared("c-foreign", "D2", FOREIGN, "310115"))
        site.user("shop", "dealer", "D1")
        site.user("office", "headquarters")
        yield found
        found.close()


@pytest.fixture
def shop(company: Company) -> Iterator[httpx.Client]:
    """Somebody of D1, signed in."""
    with company.running.client() as client:
        sign_in(client, "shop")
        yield client


def sign_in(client: httpx.Client, name: str) -> None:
    form = {"form_token": token_in(client.get("/sign-in").text), "name": name}
    answer = client.post("/sign-in", data={**form, "password": PASSWORD})
    assert answer.status_code == 303, answer.text


def token_in(page: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def key_in(page: str) -> str:
    found = re.search(r'name="cell" value="([0-9a-f]{64}) ', page)
    assert found is not None
    return found[1]
