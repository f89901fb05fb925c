"""`python -m tests.bench.joining`: how long a partition stands still when workers come and go.

Events of many cards flow all the while. What each partition's checkpoint says is looked at every
20 ms: a pause is the time between two recordings of one partition.
"""

import argparse
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

import orjson
from rich.console import Console
from rich.table import Table

from crm.journal.checkpoints import checkpoints
from crm.storage.database import reading
from streams.kafka.carrying import consumer_of
from streams.kafka.topics import EVENTS, create
from tests.databases import empty_installation
from tests.examples import a_card
from tests.integration.kafka.carriers import RELAY, Carried, carried_by, worker
from tests.servers import kafka, postgres, shared
from tests.servers.processes import wait_until

_LOOK_SECONDS = 0.02
_TOGETHER = 20


@dataclass
class Pauses:
    """The longest pause of any partition, by what had happened when it ended."""

    carried: Carried
    longest_seconds: dict[str, float] = field(default_factory=dict)
    happened: str = ""
    seen: dict[int, tuple[int, float]] = field(default_factory=dict)

    def look(self) -> None:
        """Compare with what was seen before."""
        now = time.monotonic()
        with reading(self.carried.installation.engine) as connection:
            reached = checkpoints(connection, consumer_of(self.carried.settings))
        for each in reached:
            offset, since = self.seen.get(each.partition.number, (-1, now))
            if each.next_offset != offset:
                self.seen[each.partition.number] = (each.next_offset, now)
                longest = self.longest_seconds.get(self.happened, 0.0)
                self.longest_seconds[self.happened] = max(longest, now - since)


def main() -> None:
    """Measure, and say it as a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.joining", description=__doc__)
    parser.add_argument("--rate", type=int, default=200, help="events per second")
    parser.add_argument("--seconds", type=float, default=10, help="after each thing that happens")
    asked = parser.parse_args()
    shared.open_session()
    try:
        with (
            empty_installation(postgres.server_url()) as empty,
            empty.copied() as installation,
        ):
            carried = carried_by(installation, kafka.broker_address(), f"j{uuid4().hex[:10]}")
            create(carried.settings)
            try:
                _show(_measured(carried, asked.rate, asked.seconds), asked.rate)
            finally:
                carried.stop()
    finally:
        shared.close_session()


def _measured(carried: Carried, rate: int, seconds: float) -> Pauses:
    pauses, stopping = Pauses(carried), threading.Event()
    threads = [
        threading.Thread(target=_accept, args=(carried, rate, stopping)),
        threading.Thread(target=_watch, args=(pauses, stopping)),
    ]
    carried.start(RELAY)
    carried.start(worker(0))
    for thread in threads:
        thread.start()
    try:
        while len(pauses.seen) < EVENTS.partitions:
            stopping.wait(_LOOK_SECONDS)
        for happened, act in _happenings(carried):
            pauses.happened = happened
            act()
            stopping.wait(seconds)
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
    return pauses


def _happenings(carried: Carried) -> list[tuple[str, Callable[[], None]]]:
    def times_given(slot: int) -> int:
        return sum(who == slot and number > 0 for who, number in carried.assignments())

    def settled(slot: int, act: Callable[[], None]) -> None:
        before = times_given(slot)
        act()
        wait_until(lambda: times_given(slot) > before)

    def started() -> None:
        settled(1, lambda: carried.start(worker(1)))

    def killed_and_started() -> None:
        carried.kill(worker(1))
        started()

    def ended(sign: int) -> None:
        settled(0, lambda: carried.kill(worker(1), sign))

    return [
        ("one worker", lambda: None),
        ("a second joins", started),
        ("it is killed and started again", killed_and_started),
        ("it is asked to end", lambda: ended(signal.SIGTERM)),
        ("it joins again", started),
        ("it is killed for good", lambda: ended(signal.SIGKILL)),
    ]


def _accept(carried: Carried, rate: int, stopping: threading.Event) -> None:
    number = 0
    due = time.monotonic()
    while not stopping.wait(max(0.0, due - time.monotonic())):
        named = range(number, number + _TOGETHER)
        carried.accept([orjson.dumps(a_card(f"c{each}")) for each in named])
        number += _TOGETHER
        due += _TOGETHER / rate


def _watch(pauses: Pauses, stopping: threading.Event) -> None:
    while not stopping.wait(_LOOK_SECONDS):
        pauses.look()


def _show(pauses: Pauses, rate: int) -> None:
    table = Table(title=f"{rate} events/s, {EVENTS.partitions} partitions")
    table.add_column("what happened")
    table.add_column("longest pause of a partition, s", justify="right")
    for happened, seconds in pauses.longest_seconds.items():
        if happened:
            table.add_row(happened, f"{seconds:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
