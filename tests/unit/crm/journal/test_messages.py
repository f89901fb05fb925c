"""What goes through Kafka comes out as it went in; what did not come from us is told apart."""

from base64 import b64encode
from unittest import mock

import orjson
import pytest
from kafka.partitioner import DefaultPartitioner

from crm.journal.messages import NotEvents, message, record, rows
from streams.kafka.departures import partition_of
from streams.kafka.relay import EVENTS_PER_RECORD, records
from streams.running.outbox_store import Waiting
from tests.unit.crm.journal.message_rows import ROW


def test_rows_come_back_as_they_were_published() -> None:
    other = ROW | {"id": "e2", "sealed": None, "twin_hash": b"\x02" * 32, "day_precision": True}
    assert rows(record([message(ROW), message(other)])) == [ROW, other]


def test_a_record_is_a_batch_of_cloudevents_whose_integers_fit_32_bits() -> None:
    (written,) = orjson.loads(record([message(ROW)]))
    assert written["type"] == "jinxi.activity.attended.v1"
    assert written["data"] == {"activity_id": "A1", "card_id": "C1"}
    assert written["sealed"] == b64encode(ROW["sealed"]).decode()
    assert not [name for name, value in written.items() if isinstance(value, int) and value > 2**31]
    assert all(name.isalnum() and name.islower() for name in written)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "empty"),
        (b"", "empty"),
        (b"\xff", "not_json"),
        (b"[", "not_json"),
        (b"{}", "not_cloudevents"),
        (b'[{"specversion":"0.3"}]', "not_cloudevents"),
        (record([message(ROW).replace(b"attended", b"invented")]), "unknown_type"),
        (record([message(ROW).replace(b'"card_id":"C1"', b'"card_id":17')]), "not_cloudevents"),
        (record([message(ROW).replace(b'"contenthash":"', b'"contenthash":"!')]), "bad_value"),
        *(
            (record([message(ROW | {name: number})]), "not_cloudevents")
            for name in ("starts_us", "sequence", "received_us")
            for number in (2**63, -(2**63) - 1)
        ),
        *(
            (record([message(ROW | {name: text})]), "bad_value")
            for name, text in (
                *((name, "a\x00") for name in ("id", "source", "subject", "time", "actor", "role")),
                *(("subject", "nobody"), ("source", "/" * 257), ("id", "")),
            )
        ),
    ],
)
def test_what_is_not_ours_is_told_apart_by_a_reason(value: bytes | None, reason: str) -> None:
    with pytest.raises(NotEvents, match=f"^{reason}$"):
        rows(value)


def test_a_subject_goes_where_kafkas_own_clients_would_put_it() -> None:
    cluster = mock.Mock()
    cluster.topics.return_value = {"t"}
    cluster.partitions_for_topic.return_value = set(range(12))
    cluster.available_partitions_for_topic.return_value = set(range(12))
    theirs = DefaultPartitioner()
    for number in range(200):
        key = f"card/C{number}"
        expected = theirs.partition("t", key, key.encode(), None, None, cluster)
        assert partition_of(key, 12) == expected


def test_events_of_one_partition_stay_in_order_and_records_have_a_bound() -> None:
    found = [Waiting(place, f"card/C{place % 30}", b"x" * 1000) for place in range(1000)]
    by_partition: dict[int, list[int]] = {}
    for partition, piece in records(found, 4):
        assert 0 < len(piece) <= EVENTS_PER_RECORD
        by_partition.setdefault(partition, []).extend(each.position for each in piece)
    assert sorted(place for places in by_partition.values() for place in places) == list(
        range(1000)
    )
    assert all(places == sorted(places) for places in by_partition.values())


def test_large_events_travel_in_records_of_their_own() -> None:
    found = [Waiting(place, "card/C1", b"x" * 300_000) for place in range(3)]
    assert [len(piece) for _, piece in records(found, 4)] == [1, 1, 1]
