"""Whether a card costs the same however many people there are, with weights in force.

`python -m tests.bench.base --sizes 10000,1000000 [--postgres]`. A base is what the door took and
the recorder wrote, nothing beside the rules: invented seniors (tests/bench/seniors.py), a village
at a time, as they are written again and again. Of everybody who is written more than once the last
card is held back. Then cards come, a thousand at a time: half of them such further cards of people
who are there, drawn from all of them, half the first cards of people who are not. So what comes is
alike at every size, and nothing is at hand when it comes.

The sizes take turns, since a machine may be slower a minute later, and processor time is compared;
the largest takes the rest of the cards alone.
"""

import argparse
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from sqlalchemy import Engine, func, select, text

from campaigns.catalogue import wire_name
from campaigns.intake import HEADQUARTERS
from campaigns.times import day_start_us, rfc3339
from crm.clock import now_us
from crm.components.index import TIE
from crm.configuration.settings import Settings
from crm.intake.accept import EventIntake
from crm.keyring.keyring import Keyring
from crm.pairs.first_weights import begin_with_weights
from crm.people.tables import CARD, LINK, PAIR, PERSON
from crm.recording.recorder import Recorder
from crm.schema.preparing import prepare
from crm.storage.database import open_engine, reading
from tests.bench.seniors import seniors
from tests.servers.postgres import Server, new_database

TOGETHER = 1_000
VILLAGE = 4_000
"""People whose cards come in one shuffle."""
_LINE_EVERY = 100_000
_NEWCOMERS = 1_000_000
"""Villages from this number on are in no base."""
_START_US = day_start_us(date(2026, 3, 2))


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds for some cards: of this process's processor, and by the clock."""

    cards: int = 0
    accept: float = 0.0
    record: float = 0.0
    record_clock: float = 0.0

    def __add__(self, more: "Spent") -> "Spent":
        return Spent(
            self.cards + more.cards,
            self.accept + more.accept,
            self.record + more.record,
            self.record_clock + more.record_clock,
        )

    @property
    def a_card(self) -> float:
        """Microseconds of the processor to record one."""
        return self.record / self.cards * 1e6

    def __str__(self) -> str:
        clock = self.record_clock / self.cards * 1e6
        accept = self.accept / self.cards * 1e6
        return f"accept {accept:,.0f} µs, record {self.a_card:,.0f} µs (by the clock {clock:,.0f})"


@dataclass
class Base:
    """An installation that grows, and the cards that were held back."""

    engine: Engine
    keyring: Keyring

    def __post_init__(self) -> None:
        prepare(self.engine)
        self.intake = EventIntake(self.engine, self.keyring)
        self.recorder = Recorder(self.engine, self.keyring)
        self.cards = 0
        self.held_back: list[bytes] = []
        self._first_ones: list[bytes] = []
        self._villages = count()
        self._newcomers = count(_NEWCOMERS)

    def grow(self, cards: int) -> None:
        """Until there are so many."""
        spent = Spent()
        while self.cards < cards:
            first, further = cards_of(next(self._villages))
            self.held_back += further
            spent += self._take_in(first[: cards - self.cards])
            if spent.cards >= _LINE_EVERY:
                print(f"  base of {self.cards:,}: {spent}", flush=True)
                spent = Spent()
        self._analyze()

    def arrive(self, dice: Random) -> Spent:
        """So many further cards and first ones as come together, of those that are left."""
        half = min(TOGETHER // 2, len(self.held_back))
        places = sorted(dice.sample(range(len(self.held_back)), half), reverse=True)
        coming = [self.held_back.pop(place) for place in places]
        while len(self._first_ones) < half:
            self._first_ones += cards_of(next(self._newcomers))[0]
        coming += self._first_ones[:half]
        del self._first_ones[:half]
        dice.shuffle(coming)
        self.recorder.forget()
        return self._take_in(coming)

    def _take_in(self, events: Sequence[bytes]) -> Spent:
        spent = Spent()
        for start in range(0, len(events), TOGETHER):
            piece = events[start : start + TOGETHER]
            began = time.process_time()
            self.intake.accept(piece, HEADQUARTERS, history=True)
            accepted, clock = time.process_time(), time.perf_counter()
            while self.recorder.record_next(now_us(), TOGETHER):
                pass
            recorded, clock = time.process_time() - accepted, time.perf_counter() - clock
            spent += Spent(len(piece), accepted - began, recorded, clock)
        self.cards += len(events)
        return spent

    def _analyze(self) -> None:
        """As PostgreSQL does by itself when many rows have come."""
        if self.engine.dialect.name == "postgresql":
            with self.engine.begin() as connection:
                connection.execute(text("ANALYZE"))

    def __str__(self) -> str:
        with reading(self.engine) as connection:
            found = {
                table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (CARD, PERSON, PAIR, TIE)
            }
            by_weights = select(func.count()).where(LINK.c.decided_by == "weights")
            found["linked by weights"] = connection.execute(by_weights).scalar_one()
        return ", ".join(f"{name} {number:,}" for name, number in found.items())


def cards_of(village: int) -> tuple[list[bytes], list[bytes]]:
    """(the cards of a village, the last ones of who has several)."""
    made = seniors(village, people=VILLAGE)
    several = {person for person, cards in Counter(made.person.values()).items() if cards > 1}
    first: list[bytes] = []
    further: list[bytes] = []
    for said in reversed(made.records):
        person = made.person[said["record_id"]]
        card = orjson.dumps(card_event(village, said))
        if person in several:
            several.remove(person)
            further.append(card)
        else:
            first.append(card)
    return first[::-1], further


def card_event(village: int, said: dict[str, str]) -> dict[str, Any]:
    """A senior's card, as it is registered."""
    born = said["birth_date"]
    person = {
        "name": said["name"],
        "sex": said["sex"],
        "birth_date": born if len(born) > 4 else "",
        "birth_year": int(born) if len(born) == 4 else "",
        "id_number": said["id_number"],
    }
    contact = {"phones": [said["phone"]] if said["phone"] else "", "address": said["address"]}
    card_id = f"v{village}-{said['record_id']}"
    data = {
        "card_id": card_id,
        "person": _told(person),
        "contact": _told(contact),
        "region": said["region"],
        "source_kind": "walk_in",
    }
    return {
        "specversion": "1.0",
        "id": card_id,
        "source": "/bench",
        "type": wire_name("card.registered"),
        "subject": f"card/{card_id}",
        "time": rfc3339(_START_US),
        "data": _told(data),
    }


def _told(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value}


def main() -> None:
    """Measure, and say it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,1000000", help="cards that are there")
    parser.add_argument("--cards", type=int, default=100_000, help="cards that come, at most")
    parser.add_argument("--rule", action="store_true", help="the deterministic rule alone")
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--folder", help="where what is on disk goes")
    asked = parser.parse_args()
    with (
        TemporaryDirectory(prefix="jinxi-bench-", dir=asked.folder) as name,
        _databases(Path(name), postgres=asked.postgres) as database,
        ExitStack() as opened,
    ):
        bases = {}
        for size in sorted(map(int, asked.sizes.split(","))):
            bases[size] = opened.enter_context(_base(Path(name) / str(size), database))
            if not asked.rule:
                begin_with_weights(bases[size].engine, bases[size].intake)
            bases[size].grow(size)
        compare(bases, asked.cards)


def compare(bases: Mapping[int, Base], cards: int) -> None:
    """Cards that come to bases of several sizes, by turns, and the rest to the largest."""
    dice = Random("cards that come")
    for base in bases.values():
        base.arrive(dice)  # what is loaded once in a process's life
    turns = min(min(len(base.held_back) for base in bases.values()) * 2, cards) // TOGETHER
    costs: dict[int, list[Spent]] = {size: [] for size in bases}
    for _ in range(turns):
        for size, base in bases.items():
            costs[size].append(base.arrive(dice))
    smallest = median(spent.a_card for spent in costs[min(bases)])
    for size, spent in costs.items():
        card = median(each.a_card for each in spent)
        print(
            f"{turns * TOGETHER:,} cards into {size:,}: {sum(spent, Spent())}; "
            f"median {card:,.0f} µs, {card / smallest:.2f} × that into {min(bases):,} (wanted 2)"
        )
    largest, rest = bases[max(bases)], Spent()
    while rest.cards < cards - turns * TOGETHER and len(largest.held_back) >= TOGETHER // 2:
        rest += largest.arrive(dice)
    if rest.cards:
        print(f"{rest.cards:,} more into {max(bases):,}: {rest}")
    print(f"{largest}; load {os.getloadavg()[0]:.1f}")


@contextmanager
def _databases(folder: Path, *, postgres: bool) -> Iterator[Callable[[], str] | None]:
    """Makes an empty database; None where each is a file of its installation."""
    if not postgres:
        yield None
        return
    server_folder = folder / "postgres"
    server_folder.mkdir()
    folder.chmod(0o755)
    server = Server(server_folder)
    with ExitStack() as made:
        made.callback(server.stop)
        yield lambda: made.enter_context(new_database(server.url))


@contextmanager
def _base(folder: Path, database: Callable[[], str] | None) -> Iterator[Base]:
    settings = Settings.in_folder(folder)
    if database is not None:
        settings = replace(settings, database_url=database())
    base = Base(open_engine(settings.database_url), Keyring.open(settings))
    try:
        yield base
    finally:
        base.engine.dispose()
        base.keyring.engine.dispose()


if __name__ == "__main__":
    main()
