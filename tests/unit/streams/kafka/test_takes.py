"""How many records of Kafka are recorded together, and in which order."""

from collections.abc import Sequence
from itertools import pairwise

from crm.journal.checkpoints import Partition
from crm.journal.messages import message, record
from crm.recording.carried_batch import CarriedBatch, CarriedEvent, in_order_of_arrival
from streams.kafka.carrying import FetchedRecord, takes
from tests.unit.crm.journal.message_rows import ROW


def fetched(partition: int, offset: int, events: int) -> FetchedRecord:
    """A record that holds so many events."""
    names = [f"{partition}-{offset}-{number}" for number in range(events)]
    return FetchedRecord(partition, offset, record(message({**ROW, "id": name}) for name in names))


def taken(records: Sequence[FetchedRecord], largest: int) -> list[list[CarriedBatch]]:
    return [list(take) for take in takes(records, "tests", "a topic", lambda: largest)]


def test_records_are_taken_together_up_to_a_number_of_events() -> None:
    sizes = [3, 3, 3, 1, 1, 6, 4]
    records = [fetched(offset % 2, offset, size) for offset, size in enumerate(sizes)]
    found = taken(records, 7)
    assert [sum(len(part.events) for part in take) for take in found] == [6, 5, 6, 4]


def test_a_record_that_holds_more_events_than_a_take_is_a_take_of_its_own() -> None:
    records = [fetched(0, offset, size) for offset, size in enumerate((9, 2, 9, 2))]
    assert [len(take[0].events) for take in taken(records, 5)] == [9, 2, 9, 2]


def test_takes_hold_every_event_once_and_each_partition_in_its_order() -> None:
    records = [fetched(place % 3, place, 1 + place % 4) for place in range(30)]
    parts = [part for take in taken(records, 6) for part in take]
    for number in range(3):
        mine = [part for part in parts if part.partition == Partition("tests", "a topic", number)]
        offsets = [event.offset for part in mine for event in part.events]
        assert offsets == sorted(offsets)
        assert [part.next_offset for part in mine] == sorted({part.next_offset for part in mine})
        assert all(part.next_offset == part.events[-1].offset + 1 for part in mine)
        names = [event.row["id"] for part in mine for event in part.events]
        sent = [each for each in records if each.partition == number]
        assert len(names) == len(set(names)) == sum(1 + each.offset % 4 for each in sent)


def test_a_record_that_holds_no_events_goes_with_the_others_of_its_partition() -> None:
    records = [fetched(0, 0, 1), FetchedRecord(0, 1, b"no event"), fetched(0, 2, 1)]
    ((part,),) = taken(records, 10)
    assert [each.offset for each in part.undecodable] == [1]
    assert ([event.offset for event in part.events], part.next_offset) == ([0, 2], 3)


def test_no_record_is_decoded_before_its_take_is_asked_for() -> None:
    records = iter([fetched(0, offset, 2) for offset in range(9)])
    next(takes(records, "tests", "a topic", lambda: 4))
    assert len(list(records)) == 6


def carried(number: int, received_us: Sequence[int]) -> CarriedBatch:
    """One partition whose events were received at these times."""
    events = tuple(
        CarriedEvent(offset, {"received_us": received, "starts_us": 0})
        for offset, received in enumerate(received_us)
    )
    return CarriedBatch(Partition("tests", "a topic", number), len(events), events)


def test_events_of_several_partitions_are_recorded_as_they_were_received() -> None:
    found = in_order_of_arrival([carried(0, [1, 4, 6]), carried(1, [2, 3, 5])])
    assert [event.row["received_us"] for event in found] == [1, 2, 3, 4, 5, 6]


def test_the_order_of_a_partition_holds_even_where_the_clock_went_back() -> None:
    parts = [carried(0, [9, 1, 3]), carried(1, [2, 10, 4])]
    found = in_order_of_arrival(parts)
    for part in parts:
        mine = [event for event in found if any(event is each for each in part.events)]
        assert all(one.offset < other.offset for one, other in pairwise(mine))
    assert len(found) == 6


def test_a_take_is_as_large_as_may_be_when_it_is_cut() -> None:
    limits = iter([2, 2, 2, 4, 4, 4, 4, 4])
    records = [fetched(0, offset, 1) for offset in range(6)]
    found = takes(records, "tests", "a topic", lambda: next(limits))
    assert [len(take[0].events) for take in found] == [2, 4]
