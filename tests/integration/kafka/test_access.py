"""A broker with TLS, passwords and the documented access lists: each may do what is its own."""

import os
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import orjson
import pytest
from confluent_kafka import Consumer, KafkaError, Producer
from kafka.errors import TopicAuthorizationFailedError

from crm.accounts.tokens import add_token
from crm.configuration.settings import Settings
from crm.intake.inboxes import add_inbox
from crm.keyring.dealer_keys import issue_dealer_key
from streams.kafka.topics import (
    DEALER_COPIES,
    EVENTS,
    Topic,
    administration,
    check,
    create,
    create_one,
    inbox_topic,
    name_of,
)
from streams.upkeep.status import status
from tests.installations import Installation
from tests.integration.kafka.carriers import BRIDGE, RELAY, Carried, worker
from tests.integration.kafka.foreign import CopyOfADealer
from tests.integration.kafka.inbox_events import STRUCTURED, cards, event
from tests.integration.kafka.left import shared_with
from tests.servers import access_lists
from tests.servers.guarded_kafka import ADMINISTRATOR, GuardedBroker
from tests.servers.processes import wait_until
from tests.servers.shared import folder_of
from tests.services import require

OURS, PRODUCER, DEALER = "jinxi", "erp", "d01"
_SECONDS = 30.0
_TOPIC = KafkaError.TOPIC_AUTHORIZATION_FAILED
_GROUP = KafkaError.GROUP_AUTHORIZATION_FAILED


def signed_in(installation: Installation, broker: GuardedBroker, name: str) -> Settings:
    """The settings of the installation, by that name at the broker."""
    password = installation.folder / f"{name}.password"
    password.write_text(f"{broker.users[name].password}\n")
    return replace(
        installation.settings,
        kafka_bootstrap=broker.address,
        kafka_security_protocol="SASL_SSL",
        kafka_username=name,
        kafka_password_file=password,
        kafka_ca_file=broker.ca_file,
        dealer_copies_topic=True,
    )


@pytest.fixture
def guarded() -> Iterator[tuple[Carried, GuardedBroker]]:
    """An installation on a broker that lets each do what the document allows, and no more."""
    require("kafka programs")
    broker = GuardedBroker(folder_of(f"kafka-{os.getpid()}-guarded"), (OURS, PRODUCER, DEALER))
    with Installation() as installation:
        with administration(signed_in(installation, broker, ADMINISTRATOR)) as admin:
            assert access_lists.apply(admin) > 10
        carried = Carried(installation, signed_in(installation, broker, OURS))
        yield carried, broker
        carried.stop()
    broker.stop()


def write(client: dict[str, str], topic: str, value: bytes) -> int | None:
    """Write one record; None, or the number of the error."""
    errors: list[KafkaError | None] = []
    producer = Producer(client)
    headers: list[tuple[str, str | bytes | None]] = [
        (name, text.encode()) for name, text in STRUCTURED.items()
    ]
    producer.produce(
        topic, value, headers=headers, on_delivery=lambda error, _: errors.append(error)
    )
    assert producer.flush(_SECONDS) == 0
    (error,) = errors
    return None if error is None else error.code()


class Reading:
    """Reads a topic in a group; keeps values, and the numbers of errors."""

    def __init__(self, client: dict[str, str], topic: str, group: str) -> None:
        self.values: list[bytes] = []
        self.errors: set[int] = set()
        group_of = {"group.id": group, "auto.offset.reset": "earliest"}
        self.consumer = Consumer({**client, **group_of})
        self.consumer.subscribe([topic])

    def poll(self) -> bool:
        """Whether anything came."""
        for message in self.consumer.consume(50, 0.2):
            error, value = message.error(), message.value()
            if error is not None:
                self.errors.add(error.code())
            elif value is not None:
                self.values.append(value)
        return bool(self.values or self.errors)


def refusals(client: dict[str, str], topic: str, group: str) -> set[int]:
    """The numbers of the errors with which a topic may not be read; empty if it may."""
    reading = Reading(client, topic, group)
    try:
        assert wait_until(reading.poll, _SECONDS)
        return reading.errors if not reading.values else set()
    finally:
        reading.consumer.close()


def test_each_may_do_what_the_documented_access_lists_allow_and_no_more(
    guarded: tuple[Carried, GuardedBroker],
) -> None:
    carried, broker = guarded
    settings, installation = carried.settings, carried.installation
    assert len(create(settings)) == 3 and check(settings) == {}
    _make_inbox(carried, "erp")
    create_one(inbox_topic("other"), settings)
    key = issue_dealer_key(installation.keyring, "D01")
    carried.accept(shared_with("D01", 1))
    for command in (RELAY, worker(), BRIDGE):
        carried.start(command)
    inbox, events = name_of(inbox_topic("erp"), settings), name_of(EVENTS, settings)
    copies = name_of(DEALER_COPIES, settings)
    erp, dealer = broker.client_of(PRODUCER), broker.client_of(DEALER)
    assert write(erp, inbox, orjson.dumps(event("S9"))) is None
    for forbidden in (events, copies, name_of(inbox_topic("other"), settings)):
        assert write(erp, forbidden, b"[]") == _TOPIC, forbidden
    for forbidden in (events, inbox):
        assert write(dealer, forbidden, b"[]") == _TOPIC
        assert refusals(dealer, forbidden, "d01-a") == {_TOPIC}
    assert refusals(dealer, copies, "jinxi-recorder") == {_GROUP}
    assert refusals(erp, inbox, "erp")
    assert wait_until(lambda: cards(installation) == {"S1", "S9"}), carried.said()
    _read_own_copy(dealer, copies, CopyOfADealer("D01", key.secret))
    assert status(carried.opened).workers == {"0": EVENTS.partitions}
    with pytest.raises(TopicAuthorizationFailedError):
        create_one(Topic("theirs.v1", 1, "nothing"), replace(settings, kafka_prefix="foreign"))
    assert carried.ended == 0


def _make_inbox(carried: Carried, name: str) -> None:
    engine = carried.installation.engine
    token = add_token(engine, name, "dealer", "D01", ["/dealers/D01"])
    create_one(inbox_topic(name), carried.settings)
    add_inbox(engine, name, token)


def _read_own_copy(client: dict[str, str], topic: str, copy: CopyOfADealer) -> None:
    reading = Reading(client, topic, f"d01-{uuid4().hex}")

    def rows() -> object:
        return copy.take([orjson.loads(value) for value in reading.values])

    try:
        assert wait_until(lambda: reading.poll() and bool(rows()), _SECONDS)
    finally:
        reading.consumer.close()
    assert reading.errors == set()
