"""POST and GET /v1/events: CloudEvents over HTTP in every mode, receipts, whole-request faults."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from sqlalchemy import func, select

from crm.journal.events import JOURNAL
from crm.storage.database import reading
from tests.integration.web.sites import RunningSite, card

STRUCTURED = {"content-type": "application/cloudevents+json; charset=utf-8"}
BATCH = {"content-type": "application/cloudevents-batch+json"}
LINES = {"content-type": "application/x-ndjson"}


def new_card(**changes: Any) -> dict[str, Any]:
    return {**card(str(uuid4())), **changes}


def receipts(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["receipts"]
    return found


def assert_problem(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json().keys() == {"type", "title", "status", "detail"}
    assert answer.json()["status"] == status


def test_a_structured_event_is_accepted_and_the_same_again_is_a_duplicate(
    staff: httpx.Client,
) -> None:
    event = new_card()
    once = staff.post("/v1/events", content=orjson.dumps(event), headers=STRUCTURED)
    again = staff.post("/v1/events", content=orjson.dumps(event), headers=STRUCTURED)
    identity = {"source": event["source"], "id": event["id"]}
    assert receipts(once) == [{**identity, "status": "accepted"}]
    assert receipts(again) == [{**identity, "status": "duplicate"}]


def test_a_binary_event_is_the_same_event_as_the_structured_one(staff: httpx.Client) -> None:
    event = new_card(sequence=7, datacontenttype="application/json", source="/sheets/%E7%8E%8B")
    headers = {
        f"ce-{name}": str(event[name]) for name in event.keys() - {"data", "datacontenttype"}
    }
    # Percent-encoded once, as the binding asks, in the quotes that older senders write.
    headers["ce-source"] = '"/sheets/%25E7%258E%258B"'
    headers["content-type"] = "application/json"
    sent = staff.post("/v1/events", content=orjson.dumps(event["data"]), headers=headers)
    structured = staff.post("/v1/events", content=orjson.dumps(event), headers=STRUCTURED)
    assert receipts(sent)[0]["status"] == "accepted"
    assert receipts(sent)[0]["source"] == event["source"]
    assert receipts(structured)[0]["status"] == "duplicate"


def test_the_body_of_a_binary_event_cannot_write_attributes(staff: httpx.Client) -> None:
    event = new_card()
    headers = {f"ce-{name}": str(event[name]) for name in event.keys() - {"data"}}
    body = orjson.dumps(event["data"]) + b',"id":"another"'
    (receipt,) = receipts(staff.post("/v1/events", content=body, headers=headers))
    assert (receipt["status"], receipt["reason"]) == ("refused", "not_json")


def test_a_batch_is_answered_in_order_and_one_bad_element_harms_no_other(
    staff: httpx.Client,
) -> None:
    good, later = new_card(), new_card()
    bad = new_card(type="jinxi.nothing.v1")
    answer = staff.post("/v1/events", content=orjson.dumps([good, bad, 5, later]), headers=BATCH)
    statuses = [(r["id"], r["status"], r.get("reason")) for r in receipts(answer)]
    assert statuses == [
        (good["id"], "accepted", None),
        (bad["id"], "refused", "unknown_type"),
        (None, "refused", "not_cloudevents"),
        (later["id"], "accepted", None),
    ]


def test_an_empty_batch_has_no_receipts(staff: httpx.Client) -> None:
    assert receipts(staff.post("/v1/events", content=b"[]", headers=BATCH)) == []


def test_lines_are_answered_in_order_without_the_blank_ones(staff: httpx.Client) -> None:
    one, other = new_card(), new_card()
    body = b"\xef\xbb\xbf" + orjson.dumps(one) + b"\r\n\n{broken\n" + orjson.dumps(other)
    found = receipts(staff.post("/v1/events", content=body, headers=LINES))
    assert [r["status"] for r in found] == ["accepted", "refused", "accepted"]
    assert (found[1]["reason"], found[1]["path"]) == ("not_json", "$")


def test_a_line_that_is_not_utf8_harms_no_other(staff: httpx.Client) -> None:
    body = "王".encode("gbk") + b"\n" + orjson.dumps(new_card())
    found = receipts(staff.post("/v1/events", content=body, headers=LINES))
    assert [r.get("reason") for r in found] == ["not_json", None]


@pytest.mark.parametrize(
    ("language", "words"),
    [(None, "未收下"), ("zh-Hant-HK", "填得不對"), ("en-GB,zh;q=0.5", "Not taken")],
)
def test_a_refusal_says_what_where_and_how_in_the_language_that_was_asked_for(
    staff: httpx.Client, language: str | None, words: str
) -> None:
    event = new_card()
    event["data"]["person"]["birth_date"] = "1950-02-31"
    headers = STRUCTURED | ({"accept-language": language} if language else {})
    if language is None:
        staff.headers.pop("accept-language", None)
    answer = staff.post("/v1/events", content=orjson.dumps(event), headers=headers)
    (receipt,) = receipts(answer)
    assert receipt["reason"] == "bad_value"
    assert receipt["path"] == "$.data.person.birth_date"
    assert words in receipt["sentence"]


def test_what_looks_odd_is_accepted_with_a_warning(staff: httpx.Client) -> None:
    event = new_card()
    event["data"]["contact"]["phones"] = ["12345"]
    answer = staff.post("/v1/events", content=orjson.dumps(event), headers=STRUCTURED)
    assert receipts(answer)[0]["warnings"] == ["phone_unusual"]


def test_the_actor_is_set_from_the_token_and_never_taken_from_the_sender(
    site: RunningSite, staff: httpx.Client
) -> None:
    event = new_card(actor="somebody")
    staff.post("/v1/events", content=orjson.dumps(event), headers=STRUCTURED)
    with reading(site.site.engine) as connection:
        query = select(JOURNAL.c.actor).where(JOURNAL.c.id == event["id"])
        actor = connection.execute(query).scalar_one()
    assert actor.startswith("t-")


def test_without_a_known_token_nothing_is_read(site: RunningSite) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic abc"}):
        with site.client(**headers) as stranger:
            answer = stranger.post("/v1/events", content=b"[]", headers=BATCH)
            assert_problem(answer, 401)
            assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/cloudevents-batch+json", b'{"no": "array"}', 400),
        ("application/cloudevents-batch+json", b"[{]", 400),
        ("application/cloudevents+xml", b"<event/>", 415),
        ("application/json", b"{}", 415),
        ("application/x-ndjson; charset=gbk", b"{}", 415),
        ("", b"", 415),
    ],
)
def test_a_request_that_cannot_be_read_as_a_whole_is_a_problem(
    staff: httpx.Client, content_type: str, body: bytes, status: int
) -> None:
    headers = {"content-type": content_type} if content_type else {}
    assert_problem(staff.post("/v1/events", content=body, headers=headers), status)


def test_too_much_at_once_is_a_problem_and_not_a_receipt(staff: httpx.Client) -> None:
    many = b"{}\n" * 10_001
    assert_problem(staff.post("/v1/events", content=many, headers=LINES), 413)
    large = b" " * (32 * 1024 * 1024 + 1)
    assert_problem(staff.post("/v1/events", content=large, headers=LINES), 413)
    pieces = (b" " * 1_000_000 for _ in range(34))
    assert_problem(staff.post("/v1/events", content=pieces, headers=LINES), 413)


def test_one_event_that_is_too_large_is_refused_alone(staff: httpx.Client) -> None:
    event = new_card(more="x" * 70_000)
    answer = staff.post("/v1/events", content=orjson.dumps(event), headers=STRUCTURED)
    assert receipts(answer)[0]["reason"] == "too_large"


def test_an_event_is_accepted_before_and_recorded_after_the_worker_has_seen_it(
    site: RunningSite, staff: httpx.Client
) -> None:
    event = new_card()
    question = {"source": event["source"], "id": event["id"]}
    staff.post("/v1/events", content=orjson.dumps(event), headers=STRUCTURED)
    before = staff.get("/v1/events", params=question).json()
    site.work()
    after = staff.get("/v1/events", params=question).json()
    assert (before["outcome"], after["outcome"]) == ("accepted", "recorded")
    assert after.keys() == {"source", "id", "type", "outcome", "marks", "received_at"}
    assert after["type"] == "jinxi.card.registered.v1"


def test_what_waits_says_for_what(site: RunningSite, staff: httpx.Client) -> None:
    event = new_card(type="jinxi.club.joined.v1")
    event["data"] = {"card_id": event["data"]["card_id"], "club": "sunset"}
    staff.post("/v1/events", content=orjson.dumps(event), headers=STRUCTURED)
    site.work()
    answer = staff.get("/v1/events", params={"source": event["source"], "id": event["id"]}).json()
    assert (answer["outcome"], answer["waiting_for"]) == ("waiting", event["subject"])


def test_only_headquarters_and_those_whose_source_it_is_may_ask_for_an_event(
    site: RunningSite, staff: httpx.Client
) -> None:
    event = new_card()
    question = {"source": event["source"], "id": event["id"]}
    staff.post("/v1/events", content=orjson.dumps(event), headers=STRUCTURED)
    answers = {}
    for name, token in {
        "headquarters": site.token("headquarters"),
        "covers": site.token("staff", sources=("/sheets",)),
        "other source": site.token("staff", sources=("/phones",)),
        "begins alike": site.token("staff", sources=("/sheets/D",)),
        "dealer": site.token("dealer", "D1"),
    }.items():
        with site.client(Authorization=f"Bearer {token}") as client:
            answers[name] = client.get("/v1/events", params=question).status_code
    assert answers == {
        "headquarters": 200,
        "covers": 200,
        "other source": 404,
        "begins alike": 404,
        "dealer": 404,
    }


def test_a_question_without_its_parts_is_a_problem(staff: httpx.Client) -> None:
    assert_problem(staff.get("/v1/events", params={"source": "/x"}), 400)


def test_the_description_is_served_and_its_page_loads_nothing_from_elsewhere(
    staff: httpx.Client,
) -> None:
    schema = staff.get("/openapi.json").json()
    assert {"get", "post"} == schema["paths"]["/v1/events"].keys()
    answers = schema["paths"]["/v1/events"]["post"]["responses"].keys()
    assert answers == {"200", "400", "401", "408", "413", "415", "429", "500", "503"}
    page = staff.get("/docs").text
    assert "/v1/events" in page
    # Of two parameters of which one is given the page names both.
    assert "<code>card_id</code></li><li><code>row_key</code>" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page


def test_health_answers_without_a_token(site: RunningSite) -> None:
    with site.client() as client:
        assert client.get("/health").json() == {"ok": True}


def test_twenty_requests_at_once_while_the_worker_records_lose_no_write(
    site: RunningSite, staff: httpx.Client
) -> None:
    batches = [[new_card() for _ in range(25)] for _ in range(20)]
    stop = threading.Event()

    def record() -> None:
        while not stop.is_set():
            site.work()

    def send(batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
        body = orjson.dumps(batch)
        return receipts(staff.post("/v1/events", content=body, headers=BATCH, timeout=60))

    with ThreadPoolExecutor(21) as threads:
        worker = threads.submit(record)
        answers = list(threads.map(send, batches))
        stop.set()
        worker.result()
    site.work()
    assert {r["status"] for found in answers for r in found} == {"accepted"}
    sent = {event["id"] for batch in batches for event in batch}
    with reading(site.site.engine) as connection:
        query = select(JOURNAL.c.id, func.count()).group_by(JOURNAL.c.id)
        kept = {event_id: count for event_id, count in connection.execute(query)}
    assert {kept.get(event_id) for event_id in sent} == {1}


def test_a_batch_nested_beyond_reading_is_the_senders_fault(staff: httpx.Client) -> None:
    content = b"[" * 100_000 + b"]" * 100_000
    assert_problem(staff.post("/v1/events", content=content, headers=BATCH), 400)


def test_trouble_of_the_site_is_a_problem_to_a_machine_as_well(
    site: RunningSite, staff: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("crm.web.api.receipts.lines_of", broken)
    answer = staff.post("/v1/events", content=b"{}", headers=STRUCTURED)
    assert_problem(answer, 500)
