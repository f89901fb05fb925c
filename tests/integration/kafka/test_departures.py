"""What leaves the house: dead letters are made known, a dealer reads its own copy, nobody else."""

from dataclasses import replace
from typing import Any
from unittest import mock

import orjson
import pytest
from cryptography.exceptions import InvalidTag
from kafka import KafkaProducer, TopicPartition
from kafka.admin import OffsetSpec
from sqlalchemy import select, update

from campaigns.times import DAY_US, shanghai_day
from crm.clock import now_us
from crm.copies.queries import copy_now
from crm.copies.tables import COPY_ROW
from crm.feed.history import sent_up_to
from crm.feed.queries import last_sequence
from crm.feed.recall_queries import open_recalls
from crm.feed.tables import COPY_SENT
from crm.journal.messages import record
from crm.keyring.dealer_keys import issue_dealer_key
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing
from streams.kafka.carrying import Carrying, FetchedRecord
from streams.kafka.departures import PATIENCE_US, Departures
from streams.kafka.relay import Relay
from streams.kafka.topics import DEAD_LETTERS, DEALER_COPIES, Existing, administration, name_of
from streams.running.outbox_store import waiting
from tests.integration.kafka.carriers import RELAY, Carried, worker
from tests.integration.kafka.foreign import CopyOfADealer, Reader
from tests.integration.kafka.inbox_events import NAME, cards, event
from tests.integration.kafka.left import said, shared_with
from tests.servers.processes import wait_until

POISON = b"\xff poison"


def test_a_dealer_reads_its_own_copy_from_the_topic_and_nobody_elses(on_kafka: Carried) -> None:
    installation, settings = on_kafka.installation, on_kafka.settings
    keys = [issue_dealer_key(installation.keyring, dealer) for dealer in ("D01", "D02")]
    mine, others = (CopyOfADealer(key.dealer, key.secret) for key in keys)
    on_kafka.accept([*shared_with("D01", 1), *shared_with("D02", 2)])
    on_kafka.start(RELAY)
    on_kafka.start(worker())
    on_kafka.wait_until_idle()
    on_kafka.kill(RELAY)
    _assert_nothing_leaves_unless_it_may(on_kafka)
    on_kafka.settings = replace(settings, dealer_copies_topic=True)
    on_kafka.start(RELAY)
    with Reader(str(settings.kafka_bootstrap), name_of(DEALER_COPIES, settings)) as reader:
        assert reader.wait_for(lambda: mine.take(reader.read) and others.take(reader.read)), (
            on_kafka.said()
        )
        with reading(installation.engine) as connection:
            held = {row.key: row.content for row in copy_now(HEADQUARTERS_SCOPE, connection, "D01")}
        assert mine.take(reader.read) == held
        assert [row["identity"]["names"] for row in held.values()] == [[NAME]]
        with pytest.raises(InvalidTag):
            CopyOfADealer("D02", keys[0].secret).take(reader.read)
        assert not any(NAME.encode() in raw or b'"S1"' in raw for raw in reader.raw)
        withdrawn = {"card_id": "S1", "purpose": "share_with_dealer", "dealer": "D01"}
        on_kafka.accept([said("consent.withdrawn", 99, "card/S1", withdrawn)])
        assert reader.wait_for(lambda: mine.take(reader.read) == {}), on_kafka.said()
        assert set(mine.reasons) == {"consent_ended"}
        assert len(others.take(reader.read)) == 1
        renewed = issue_dealer_key(installation.keyring, "D02", renew=True)
        before = len(reader.read)
        later = CopyOfADealer("D02", renewed.secret)
        assert reader.wait_for(lambda: later.take(reader.read[before:])), on_kafka.said()
        assert later.take(reader.read[before:]) == others.take(reader.read[:before])
        before = len(reader.read)
        on_kafka.command("dealer", "resend", "D02")
        assert reader.wait_for(lambda: len(reader.read) > before), on_kafka.said()


def test_while_what_takes_back_is_not_recorded_nothing_leaves_and_what_left_is_kept(
    on_kafka: Carried,
) -> None:
    installation = on_kafka.installation
    engine = installation.engine
    keys = [issue_dealer_key(installation.keyring, dealer) for dealer in ("D01", "D02")]
    on_kafka.accept([*shared_with("D01", 1), *shared_with("D02", 2), *shared_with("D01", 3)])
    on_kafka.start(worker())
    _record(on_kafka)
    relay = Relay(on_kafka.settings, installation.engine, installation.keyring)
    producer, topic = _topic_of_copies(relay)
    departures = Departures(on_kafka.settings, engine, installation.keyring)
    withdrawn = {"card_id": "S1", "purpose": "share_with_dealer", "dealer": "D01"}
    on_kafka.accept([said("consent.withdrawn", 99, "card/S1", withdrawn)])
    assert departures.send_copies(producer, topic) == 0
    with reading(engine) as connection:
        assert sent_up_to(connection, "D01") == 0
        last = last_sequence(HEADQUARTERS_SCOPE, connection, "D01")
    # Held back for longer than anybody waits: it is looked anew how far the door has come.
    later_us = now_us() + 2 * PATIENCE_US
    with mock.patch("streams.kafka.departures.now_us", lambda: later_us):
        assert departures.send_copies(producer, topic) == 0
    _record(on_kafka)
    assert departures.send_copies(producer, topic) == 3
    with reading(engine) as connection:
        kept = connection.execute(select(COPY_SENT).order_by(COPY_SENT.c.dealer)).all()
        newest = last_sequence(HEADQUARTERS_SCOPE, connection, "D01")
        assert newest > last
        assert [(each.dealer, each.what, each.changes) for each in kept] == [
            ("D01", "topic", 2),
            ("D02", "topic", 1),
        ]
        assert kept[0].up_to == kept[0].last == newest == sent_up_to(connection, "D01")
        assert open_recalls(HEADQUARTERS_SCOPE, connection, shanghai_day(now_us())) == []
    withdrawn |= {"card_id": "S3"}
    on_kafka.accept([said("consent.withdrawn", 98, "card/S3", withdrawn)])
    _record(on_kafka)
    with reading(engine) as connection:
        (recall,) = open_recalls(HEADQUARTERS_SCOPE, connection, shanghai_day(now_us()))
    assert recall.dealer == "D01"
    with Reader(str(on_kafka.settings.kafka_bootstrap), topic.name) as reader:
        mine = CopyOfADealer("D01", keys[0].secret)
        assert reader.wait_for(lambda: len(mine.take(reader.read)) == 1)
    relay.begin_anew()


def test_what_came_after_copies_were_held_back_keeps_them_waiting_no_longer(
    on_kafka: Carried,
) -> None:
    installation = on_kafka.installation
    issue_dealer_key(installation.keyring, "D01")
    on_kafka.accept(shared_with("D01", 1))
    on_kafka.start(worker())
    _record(on_kafka)
    relay = Relay(on_kafka.settings, installation.engine, installation.keyring)
    producer, topic = _topic_of_copies(relay)
    departures = Departures(on_kafka.settings, installation.engine, installation.keyring)
    at_us = now_us()
    # The processes take their time to start; what is waited for is counted on a clock that stands.
    with mock.patch("streams.kafka.departures.now_us", lambda: at_us):
        on_kafka.accept([orjson.dumps(event("S8"))])
        assert departures.send_copies(producer, topic) == 0
        _record(on_kafka)
        on_kafka.accept([orjson.dumps(event("S9"))])
        assert departures.send_copies(producer, topic) == 1
        _record(on_kafka)
        on_kafka.accept(shared_with("D01", 3))
        _record(on_kafka)
        on_kafka.accept([orjson.dumps(event("S7"))])
        assert departures.send_copies(producer, topic) == 0
    relay.begin_anew()


def test_a_row_that_is_too_large_for_the_topic_is_to_be_fetched_and_stops_nobody(
    on_kafka: Carried,
) -> None:
    installation = on_kafka.installation
    keys = [issue_dealer_key(installation.keyring, dealer) for dealer in ("D01", "D02")]
    on_kafka.accept([*shared_with("D01", 1), *shared_with("D02", 2), *shared_with("D01", 3)])
    on_kafka.start(worker())
    _record(on_kafka)
    with writing(installation.engine) as connection:
        key = connection.execute(
            select(COPY_ROW.c.key).where(COPY_ROW.c.dealer == "D01").limit(1)
        ).scalar_one()
        large = orjson.dumps({"key": key, "deceased": False, "long": "x" * 7_000_000})
        connection.execute(update(COPY_ROW).where(COPY_ROW.c.key == key).values(content=large))
    relay = Relay(on_kafka.settings, installation.engine, installation.keyring)
    producer, topic = _topic_of_copies(relay)
    departures = Departures(on_kafka.settings, installation.engine, installation.keyring)
    assert departures.send_copies(producer, topic) == 3
    with Reader(str(on_kafka.settings.kafka_bootstrap), topic.name) as reader:
        mine, others = (CopyOfADealer(each.dealer, each.secret) for each in keys)
        assert reader.wait_for(lambda: mine.take(reader.read) and others.take(reader.read))
        assert mine.to_fetch == [key]
        assert key not in mine.take(reader.read)
    relay.begin_anew()


def _record(carried: Carried) -> None:
    """What was accepted is recorded when this returns; the relay is away again."""
    carried.start(RELAY)
    carried.wait_until_idle()
    carried.kill(RELAY)


def _topic_of_copies(relay: Relay) -> tuple[KafkaProducer, Existing]:
    relay.step()
    topic = relay.beside[DEALER_COPIES.name]
    assert topic is not None
    return relay._connected(), topic


def _assert_nothing_leaves_unless_it_may(carried: Carried) -> None:
    """Not without the setting, and not before the copies were looked at for the new day."""
    installation, settings = carried.installation, carried.settings
    relay = Relay(settings, installation.engine, installation.keyring)
    producer, topic = _topic_of_copies(relay)
    name = name_of(DEALER_COPIES, settings)
    places = [TopicPartition(name, number) for number in range(topic.partitions)]
    tomorrow_us = now_us() + DAY_US
    with mock.patch("streams.kafka.departures.now_us", lambda: tomorrow_us):
        assert (
            Departures(settings, installation.engine, installation.keyring).send_copies(
                producer, topic
            )
            == 0
        )
    with administration(settings) as admin:
        ends = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST))
    assert {ends[place].offset for place in places} == {0}
    relay.begin_anew()


def test_what_could_not_be_recorded_is_made_known_listed_and_recorded_again(
    on_kafka: Carried,
) -> None:
    on_kafka.accept([orjson.dumps(event("S1"))])
    _fail(on_kafka)
    settings = on_kafka.settings
    on_kafka.start(RELAY)
    with Reader(str(settings.kafka_bootstrap), name_of(DEAD_LETTERS, settings)) as reader:
        assert reader.wait_for(lambda: len(reader.read) == 2), on_kafka.said()
        failed, message = sorted((each["data"] for each in reader.read), key=len, reverse=True)
        assert (failed["source"], failed["id"]) == ("/dealers/D01/erp", "e-S1")
        assert failed["error"].startswith("ZeroDivisionError")
        assert message["topic"] == f"{settings.kafka_prefix}.events.v1"
        assert (message["partition"], message["offset"]) == (0, 1)
        assert message["reason"] == "not_json"
        assert not any(NAME.encode() in raw for raw in reader.raw)
    listed = [
        orjson.loads(line)
        for line in on_kafka.command("dead-letters", "list", "--json").splitlines()
    ]
    assert [each["kind"] for each in listed] == ["event", "message"]
    shown = orjson.loads(on_kafka.command("dead-letters", "show", "events.v1/0/1", "--json"))
    assert (shown["reason"], shown["bytes"]) == ("not_json", len(POISON))
    assert "not_json" in on_kafka.command("dead-letters", "show", "events.v1/0/1")
    assert "e-S1" in on_kafka.command("dead-letters", "show", str(listed[0]["position"]))
    assert orjson.loads(on_kafka.command("dead-letters", "retry", "--json")) == {
        "recorded": 1,
        "failed": 0,
    }
    assert wait_until(lambda: cards(on_kafka.installation) == {"S1"})
    assert [each["kind"] for each in _listed(on_kafka)] == ["message"]


def _fail(carried: Carried) -> None:
    """The worker finds an event that cannot be recorded, and a message that is none."""
    installation = carried.installation
    carrying = Carrying(carried.settings, installation.engine, installation.keyring)
    with reading(installation.engine) as connection:
        (one,) = waiting(connection, carrying.topic_id, 10)
    broken = mock.Mock(side_effect=ZeroDivisionError(NAME))
    with mock.patch.object(carrying.recorder.chunks, "record", broken):
        carrying.handle([FetchedRecord(0, 0, record([one.message]))])
    carrying.handle([FetchedRecord(0, 1, POISON)])


def _listed(carried: Carried) -> list[dict[str, Any]]:
    lines = carried.command("dead-letters", "list", "--json").splitlines()
    return [orjson.loads(line) for line in lines]
