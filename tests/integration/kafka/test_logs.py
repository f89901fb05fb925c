"""The logs of relay, worker and web: one object a line, nobody in them, and no flood."""

import json
import os
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from kafka import KafkaProducer

from campaigns.season import generate
from crm.accounts.tokens import add_token
from crm.journal.undecodable import kept_messages
from crm.storage.database import reading
from streams.kafka.topics import EVENTS, create, name_of
from tests.examples import a_card
from tests.installations import Installation
from tests.integration.kafka.carriers import RELAY, Carried, carried_by, worker
from tests.servers import kafka
from tests.servers.postgres import new_database
from tests.servers.processes import PATIENCE_SECONDS, free_port, wait_until
from tests.servers.shared import folder_of
from tests.services import require

NAME, PHONE = "欧阳晓棠", "13899887766"
PEOPLE, SEED, STARTS_ON = 40, 19, date(2026, 3, 2)
MOST_LINES = 60
MARKED = {"person": {"name": NAME}, "contact": {"phones": [PHONE]}}


def lines_of(log: Path) -> list[dict[str, Any]]:
    """Every line, each an object."""
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def _tells_what_it_left_out(log: Path) -> bool:
    return any("left_out" in line for line in lines_of(log))


def names_of(carried: Carried) -> Iterator[str]:
    """What people are called, and how they are reached, in whatever was accepted."""
    for event in generate(PEOPLE, SEED, STARTS_ON):
        data = event["data"]
        if name := data.get("person", {}).get("name"):
            yield name
        yield from data.get("contact", {}).get("phones", ())


def test_nobody_is_named_in_any_log(on_kafka: Carried) -> None:
    port = str(free_port())
    web = ("web", "--port", port)
    season = [orjson.dumps(event) for event in generate(PEOPLE, SEED, STARTS_ON)]
    on_kafka.accept([*season, orjson.dumps(a_card("marked", **MARKED))])
    for command in (RELAY, worker(), web):
        on_kafka.start(command)
    producer = KafkaProducer(bootstrap_servers=on_kafka.settings.kafka_bootstrap)
    producer.send(name_of(EVENTS, on_kafka.settings), f"{NAME} {PHONE} no event".encode())
    producer.close()
    address = f"http://127.0.0.1:{port}"
    assert wait_until(lambda: _answers(address), 180), on_kafka.said()
    token = add_token(on_kafka.installation.engine, "a machine", "headquarters")
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=address, headers=headers, timeout=PATIENCE_SECONDS) as client:
        kinds = {"Content-Type": "application/cloudevents+json"}
        wrong = a_card("wrong", **MARKED) | {"subject": f"card/{PHONE}"}
        for content in (orjson.dumps(wrong), f"{{{NAME} {PHONE}".encode()):
            assert client.post("/v1/events", content=content, headers=kinds).status_code < 500
        client.get("/people", params={"text": f"{NAME} {PHONE}"})
    on_kafka.wait_until_idle()
    assert wait_until(lambda: bool(_kept(on_kafka)))
    on_kafka.stop()
    logs = sorted(on_kafka.installation.folder.glob("*.log"))
    assert len(logs) == 3
    for log in logs:
        assert lines_of(log), log
        said = log.read_text()
        for personal in {NAME, PHONE, *names_of(on_kafka)}:
            assert personal not in said, log
    (by_worker,) = [log for log in logs if log.name.startswith("worker")]
    recorded = [line for line in lines_of(by_worker) if line["event"] == "recorded"]
    assert recorded and recorded[0]["events"] > 0
    assert (recorded[0]["process"], recorded[0]["slot"]) == ("worker", 0)


def _kept(carried: Carried) -> list[Any]:
    with reading(carried.installation.engine) as connection:
        return kept_messages(connection)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def own_broker(postgres_server: str) -> Iterator[tuple[Carried, kafka.Broker]]:
    """An installation on a broker that may be killed."""
    require("kafka programs")
    broker = kafka.Broker(folder_of(f"kafka-{os.getpid()}-goes-away"))
    with (
        new_database(postgres_server) as database_url,
        new_database(postgres_server) as keyring_url,
        Installation(database_url=database_url, keyring_url=keyring_url) as installation,
    ):
        carried = carried_by(installation, broker.address, "away")
        create(carried.settings)
        yield carried, broker
        carried.stop()
    broker.stop()


def test_a_broker_that_is_away_fills_no_log(own_broker: tuple[Carried, kafka.Broker]) -> None:
    carried, broker = own_broker
    carried.accept([orjson.dumps(a_card("one"))])
    carried.start(RELAY)
    carried.start(worker())
    carried.wait_until_idle()
    broker.kill()
    logs = [carried.installation.folder / "relay.log"]
    logs.append(carried.installation.folder / "worker---slot-0.log")
    for log in logs:
        assert wait_until(partial(_tells_what_it_left_out, log)), log
    for log in logs:
        lines = lines_of(log)
        assert len(lines) < MOST_LINES, log
        assert max(line.get("left_out", 0) for line in lines) >= 1
    assert any("Unable connect" in line["event"] for line in lines_of(logs[1]))
