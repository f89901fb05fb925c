"""What a flooded inbox costs everybody else; no broker is needed to see it."""

from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from kafka import TopicPartition
from sqlalchemy import select

from crm.accounts.tokens import add_token
from crm.intake.accept import EventIntake
from crm.intake.inboxes import add_inbox, inboxes
from crm.journal.checkpoints import checkpoints
from crm.journal.events import JOURNAL
from crm.journal.undecodable import kept_messages
from crm.storage.database import reading
from streams.kafka.bridge import EVENTS_AT_ONCE, Bridge, _Source, bridge_of
from streams.kafka.topics import Existing
from streams.running.installation import Installation
from tests.examples import a_card
from tests.installations import Installation as New

TOPIC = "jinxi.inbox.erp.v1"
BATCH = (("content-type", b"application/cloudevents-batch+json"),)


@dataclass
class Fetched:
    """A record as a consumer has it."""

    offset: int
    value: bytes
    headers: Any = BATCH


def test_what_pretends_to_be_many_goes_through_the_door_a_little_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_once: list[int] = []
    accept = EventIntake.accept

    def counted(door: EventIntake, lines: Any, credential: Any, **more: Any) -> Any:
        at_once.append(len(lines))
        return accept(door, lines, credential, **more)

    monkeypatch.setattr(EventIntake, "accept", counted)
    with New() as made:
        installation = Installation(made.settings, made.engine, made.keyring)
        add_inbox(made.engine, "erp", add_token(made.engine, "erp", "staff", None, ("/tests",)))
        bridge = Bridge(installation)
        with reading(made.engine) as connection:
            (inbox,) = inboxes(connection)
        topic = Existing(TOPIC, "topic-1", 1)
        bridge.sources = {TOPIC: _Source(inbox, topic)}
        good = [orjson.dumps([a_card(f"c{record}")]) for record in range(3)]
        bad = b"[" + b",".join([b"1"] * 4_000) + b"]"
        values = [good[0], *[bad] * 4, good[1], b"no batch", good[2]]
        records = [Fetched(offset, value) for offset, value in enumerate(values)]
        bridge._take(TopicPartition(TOPIC, 0), records)
        with reading(made.engine) as connection:
            assert len(connection.execute(select(JOURNAL.c.id)).all()) == 3
            (known,) = checkpoints(connection, bridge_of(made.settings))
            assert known.next_offset == len(values)
            reasons = sorted(kept.reason for kept in kept_messages(connection))
    assert reasons == ["not_cloudevents (+3999)"] * 4 + ["not_json"]
    assert max(at_once) <= EVENTS_AT_ONCE
