"""What a broker brought, as it is recorded: events of one partition, in their order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

from crm.journal.checkpoints import Partition
from crm.journal.undecodable import Undecodable


@dataclass(frozen=True, slots=True)
class CarriedEvent:
    """A row for the journal, without a position, and where it stood in its partition."""

    offset: int
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CarriedBatch:
    """What one partition brought: from the first offset up to, not including, the next one."""

    partition: Partition
    next_offset: int
    events: tuple[CarriedEvent, ...]
    undecodable: tuple[Undecodable, ...] = ()

    @property
    def first_offset(self) -> int:
        """Where it begins."""
        offsets = [event.offset for event in self.events[:1]]
        offsets += [message.offset for message in self.undecodable[:1]]
        return min(offsets, default=self.next_offset)

    def after(self, offset: int) -> "CarriedBatch":
        """What is left of it from an offset on, to which the checkpoint never goes back."""
        if offset <= self.first_offset:
            return self
        return replace(
            self,
            next_offset=max(self.next_offset, offset),
            events=tuple(event for event in self.events if event.offset >= offset),
            undecodable=tuple(each for each in self.undecodable if each.offset >= offset),
        )

    def halves(self) -> "tuple[CarriedBatch, ...]":
        """Two batches, one after the other, or itself; an offset is done with its last event."""
        if len(self.events) < 2:
            return (self,)
        middle = len(self.events) // 2
        bound = self.events[middle].offset
        first = replace(
            self,
            next_offset=bound,
            events=self.events[:middle],
            undecodable=tuple(each for each in self.undecodable if each.offset < bound),
        )
        rest = tuple(each for each in self.undecodable if each.offset >= bound)
        return first, replace(self, events=self.events[middle:], undecodable=rest)


def joined(batches: Sequence[CarriedBatch]) -> CarriedBatch:
    """Batches of one partition that follow each other."""
    events = tuple(event for each in batches for event in each.events)
    undecodable = tuple(message for each in batches for message in each.undecodable)
    return CarriedBatch(batches[0].partition, batches[-1].next_offset, events, undecodable)


def in_order_of_arrival(parts: Iterable[CarriedBatch]) -> list[CarriedEvent]:
    """Each partition's events in their order, those of several as they were received.

    Told before what happened in it, an activity need not be told twice: what waits for something
    in another partition is judged again when that comes.
    """
    found: list[tuple[tuple[int, int], CarriedEvent]] = []
    for part in parts:
        latest = (0, 0)
        for event in part.events:
            latest = max(latest, (event.row["received_us"], event.row["starts_us"]))
            found.append((latest, event))
    return [event for _, event in sorted(found, key=itemgetter(0))]
