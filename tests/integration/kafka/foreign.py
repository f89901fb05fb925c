"""Foreign systems, with a client that is not ours: they produce events and read a dealer's copy."""

from base64 import b64decode
from typing import Any
from uuid import uuid4

import orjson
from confluent_kafka import Consumer, Producer
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.servers.processes import wait_until


def produce(
    broker: str, topic: str, value: bytes | None, headers: dict[str, str], partition: int = 0
) -> int:
    """Write one record; its offset."""
    producer = Producer({"bootstrap.servers": broker})
    written: list[int] = []

    def delivered(error: object, message: Any) -> None:
        assert error is None
        written.append(message.offset())

    named: list[tuple[str, str | bytes | None]] = [
        (name, text.encode()) for name, text in headers.items()
    ]
    producer.produce(topic, value, headers=named, partition=partition, on_delivery=delivered)
    assert producer.flush(30) == 0
    return written[0]


class Reader:
    """Reads a topic from its beginning, whatever comes."""

    def __init__(self, broker: str, topic: str) -> None:
        self.consumer = Consumer(
            {
                "bootstrap.servers": broker,
                "group.id": f"reader-{uuid4().hex}",
                "auto.offset.reset": "earliest",
            }
        )
        self.consumer.subscribe([topic])
        self.read: list[dict[str, Any]] = []
        self.raw: list[bytes] = []

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self.consumer.close()

    def wait_for(self, condition: Any, seconds: float = 60) -> bool:
        """Read until the condition holds of what was read."""

        def holds() -> bool:
            for message in self.consumer.consume(100, 0.2):
                assert message.error() is None
                value = message.value()
                assert value is not None
                self.raw.append(value)
                self.read.append(orjson.loads(value))
            return bool(condition())

        return wait_until(holds, seconds)


class CopyOfADealer:
    """What a dealer's system does with the topic: docs/operations.md says it in words."""

    def __init__(self, dealer: str, key: bytes) -> None:
        self.dealer, self.cipher = dealer, AESGCM(key)
        self.latest: dict[str, tuple[int, dict[str, Any] | None]] = {}
        self.reasons: list[str] = []
        self.to_fetch: list[str] = []

    def take(self, events: list[dict[str, Any]]) -> dict[str, Any]:
        """Take everything that is ours; the rows by key."""
        for data in (event["data"] for event in events):
            if data["dealer"] != self.dealer:
                continue
            sealed = b64decode(data["sealed"])
            bound_to = f"{data['dealer']}/{data['sequence']}".encode()
            told = orjson.loads(self.cipher.decrypt(sealed[:12], sealed[12:], bound_to))
            if data["sequence"] > self.latest.get(told["key"], (0, None))[0]:
                self.latest[told["key"]] = (data["sequence"], told["row"])
                if told["kind"] == "withdraw":
                    self.reasons.append(told["reason_class"])
                if told["kind"] == "fetch":
                    self.to_fetch.append(told["key"])
        return {key: row for key, (_, row) in self.latest.items() if row is not None}
