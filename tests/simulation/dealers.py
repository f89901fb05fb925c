"""Twenty dealers, a bad network, kills on both sides, and consents that change all the while.

One thread and one clock that the seed moves: the same seed gives the same story. The records, the
sequence of changes and the dealers' side are the real code; only the road between is made up.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from unittest import mock

import orjson

from campaigns.times import DAY_US, day_end_us, shanghai_day
from crm.copies.replica import Page
from tests.installations import Installation
from tests.naive_facts import identity_cards, pair_decisions
from tests.naive_history import History
from tests.oracles import copies_of, reached_days
from tests.simulation.company_side import CompanySide, without_waiting_for_the_disk
from tests.simulation.dealer_side import DealerSide, Road
from tests.simulation.dealers_world import AFTER_US, DEALERS, make_dealers_world
from tests.unit.crm.identity.naive_people import NaivePeople
from tests.worlds import HOUR_US, START_US, Sent

SHORTEST_STEP_US, LONGEST_STEP_US = HOUR_US, 14 * HOUR_US
Copies = dict[str, dict[str, bytes]]
"""Dealer → key → canonical row."""


@dataclass
class Simulation:
    """One story; `forbidden` is what was sent and should not have been."""

    seed: int
    company: CompanySide
    dealers: list[DealerSide]
    waiting: list[Sent]
    random: Random
    forbidden: list[str] = field(default_factory=list)
    sent_rows: dict[str, set[tuple[str, bytes]]] = field(default_factory=dict)
    met: dict[str, int] = field(default_factory=dict)
    _allowed: tuple[object, Copies] | None = None

    def run(self) -> None:
        """Everything happens, then it quietens."""
        now_us = START_US
        while now_us < AFTER_US:
            now_us += self.random.randrange(SHORTEST_STEP_US, LONGEST_STEP_US)
            self.company.now_us = now_us
            self._step()
        self._quieten()

    def _step(self) -> None:
        now_us = self.company.now_us
        due = [sent for sent in self.waiting if sent.received_us <= now_us]
        self.waiting = self.waiting[len(due) :]
        # Between the two dealers ask: they hear nothing of what is not settled.
        if due:
            self.company.take_in(due)
            self._some_dealers_ask(0.02)
        if self.random.random() < 0.9:
            self.company.work(killed=self.random.random() < 0.3)
        self._some_dealers_ask(0.08)

    def _some_dealers_ask(self, how_often: float) -> None:
        for dealer in self.dealers:
            if self.random.random() < 0.004:
                dealer.road.away_until_us = self.company.now_us + 3 * DAY_US
                self._meet("away for three days")
            if self.random.random() < how_often:
                dealer.pull(killed=self.random.random() < 0.15)
                self._meet("pulled whole" if dealer.verdict else "broken off")
            if self.random.random() < how_often / 4:
                dealer.hear_again()
                self._meet("heard again")

    def _quieten(self) -> None:
        self.company.work(killed=False)
        for dealer in self.dealers:
            dealer.road.losses, dealer.road.away_until_us = 0.0, 0
            dealer.pull(killed=False)

    def seen(self, dealer: str, page: Page) -> None:
        """Rows that leave the company are compared with what the rule allows at this moment."""
        allowed = self.allowed()[dealer]
        for change in page.changes:
            if change.content is None:
                self._meet("withdrawn")
                continue
            self._meet("sent")
            self.sent_rows.setdefault(dealer, set()).add((change.key, change.content))
            told = orjson.loads(change.content).keys()
            if change.key not in allowed:
                self.forbidden.append(f"{dealer} was sent {change.key[:8]}, which is not its")
            elif not told <= orjson.loads(allowed[change.key]).keys():
                self.forbidden.append(f"{dealer} was sent too much of {change.key[:8]}")

    def allowed(self) -> Copies:
        """The rule's copies, of everything that was accepted, on this day."""
        today = shanghai_day(self.company.now_us)
        when = (len(self.company.accepted), today)
        if self._allowed is None or self._allowed[0] != when:
            history = History(
                self.company.accepted, reached_days(self.company.accepted, self.company.now_us)
            )
            who = NaivePeople(identity_cards(history), pair_decisions(history))
            found = copies_of(
                history, who.groups, self.company.installation, day_end_us(today) - 1, DEALERS
            )
            self._allowed = (
                when,
                {
                    dealer: {orjson.loads(row)["key"]: row for _, row in rows}
                    for dealer, rows in found.items()
                },
            )
        return self._allowed[1]

    def _meet(self, what: str) -> None:
        self.met[what] = self.met.get(what, 0) + 1

    def assert_lawful(self) -> None:
        """Every copy is the rule's, was acknowledged, and nothing forbidden was ever sent."""
        assert self.forbidden == [], f"seed {self.seed}"
        for dealer in self.dealers:
            name = dealer.road.dealer
            held = dict(dealer.store.rows())
            assert held == self.allowed()[name], f"seed {self.seed}: the copy of {name}"
            # Healing would mend what went wrong with the versions: it must never be needed.
            assert dealer.road.differences == 0, f"seed {self.seed}: {name} had to be healed"
            assert dealer.verdict is not None, f"seed {self.seed}: {name}"
            assert dealer.verdict.state == "equal", f"seed {self.seed}: {name}"
            assert set(held.items()) <= self.sent_rows.get(name, set()), f"seed {self.seed}: {name}"


@contextmanager
def _in_memory() -> Iterator[None]:
    """Folders in the machine's memory, where it has such a place: nothing has to last."""
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with mock.patch("tempfile.tempdir", place):
        yield


@contextmanager
def simulated(seed: int) -> Iterator[Simulation]:
    """A simulation of a seed, ready to run."""
    random = Random(seed)
    with (
        _in_memory(),
        without_waiting_for_the_disk(),
        Installation() as installation,
        TemporaryDirectory(prefix="jinxi-dealers-") as folder,
    ):
        company = CompanySide(installation, Random(random.random()))
        world = make_dealers_world(seed)
        simulation = Simulation(seed, company, [], world, random)
        for name in DEALERS:
            road = Road(name, company, Random(random.random()), simulation.seen)
            road.losses = random.choice((0.0, 0.03, 0.1))
            side = DealerSide(Path(folder) / name, road, Random(random.random()))
            simulation.dealers.append(side)
        try:
            yield simulation
        finally:
            for dealer in simulation.dealers:
                dealer.close()
