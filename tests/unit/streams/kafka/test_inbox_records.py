"""Records of an inbox are read as CloudEvents' Kafka binding says; what cannot be read says why."""

from collections.abc import Iterator

import orjson
import pytest

from campaigns.intake import Receipt
from crm.journal.messages import NotEvents
from streams.kafka.inbox_records import InboxRecord, in_pieces, lines_of, read_record, refused_of


def headers(**named: str) -> list[tuple[str, bytes | None]]:
    return [(name.replace("content_type", "content-type"), v.encode()) for name, v in named.items()]


def test_a_structured_event_is_taken_as_it_stands() -> None:
    body = b' {"specversion":"1.0"} '
    for content_type in (
        "application/cloudevents+json",
        "Application/CloudEvents+JSON; charset=UTF-8",
    ):
        assert lines_of(headers(content_type=content_type), body) == [body]


def test_a_batch_is_its_events_each_as_it_was_written() -> None:
    named = headers(content_type="application/cloudevents-batch+json")
    assert lines_of(named, b'[{"a":1.50}, {"b" : 2}]') == [b'{"a":1.50}', b'{"b" : 2}']
    assert lines_of(named, b"[]") == []


def test_a_binary_event_has_its_attributes_in_headers_and_its_data_as_the_value() -> None:
    named = headers(
        content_type="application/json",
        CE_specversion="1.0",
        ce_id="e1",
        ce_source="/erp/%E7%8E%8B",
        ce_sequence="7",
        ce_data="no attribute",
        other="passed over",
    )
    (line,) = lines_of(named, b'{"n": 1.50}')
    assert orjson.loads(line) == {
        "specversion": "1.0",
        "id": "e1",
        "source": "/erp/%E7%8E%8B",
        "sequence": 7,
        "datacontenttype": "application/json",
        "data": {"n": 1.5},
    }


def test_headers_are_utf8_and_nothing_is_escaped_in_them() -> None:
    (line,) = lines_of([("ce_specversion", b"1.0"), ("ce_title", "讲座".encode())], b"")
    assert orjson.loads(line) == {"specversion": "1.0", "title": "讲座"}


@pytest.mark.parametrize(
    ("named", "body", "reason"),
    [
        ([], b"{}", "not_cloudevents"),
        ([("ce_id", b"e1")], b"{}", "not_cloudevents"),
        ([("ce_id", b"\xff")], b"{}", "headers_not_utf8"),
        (headers(content_type="application/cloudevents+json"), b"", "empty"),
        (headers(content_type="application/cloudevents+json; charset=gbk"), b"{}", "not_utf8"),
        (headers(content_type="application/cloudevents+avro"), b"x", "format_not_read"),
        (headers(content_type="application/cloudevents-batch+json"), b"{}", "not_json"),
        (headers(content_type="application/cloudevents-batch+json"), b"[" * 9_000, "not_json"),
    ],
)
def test_what_cannot_be_read_says_why(
    named: list[tuple[str, bytes | None]], body: bytes, reason: str
) -> None:
    with pytest.raises(NotEvents) as caught:
        lines_of(named, body)
    assert str(caught.value) == reason
    assert read_record(4, named, body) == InboxRecord(4, body, fault=reason)


def test_of_a_batch_only_what_was_refused_is_kept() -> None:
    record = InboxRecord(0, b"", (b"1", b"2", b"3"))
    accepted = Receipt("accepted", "/erp", "e1")
    duplicate = Receipt("duplicate", "/erp", "e2")
    bad = Receipt("refused", "/erp", "e3", "bad_value", "$.data.n")
    assert refused_of(record, [accepted, duplicate, accepted]) is None
    assert refused_of(record, [accepted, bad, duplicate]) == ("bad_value", b"2")
    assert refused_of(record, [bad, accepted, bad]) == ("bad_value (+1)", b"[1,3]")


@pytest.mark.parametrize(
    ("lines", "cut"),
    [
        ([1] * 7, [3, 3, 1]),
        ([2, 2, 2], [1, 1, 1]),
        ([9, 1, 9, 0, 1], [1, 1, 1, 2]),
        ([0] * 7, [3, 3, 1]),
        ([], []),
    ],
)
def test_no_more_go_through_the_door_at_once_than_others_can_wait_for(
    lines: list[int], cut: list[int]
) -> None:
    records = [InboxRecord(place, b"", (b"1",) * many) for place, many in enumerate(lines)]
    pieces = list(in_pieces(iter(records), 3))
    assert [len(piece) for piece in pieces] == cut
    assert [record for piece in pieces for record in piece] == records


def test_a_record_is_read_when_its_turn_comes() -> None:
    read: list[int] = []

    def reading() -> Iterator[InboxRecord]:
        for offset in range(100):
            read.append(offset)
            yield InboxRecord(offset, b"", (b"1",) * 1_000)

    next(in_pieces(reading(), 500))
    assert len(read) == 2
