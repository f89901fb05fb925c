"""Foreign producers write to inboxes: what is good becomes archives, the rest dead letters."""

from functools import partial
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from crm.accounts.tokens import add_token, credential_of_token, revoke_token
from crm.journal.checkpoints import checkpoints
from crm.journal.events import JOURNAL
from crm.journal.undecodable import kept_messages, message_of
from crm.storage.database import reading
from streams.kafka.topics import DEAD_LETTERS, inbox_topic, name_of
from streams.upkeep.status import metrics, status
from tests.installations import Installation
from tests.integration.kafka.carriers import BRIDGE, RELAY, Carried, worker
from tests.integration.kafka.foreign import Reader, produce
from tests.integration.kafka.inbox_events import NAME, STRUCTURED, cards, event
from tests.servers.processes import wait_until

BATCH = {"content-type": "application/cloudevents-batch+json"}


def binary(wire: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    """The same in binary mode: attributes in headers, the data as the value."""
    attributes = {n: v for n, v in wire.items() if n not in ("data", "datacontenttype")}
    headers = {f"ce_{name}": str(value) for name, value in attributes.items()}
    return orjson.dumps(wire["data"]), {**headers, "content-type": wire["datacontenttype"]}


class Erp:
    """A foreign system with an inbox of its own."""

    def __init__(self, carried: Carried, name: str = "erp") -> None:
        self.carried, self.name = carried, name
        engine = carried.installation.engine
        self.token = add_token(engine, name, "dealer", "D01", ["/dealers/D01"])
        file = carried.installation.folder / f"{name}.token"
        file.write_text(f"{self.token}\n")
        carried.command("inbox", "add", name, "--token-file", str(file))

    @property
    def topic(self) -> str:
        return name_of(inbox_topic(self.name), self.carried.settings)

    def write(self, value: bytes | None, headers: dict[str, str], partition: int = 0) -> int:
        assert self.carried.settings.kafka_bootstrap is not None
        return produce(self.carried.settings.kafka_bootstrap, self.topic, value, headers, partition)

    def send(self, *wires: dict[str, Any], partition: int = 0) -> None:
        for wire in wires:
            self.write(orjson.dumps(wire), STRUCTURED, partition)


def aside(installation: Installation) -> dict[str, bytes | None]:
    """Why messages were put aside, and what they were."""
    with reading(installation.engine) as connection:
        return {
            each.reason: message_of(connection, installation.keyring, each)
            for each in kept_messages(connection)
        }


@pytest.fixture
def carried(on_kafka: Carried) -> Carried:
    """With relay, worker and bridge running."""
    for command in (RELAY, worker(), BRIDGE):
        on_kafka.start(command)
    return on_kafka


def test_good_events_become_archives_and_the_others_go_on_beside_poison(carried: Carried) -> None:
    erp = Erp(carried)
    erp.send(event("S1"))
    erp.write(*binary(event("B1", sequence=3)))
    erp.write(b"\xff poison", STRUCTURED)
    erp.write(b"anything", {})
    erp.write(b"[1", BATCH)
    erp.send(event("X1", source="/dealers/D02/erp"))
    erp.send(event("X2", id="13912345678"))
    erp.write(orjson.dumps([event("A1"), event("X3", type="jinxi.no.v1"), event("A2")]), BATCH)
    erp.send(event("S2"))
    installation = carried.installation
    assert wait_until(lambda: cards(installation) == {"S1", "B1", "A1", "A2", "S2"}), carried.said()
    found = aside(installation)
    assert set(found) == {
        "not_json",
        "not_cloudevents",
        "not_allowed",
        "id_is_personal",
        "unknown_type",
    }
    assert orjson.loads(found["unknown_type"] or b"")["id"] == "e-X3"
    with reading(installation.engine) as connection:
        row = connection.execute(select(JOURNAL).where(JOURNAL.c.id == "e-B1")).one()
        credential = credential_of_token(connection, erp.token)
        assert credential is not None
        assert (row.actor, row.role) == (credential.actor, "dealer/D01")
        assert row.sequence == 3
        assert NAME.encode() not in row.plain
    _assert_announced(carried, erp)


def _assert_announced(carried: Carried, erp: Erp) -> None:
    """Everything put aside is made known, where it stands and why, and nothing of its content."""
    settings = carried.settings
    with Reader(str(settings.kafka_bootstrap), name_of(DEAD_LETTERS, settings)) as reader:
        assert reader.wait_for(lambda: len({each["id"] for each in reader.read}) == 6)
    data = [each["data"] for each in reader.read]
    assert {each["topic"] for each in data} == {erp.topic}
    assert {each["offset"] for each in data} == {2, 3, 4, 5, 6, 7}
    assert all(set(each) == {"topic", "partition", "offset", "reason"} for each in data)
    assert not any(secret in raw for raw in reader.raw for secret in (NAME.encode(), b"139123"))


def test_tokens_and_inboxes_that_come_and_go_need_no_restart_of_the_bridge(
    carried: Carried,
) -> None:
    erp = Erp(carried)
    erp.send(event("S1"))
    installation = carried.installation
    assert wait_until(lambda: cards(installation) == {"S1"}), carried.said()
    other = Erp(carried, "other")
    with reading(installation.engine) as connection:
        credential = credential_of_token(connection, erp.token)
    assert credential is not None
    assert revoke_token(installation.engine, credential.actor or "")
    erp.send(event("X1"))
    other.send(event("S2"))
    assert wait_until(lambda: cards(installation) == {"S1", "S2"}), carried.said()
    assert wait_until(lambda: set(aside(installation)) == {"token_revoked"}), carried.said()
    listed = map(orjson.loads, carried.command("inbox", "list", "--json").splitlines())
    assert {each["name"]: each["role"] for each in listed} == {"erp": None, "other": "dealer"}
    token_file = str(installation.folder / "erp.token")
    carried.command("inbox", "add", "again", "--token-file", token_file, status=2)
    carried.command("inbox", "remove", "erp")
    carried.command("inbox", "remove", "erp", status=1)
    other.send(event("S3"))
    assert wait_until(lambda: cards(installation) == {"S1", "S2", "S3"}), carried.said()
    assert carried.ended == 0


def test_a_bridge_killed_while_events_flow_loses_and_doubles_nothing(carried: Carried) -> None:
    erp = Erp(carried)
    installation = carried.installation
    wanted = [f"K{number}" for number in range(400)]
    for turn, start in enumerate(range(0, len(wanted), 100)):
        piece = wanted[start : start + 100]
        for number in range(4):
            wires = [event(card_id) for card_id in piece[number::4]]
            erp.write(orjson.dumps(wires), BATCH, partition=number)
        erp.write(b"poison", BATCH, partition=turn)
        if turn < 3:
            taken = _offsets(carried)
            assert wait_until(partial(_is_past, carried, taken)), carried.said()
            carried.kill(BRIDGE)
            carried.start(BRIDGE)
    assert wait_until(lambda: cards(installation) == set(wanted)), carried.said()
    with reading(installation.engine) as connection:
        journaled = connection.execute(select(JOURNAL.c.id).where(JOURNAL.c.role != "system"))
        ids = journaled.scalars().all()
        assert sorted(ids) == sorted(f"e-{card_id}" for card_id in wanted)
        assert wait_until(lambda: len(_kept(installation)) == 4)


def _kept(installation: Installation) -> list[Any]:
    with reading(installation.engine) as connection:
        return kept_messages(connection)


def _is_past(carried: Carried, offsets: int) -> bool:
    return _offsets(carried) > offsets


def _offsets(carried: Carried) -> int:
    with reading(carried.installation.engine) as connection:
        consumer = f"{carried.settings.kafka_prefix}-bridge"
        return sum(each.next_offset for each in checkpoints(connection, consumer))


def test_killed_after_the_door_and_before_the_checkpoint_it_takes_nothing_twice(
    on_kafka: Carried,
) -> None:
    erp = Erp(on_kafka)
    erp.send(event("S1"), event("S1", time="2026-03-03T09:00:00+08:00"))
    credential = on_kafka.credential_of(erp.token)
    (receipt,) = on_kafka.intake.accept([orjson.dumps(event("S1"))], credential)
    assert receipt.status == "accepted"
    assert status(on_kafka.opened).inbox_records == {"erp": 2}
    for command in (RELAY, worker(), BRIDGE):
        on_kafka.start(command)
    assert wait_until(lambda: cards(on_kafka.installation) == {"S1"}), on_kafka.said()
    assert wait_until(lambda: _offsets(on_kafka) == 2), on_kafka.said()
    assert 'jinxi_inbox_records{inbox="erp"} 0\n' in metrics(status(on_kafka.opened))
    assert set(aside(on_kafka.installation)) == {"id_reused"}
