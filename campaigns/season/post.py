"""The post: where a thing is written down, how long it is on the way, and the finished events."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from campaigns.times import DAY_US, SECOND_US, day_start_us, rfc3339, shanghai_day

Event = dict[str, Any]

_DUPLICATES_PER_THOUSAND = 10


@dataclass(frozen=True, slots=True)
class Desk:
    """Where something is written down.

    `source` is the CloudEvents source; nothing written here arrives before `opens_us` (a sheet
    is typed later, a phone is offline); `by_day` is paper, which knows the day only;
    `batch_seconds` is how long it takes to hand over a batch.
    """

    source: str
    opens_us: int = 0
    by_day: bool = False
    batch_seconds: int = 30


@dataclass(frozen=True, slots=True)
class Sent:
    """An event on its way: the envelope, when it happened and when it was received (µs)."""

    event: Event
    at_us: int
    received_us: int


@dataclass(slots=True)
class Post:
    """Takes what desks write and hands it over in order of arrival.

    Nothing happens or arrives after `ends_us`: what would happen later is not written, what
    would arrive later arrives a little sooner.
    """

    rng: Random
    ends_us: int
    sent: list[Sent] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def send(self, desk: Desk, at_us: int, kind: str, subject: str, data: Event) -> Sent | None:
        """Write one event of `kind` (without prefix and version); None when it lies beyond the
        season's end. `at_us` is the true instant, also where the desk knows the day only."""
        happened_us = at_us // SECOND_US * SECOND_US
        if happened_us > self.ends_us:
            return None
        received_us = self._arrival_us(desk, happened_us)
        number = self.numbers[desk.source] = self.numbers.get(desk.source, 0) + 1
        event: Event = {
            "specversion": "1.0",
            "id": f"e{number:06d}",
            "source": desk.source,
            "type": f"jinxi.{kind}.v1",
            "subject": subject,
        }
        if desk.by_day:
            happened_us = day_start_us(shanghai_day(happened_us))
            event |= {"time": rfc3339(happened_us), "timeprecision": "day", "sequence": number}
        else:
            event["time"] = rfc3339(happened_us)
        event["datacontenttype"] = "application/json"
        event["data"] = data
        event["receivedat"] = rfc3339(received_us)
        sent = Sent(event, happened_us, received_us)
        self.sent.append(sent)
        return sent

    def _arrival_us(self, desk: Desk, at_us: int) -> int:
        """Whole seconds, never before the event, never after the season's end."""
        wait_us = self.rng.randint(1, desk.batch_seconds) * SECOND_US
        received_us = max(at_us, desk.opens_us // SECOND_US * SECOND_US) + wait_us
        if received_us > self.ends_us:
            left_seconds = (self.ends_us - at_us) // SECOND_US
            received_us = at_us + self.rng.randint(0, left_seconds) * SECOND_US
        return received_us

    def repeat_some(self) -> None:
        """About one event in a hundred is handed over twice: at once, or some days later."""
        for sent in list(self.sent):
            if self.rng.randrange(1000) >= _DUPLICATES_PER_THOUSAND:
                continue
            later_us = sent.received_us
            if self.rng.random() < 0.7:
                later_us += self.rng.randint(1, 4 * DAY_US // SECOND_US) * SECOND_US
            if later_us <= self.ends_us:
                again = sent.event | {"receivedat": rfc3339(later_us)}
                self.sent.append(Sent(again, sent.at_us, later_us))

    def arrivals(self) -> Iterator[Event]:
        """Every event, in order of arrival; what arrives together stays as it was written."""
        self.sent.sort(key=_received)
        for sent in self.sent:
            yield sent.event


def _received(sent: Sent) -> int:
    return sent.received_us
