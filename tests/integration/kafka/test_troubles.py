"""Kills, newcomers, poison, a topic made anew, a restored database: every event once."""

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from uuid import uuid4

import orjson
import pytest
from kafka import KafkaProducer
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from campaigns.intake import HEADQUARTERS
from campaigns.season import generate
from crm.journal.undecodable import KeptMessage, kept_messages, message_of
from crm.storage.database import open_engine, reading
from streams.kafka.topics import EVENTS, administration, create, name_of
from streams.running.retry import patiently
from tests.installations import Installation, Snapshot
from tests.integration.kafka.carriers import RELAY, SOON_GIVEN_UP, Carried, carried_by, worker
from tests.integration.kafka.recorded import assert_all_recorded_once, recorded
from tests.servers import kafka, postgres
from tests.servers.postgres import new_database
from tests.servers.processes import wait_until
from tests.servers.shared import folder_of
from tests.services import require

PROVING = os.environ.get("JINXI_PROVE") == "1"
KILLS = 20 if PROVING else 1
PEOPLE, SEED, STARTS_ON = 400 if PROVING else 60, 17, date(2026, 3, 2)


@pytest.fixture(scope="module")
def season() -> list[bytes]:
    return [orjson.dumps(event) for event in generate(PEOPLE, SEED, STARTS_ON)]


@pytest.fixture(scope="module")
def expected(season: list[bytes]) -> Iterator[Snapshot]:
    """What the embedded run makes of it."""
    with Installation() as embedded:
        embedded.intake.accept(season, HEADQUARTERS, history=True)
        embedded.work()
        yield embedded.snapshot()


def pieces(lines: list[bytes], count: int) -> list[list[bytes]]:
    """The lines in as many pieces."""
    size = -(-len(lines) // count)
    return [lines[start : start + size] for start in range(0, len(lines), size)]


@pytest.mark.more_in_prove
def test_kills_of_worker_relay_broker_and_database_lose_and_double_nothing(
    season: list[bytes], expected: Snapshot
) -> None:
    require("postgres programs", "kafka programs")
    server = postgres.Server(folder_of(f"postgres-{os.getpid()}-under-kafka"))
    broker = kafka.Broker(folder_of(f"kafka-{os.getpid()}-to-kill"))
    try:
        with (
            new_database(server.url) as database_url,
            new_database(server.url) as keyring_url,
            Installation(database_url=database_url, keyring_url=keyring_url) as installation,
        ):
            carried = carried_by(installation, broker.address, "kills")
            create(carried.settings)
            carried.start(RELAY)
            carried.start(worker())
            _kill_while_events_flow(carried, season, server, broker)
            carried.wait_until_idle(180)
            assert_all_recorded_once(carried, expected)
            carried.stop()
    finally:
        broker.stop()
        server.stop()


def _kill_while_events_flow(
    carried: Carried, season: list[bytes], server: postgres.Server, broker: kafka.Broker
) -> None:
    def again(command: tuple[str, ...]) -> None:
        carried.kill(command)
        carried.start(command)

    def restart(process: postgres.Server | kafka.Broker) -> None:
        process.kill()
        process.start()

    kills = [
        lambda: again(worker()),
        lambda: again(RELAY),
        lambda: restart(broker),
        lambda: restart(server),
    ] * KILLS
    first, *rest = pieces(season, len(kills) + 1)
    carried.accept(first)
    assert wait_until(lambda: recorded(carried) > 0)
    for kill, piece in zip(kills, rest, strict=True):
        thread = threading.Thread(target=kill)
        thread.start()
        for few in pieces(piece, 4):
            patiently(partial(carried.accept, few))
            carried.revive()
        thread.join()


def test_a_second_worker_joins_and_leaves_while_events_flow(
    on_kafka: Carried, season: list[bytes], expected: Snapshot
) -> None:
    first, second, third = pieces(season, 3)
    on_kafka.environment = SOON_GIVEN_UP
    on_kafka.start(RELAY)
    on_kafka.start(worker(0))
    on_kafka.accept(first)
    assert wait_until(lambda: recorded(on_kafka) > 0)
    on_kafka.start(worker(1))
    on_kafka.accept(second)
    assert wait_until(lambda: recorded(on_kafka) >= len(first) + len(second)), on_kafka.said()
    on_kafka.kill(worker(1), signal.SIGTERM)
    on_kafka.accept(third)
    on_kafka.wait_until_idle()
    assert_all_recorded_once(on_kafka, expected)


def test_what_is_no_event_is_put_aside_with_its_reason_and_the_others_go_on(
    on_kafka: Carried, season: list[bytes], expected: Snapshot
) -> None:
    first, second = pieces(season, 2)
    on_kafka.accept(first)
    on_kafka.start(RELAY)
    on_kafka.start(worker())
    _send(on_kafka, [b"\xff not JSON", b'[{"specversion":"1.0"}]', None, b"[17]"])
    on_kafka.accept(second)
    on_kafka.wait_until_idle()
    assert_all_recorded_once(on_kafka, expected)
    installation = on_kafka.installation
    assert wait_until(lambda: len(_kept(installation)) == 4), on_kafka.said()
    kept = _kept(installation)
    assert sorted(each.reason for each in kept) == [
        "empty",
        "not_cloudevents",
        "not_cloudevents",
        "not_json",
    ]
    with reading(installation.engine) as connection:
        messages = {message_of(connection, installation.keyring, each) for each in kept}
    assert messages == {b"\xff not JSON", b'[{"specversion":"1.0"}]', b"", b"[17]"}


def _kept(installation: Installation) -> list[KeptMessage]:
    with reading(installation.engine) as connection:
        return kept_messages(connection)


def _send(carried: Carried, values: list[bytes | None]) -> None:
    producer = KafkaProducer(bootstrap_servers=carried.settings.kafka_bootstrap)
    for value in values:
        producer.send(name_of(EVENTS, carried.settings), value=value, key=b"card/X").get(30)
    producer.close()


def test_a_topic_deleted_and_made_anew_loses_nothing(
    on_kafka: Carried, season: list[bytes], expected: Snapshot
) -> None:
    first, second, third = pieces(season, 3)
    on_kafka.start(RELAY)
    on_kafka.start(worker())
    on_kafka.accept(first)
    assert wait_until(lambda: recorded(on_kafka) > 0)
    on_kafka.accept(second)
    name = name_of(EVENTS, on_kafka.settings)
    with administration(on_kafka.settings) as admin:
        admin.delete_topics([name])
        assert wait_until(lambda: name not in admin.list_topics())
    create(on_kafka.settings)
    on_kafka.accept(third)
    on_kafka.wait_until_idle()
    assert_all_recorded_once(on_kafka, expected)


def test_a_topic_with_another_number_of_partitions_is_told_with_what_to_do(
    on_kafka: Carried,
) -> None:
    name = name_of(EVENTS, on_kafka.settings)
    assert "主题齐全" in on_kafka.command("topics", "check")
    with administration(on_kafka.settings) as admin:
        admin.delete_topics([name])
        assert wait_until(lambda: name not in admin.list_topics())
        assert f"{name}：没有，请运行 jinxi topics create" in on_kafka.command(
            "topics", "check", status=1
        )
        admin.create_topics({name: {"num_partitions": 1}}, wait_for_metadata=True)
    said = on_kafka.command("topics", "check", status=1)
    assert f"{name}：有 1 个分区，应为 {EVENTS.partitions} 个" in said
    told = orjson.loads(on_kafka.command("topics", "check", "--json", status=1))
    assert told["wrong"] == {name: f"1 partitions instead of {EVENTS.partitions}"}


def test_a_database_restored_from_a_backup_is_filled_again_from_the_topic(
    on_kafka: Carried, season: list[bytes], expected: Snapshot, postgres_server: str
) -> None:
    first, second = pieces(season, 2)
    on_kafka.start(RELAY)
    on_kafka.start(worker())
    on_kafka.accept(first)
    assert wait_until(lambda: recorded(on_kafka) >= len(first)), on_kafka.said()
    on_kafka.stop()
    with _Copy(on_kafka.settings.database_url, postgres_server, on_kafka) as backup_url:
        on_kafka.start(RELAY)
        on_kafka.start(worker())
        on_kafka.accept(second)
        on_kafka.wait_until_idle()
        on_kafka.stop()
        restored = replace(on_kafka.settings, database_url=backup_url)
        installation = on_kafka.installation
        installation.engine.dispose()
        installation.engine = open_engine(backup_url)
        after = Carried(installation, restored)
        after.start(RELAY)
        after.start(worker())
        try:
            assert wait_until(lambda: recorded(after) >= len(season)), after.said()
            after.wait_until_idle()
            assert_all_recorded_once(after, expected)
        finally:
            after.stop()
            installation.engine.dispose()


class _Copy:
    """A copy of a database nobody is connected to, dropped afterwards."""

    def __init__(self, url: str, server: str, carried: Carried) -> None:
        self.url, self.name = make_url(url), f"backup_{uuid4().hex[:8]}"
        self.admin = create_engine(server, isolation_level="AUTOCOMMIT")
        carried.installation.engine.dispose()

    def __enter__(self) -> str:
        with self.admin.connect() as connection:
            end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
            connection.execute(text(end), {"name": self.url.database})
            connection.execute(text(f"CREATE DATABASE {self.name} TEMPLATE {self.url.database}"))
        return self.url.set(database=self.name).render_as_string(hide_password=False)

    def __exit__(self, *_: object) -> None:
        with self.admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {self.name} WITH (FORCE)"))
        self.admin.dispose()
