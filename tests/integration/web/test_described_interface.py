"""The interface does as it describes itself: every operation, with the credential that it wants."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from campaigns.intake import HEADQUARTERS
from crm.accounts.tokens import TokenRole, add_token
from crm.configuration.settings import Settings
from crm.web.api import dealer_check
from crm.web.app import app_of
from crm.web.guards.site import Site
from streams.embedded.worker import Worker
from tests.integration.feed.dealers import contract, shared
from tests.worlds import FEW

PNG = b"\x89PNG\r\n\x1a\n" + b"a signature"
BINARY = {"ce-specversion": "1.0", "ce-id": "e1", "ce-source": "/hall", "ce-type": "none"}
NO_END = 1e12


@schemathesis.serializer("application/x-ndjson", "application/cloudevents+json")
def _one_text(_context: Any, value: Any) -> bytes:
    return value.encode("utf-8", "replace") if isinstance(value, str) else orjson.dumps(value)


@schemathesis.serializer("application/cloudevents-batch+json")
def _batch(_context: Any, value: Any) -> bytes:
    return orjson.dumps(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    opened = Site.open(Settings.in_folder(tmp_path_factory.mktemp("described")))
    events = [contract("D1"), *shared("c1", "D1")]
    opened.intake.accept([orjson.dumps(event) for event in events], HEADQUARTERS)
    Worker(opened.engine, opened.keyring).until_idle()
    # Here no pace is tested, and a test may ask without end.
    refusals = opened.refusals
    unpaced = (opened.budget.bytes, opened.feed_caches.turns)
    for turns in (*unpaced, refusals.of_a_network, refusals.in_all):
        turns.burst = turns.per_second = NO_END
    yield opened
    opened.engine.dispose()
    opened.keyring.engine.dispose()


@pytest.fixture(scope="module")
def app(site: Site) -> FastAPI:
    return app_of(site)


@pytest.fixture(scope="module")
def described(app: FastAPI) -> Any:
    """What the interface says of itself, read once: to find what the code compares with takes as
    long as to try several operations."""
    return schemathesis.openapi.from_asgi("/openapi.json", app)


def token(site: Site, role: TokenRole, dealer: str | None = None) -> str:
    return add_token(site.engine, "described", role, dealer)


MORE_THAN_A_SCHEMA_SAYS = {
    "POST /v1/attachments": ("is a personal number",),
    "POST /v1/dealer/acknowledge": ("up_to is beyond", "not genuine"),
    "POST /v1/dealer/receipts": ("not genuine",),
}
"""Where a request may fit its description and be refused with 400, and the words that say why.

A pattern cannot add up the check digit of an ID number; how much was sent, the site knows alone;
whether a signature is genuine, who has the key.
"""

OPERATIONS = [
    *("GET /health", "GET /v1/accounts", "GET /v1/activities"),
    *("GET /v1/attachments/{evidence_sha256}", "GET /v1/dealer/buckets", "GET /v1/dealer/changes"),
    *("GET /v1/dealer/keys", "GET /v1/dealer/receipts"),
    *("GET /v1/events", "GET /v1/follow-ups", "GET /v1/members", "GET /v1/people"),
    *("GET /v1/requests", "GET /v1/tokens"),
    *("POST /v1/attachments", "POST /v1/dealer/acknowledge"),
    *("POST /v1/dealer/check", "POST /v1/dealer/keys", "POST /v1/dealer/receipts"),
    *("POST /v1/dealer/rows", "POST /v1/events"),
]


def test_every_operation_is_tried(app: FastAPI) -> None:
    described = [
        f"{method.upper()} {path}"
        for path, methods in app.openapi()["paths"].items()
        for method in methods
    ]
    assert sorted(described) == OPERATIONS


def excused(label: str, response: Any) -> list[Any]:
    """The checks that an answer is excused from."""
    reasons = MORE_THAN_A_SCHEMA_SAYS.get(label, ())
    if response.status_code != 400:
        return []
    detail = response.json()["detail"]
    return [positive_data_acceptance] if any(reason in detail for reason in reasons) else []


@pytest.mark.parametrize("label", OPERATIONS)
def test_an_operation_answers_as_it_is_described(
    site: Site, described: Any, label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dealer_check, "ANSWERED_AFTER_SECONDS", 0.0)
    method, path = label.split(" ")
    operation = described[path][method]
    is_dealers = path.startswith("/v1/dealer/")
    given_token = token(site, "dealer", "D1") if is_dealers else token(site, "headquarters")
    seen: set[int] = set()

    @given(case=operation.as_strategy())
    @settings(FEW, suppress_health_check=list(HealthCheck))
    def answers(case: Any) -> None:
        headers = {"Authorization": f"Bearer {given_token}"}
        if label == "POST /v1/events" and case.media_type == "application/json":
            headers |= BINARY
        response = case.call(headers=headers)
        seen.add(response.status_code)
        case.validate_response(response, headers=headers, excluded_checks=excused(label, response))

    answers()
    assert not seen & {401, 405}
