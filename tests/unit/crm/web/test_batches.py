"""Batches: honest ones are taken exactly, hostile ones refused before they are taken apart."""

import contextlib
import tracemalloc

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.bindings import BATCH, MOST_EVENTS, BatchTooLarge, NotABatch, elements
from crm.web.api.cloudevents_http import LINES, lines_of
from crm.web.api.problems import Problem

LARGE = 1024 * 1024
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(st.lists(VALUES, max_size=12), st.integers(1, 6))
def test_a_batch_is_refused_exactly_where_it_holds_more_than_the_most(
    values: list[object], most: int
) -> None:
    body = orjson.dumps(values)
    try:
        found = elements(body, most)
    except BatchTooLarge:
        assert len(values) > most
    else:
        assert [orjson.loads(each) for each in found] == values
        assert len(found) <= most or body.count(b",") < most


@given(st.binary(max_size=60).map(lambda raw: b"[" + raw + b"]") | st.binary(max_size=60))
def test_no_bytes_of_a_batch_are_a_fault(body: bytes) -> None:
    found: list[bytes] = []
    with contextlib.suppress(NotABatch):
        found = elements(body, 3)
    assert all(element in body for element in found)


HOSTILE = {
    "zeros": b"[" + b"0," * (LARGE // 2) + b"0]",
    "objects": b"[" + b"{}," * (LARGE // 3) + b"{}]",
    "one long element": b"[[" + b"0," * (LARGE // 2) + b"0]]",
    "long elements": b"[" + b",".join([b"[" + b"0," * 35_000 + b"0]"] * 15) + b"]",
    "deep": b"[" + b"[" * LARGE,
    "no end": b'["' + b"a," * (LARGE // 2),
    "strings": b"[" + b'"",' * (LARGE // 3) + b'""]',
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_batch_costs_no_more_memory_than_it_is_long(kind: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Problem) as refused:
            lines_of([("content-type", BATCH)], HOSTILE[kind])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert refused.value.status in (400, 413)
    assert peak < 3 * LARGE


def test_line_feeds_alone_are_refused_before_they_are_cut_into_lines() -> None:
    body = b"\n" * LARGE
    tracemalloc.start()
    try:
        with pytest.raises(Problem) as refused:
            lines_of([("content-type", LINES)], body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (refused.value.status, peak < LARGE) == (413, True)


def test_as_many_events_as_may_come_do_come() -> None:
    event = orjson.dumps({"id": "1", "data": {"lists": [1, [2, {"a": "],[{"}]], "text": '",'}})
    batch = b"[" + b",".join([event] * MOST_EVENTS) + b"]"
    assert lines_of([("content-type", BATCH)], batch) == [event] * MOST_EVENTS
    with_blanks = b"\n\n".join([event] * MOST_EVENTS)
    assert lines_of([("content-type", LINES)], with_blanks) == [event] * MOST_EVENTS
    for kind, body in ((BATCH, batch[:-1] + b"," + event + b"]"), (LINES, batch + b"\n1" * 10_000)):
        with pytest.raises(Problem) as refused:
            lines_of([("content-type", kind)], body)
        assert refused.value.status == 413
