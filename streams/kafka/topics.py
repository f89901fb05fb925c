"""The topics of Kafka: one list, made and checked with kafka-python's admin client."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from kafka import KafkaAdminClient

from crm.configuration.settings import Settings
from streams.kafka.access import access_of

_DAY_MS = 86_400_000
_PATIENCE_MS = 30_000
LARGEST_MESSAGE_BYTES = 8 * 1024 * 1024
"""A row of a copy holds all that a person ever bought and did."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic by the end of its name; `keyed_by` says what its records are partitioned by."""

    name: str
    partitions: int
    keyed_by: str
    configs: Mapping[str, str] = field(default_factory=dict)


EVENTS = Topic(
    "events.v1", 12, "subject", {"cleanup.policy": "delete", "retention.ms": str(7 * _DAY_MS)}
)
DEAD_LETTERS = Topic(
    "dead-letters.v1", 1, "source", {"cleanup.policy": "delete", "retention.ms": str(90 * _DAY_MS)}
)
DEALER_COPIES = Topic(
    "dealer-copies.v1",
    12,
    "dealer",
    # Rows of people, if encrypted: no longer than a long weekend, and segments no longer than that.
    {
        "cleanup.policy": "delete",
        "retention.ms": str(3 * _DAY_MS),
        "segment.ms": str(_DAY_MS),
        "max.message.bytes": str(LARGEST_MESSAGE_BYTES),
    },
)
TOPICS = (EVENTS, DEAD_LETTERS, DEALER_COPIES)
"""The journal is the record: a topic keeps what is on its way. None is compacted: no gaps."""


def inbox_topic(name: str) -> Topic:
    """The inbox of a foreign producer: what it writes lies there plain, so for a day only."""
    configs = {
        "cleanup.policy": "delete",
        "retention.ms": str(_DAY_MS),
        "segment.ms": str(_DAY_MS // 8),
    }
    return Topic(f"inbox.{name}.v1", 4, "whatever the producer likes", configs)


class TopicMissing(Exception):
    """A topic is not there: `jinxi topics create` makes it."""


@dataclass(frozen=True, slots=True)
class Existing:
    """A topic as the broker has it; another id means that it was deleted and made anew."""

    name: str
    topic_id: str
    partitions: int


def name_of(topic: Topic, settings: Settings) -> str:
    """Its whole name."""
    return f"{settings.kafka_prefix}.{topic.name}"


@contextmanager
def administration(
    settings: Settings, patience_ms: int = _PATIENCE_MS
) -> Iterator[KafkaAdminClient]:
    """A connection to the brokers, closed afterwards; KafkaError when none answers in time."""
    admin = KafkaAdminClient(**access_of(settings).arguments(), bootstrap_timeout_ms=patience_ms)
    try:
        yield admin
    finally:
        admin.close()


def existing(admin: KafkaAdminClient, name: str) -> Existing | None:
    """The topic of this name, None while there is none."""
    (found,) = admin.describe_topics([name])
    if found["error_code"]:
        return None
    return Existing(name, str(found["topic_id"]), len(found["partitions"]))


def create(settings: Settings) -> list[str]:
    """Make the topics that are missing; returns their names."""
    with administration(settings) as admin:
        return [name_of(topic, settings) for topic in TOPICS if _create(admin, topic, settings)]


def create_one(topic: Topic, settings: Settings) -> bool:
    """Make a single topic; False when it is there already."""
    with administration(settings) as admin:
        return _create(admin, topic, settings)


def delete_one(topic: Topic, settings: Settings) -> None:
    """Delete a topic with everything in it, if it is there."""
    name = name_of(topic, settings)
    with administration(settings) as admin:
        if existing(admin, name) is not None:
            admin.delete_topics([name])


def _create(admin: KafkaAdminClient, topic: Topic, settings: Settings) -> bool:
    name = name_of(topic, settings)
    if existing(admin, name) is not None:
        return False
    options = {"num_partitions": topic.partitions, "configs": dict(topic.configs)}
    admin.create_topics({name: options}, wait_for_metadata=True)
    return True


@dataclass(frozen=True, slots=True)
class Wrong:
    """A topic that is not as it must be. partitions: how many it has; None where it is missing."""

    partitions: int | None
    expected: int

    def __str__(self) -> str:
        """As JSON says it."""
        if self.partitions is None:
            return "missing"
        return f"{self.partitions} partitions instead of {self.expected}"


def check(settings: Settings) -> dict[str, Wrong]:
    """What is wrong, by the topic's name."""
    wrong = {}
    with administration(settings) as admin:
        for topic in TOPICS:
            name = name_of(topic, settings)
            found = existing(admin, name)
            if found is None:
                wrong[name] = Wrong(None, topic.partitions)
            elif found.partitions != topic.partitions:
                # A key would change its partition, and one subject's events their order.
                wrong[name] = Wrong(found.partitions, topic.partitions)
    return wrong
