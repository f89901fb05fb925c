"""The dealer's question over HTTP: who may ask, the shape of the answer, its pace."""

from collections.abc import Iterator
from types import SimpleNamespace

import httpx
import pytest

from crm.web.api import dealer_check
from crm.web.api.dealer_check import ANSWERED_AFTER_SECONDS
from tests.integration.web.sites import RunningSite, card

ASKED = {"name": "王桂英", "phone": "13912345678"}
UNKNOWN = {"name": "刘新人", "phone": "13900001111"}


@pytest.fixture(scope="module", autouse=True)
def people(site: RunningSite) -> None:
    site.accept(card("C-known"))


@pytest.fixture
def dealer(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client(Authorization=f"Bearer {site.token('dealer', 'D1')}") as client:
        yield client


def test_the_answer_is_one_word_and_has_one_shape(dealer: httpx.Client) -> None:
    known = dealer.post("/v1/dealer/check", json=ASKED)
    unknown = dealer.post("/v1/dealer/check", json=UNKNOWN)
    assert (known.json(), unknown.json()) == ({"answer": "ask_headquarters"}, {"answer": "unknown"})
    kept = [{n: v for n, v in a.headers.items() if n != "content-length"} for a in (known, unknown)]
    assert kept[0].keys() == kept[1].keys()


@pytest.mark.parametrize("asked", [ASKED, UNKNOWN], ids=["known", "unknown"])
@pytest.mark.parametrize("looking_seconds", [0.0, 0.1, 9.0])
def test_no_answer_comes_sooner_than_any_other(
    dealer: httpx.Client,
    asked: dict[str, str],
    looking_seconds: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    times, waited = iter([100.0, 100.0 + looking_seconds]), []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(dealer_check, "sleep", wait)
    monkeypatch.setattr(dealer_check, "time", SimpleNamespace(monotonic=lambda: next(times)))
    assert dealer.post("/v1/dealer/check", json=asked).status_code == 200
    assert waited == [pytest.approx(max(0.0, ANSWERED_AFTER_SECONDS - looking_seconds))]


@pytest.mark.parametrize("role", ["staff", "headquarters"])
def test_only_a_dealer_asks(site: RunningSite, role: str) -> None:
    with site.client(Authorization=f"Bearer {site.token(role)}") as client:  # type: ignore[arg-type]
        assert client.post("/v1/dealer/check", json=ASKED).status_code == 403
    with site.client() as nobody:
        assert nobody.post("/v1/dealer/check", json=ASKED).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"name": "王桂英"},
        {**ASKED, "phone": 13912345678},
        {**ASKED, "region": "all"},
        {**ASKED, "王桂英": "13912345678"},
        [ASKED],
    ],
)
def test_a_question_that_cannot_be_read_is_refused_without_repeating_it(
    dealer: httpx.Client, body: object
) -> None:
    answer = dealer.post("/v1/dealer/check", json=body)
    assert answer.status_code == 400
    assert "王桂英" not in answer.text
    assert "13912345678" not in answer.text


def test_the_thirty_first_question_has_to_wait(
    site: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dealer_check, "ANSWERED_AFTER_SECONDS", 0)
    with site.client(Authorization=f"Bearer {site.token('dealer', 'D1')}") as client:
        answers = [client.post("/v1/dealer/check", json=UNKNOWN) for _ in range(31)]
    assert {answer.status_code for answer in answers[:30]} == {200}
    assert answers[30].status_code == 429
    assert 3_000 < int(answers[30].headers["Retry-After"]) <= 3_600
