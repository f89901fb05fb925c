"""The season's stage: the dice, the calendar, the desks, and everything that has been invented."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from uuid import UUID

from faker import Faker

from campaigns.season.model import Activity, Card, Member, Person, Sale
from campaigns.season.places import Territory
from campaigns.season.post import Desk, Event, Post, Sent
from campaigns.times import DAY_US, SECOND_US, day_start_us

SEASON_DAYS = 182
HOUR_US = 3_600 * SECOND_US

CONSOLE = Desk("/hq/console")
REWARDS_DESK = Desk("/hq/rewards")
FINANCE_DESK = Desk("/hq/finance")
ARCHIVE_DESK = Desk("/hq/archives")
HOTLINE = Desk("/hq/hotline")


def ends_us(starts_on: date) -> int:
    """The last instant of a season: midnight in Shanghai as its last day begins, so that the
    whole season lies in the past at any hour of that day."""
    return day_start_us(starts_on + timedelta(days=SEASON_DAYS))


@dataclass(slots=True)
class World:
    """Everything the season's chapters share; `dice` is the only chance there is."""

    dice: Random
    names: Faker
    post: Post
    starts_on: date
    activities: list[Activity] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)
    _turns: dict[str, int] = field(default_factory=dict)
    _sheets: dict[tuple[str, int], Desk] = field(default_factory=dict)
    _phones: dict[tuple[str, int], Desk] = field(default_factory=dict)

    # dice and counters

    def chance(self, share: float) -> bool:
        """True with the given probability."""
        return self.dice.random() < share

    def turn(self, name: str, every: int, first: int = 1) -> bool:
        """True at the `first` call of this name and at every `every`-th after it: what is rare
        happens in a small season too."""
        count = self._turns[name] = self._turns.get(name, 0) + 1
        return count >= first and (count - first) % every == 0

    def number(self, name: str) -> int:
        """1, 2, 3 … for each name."""
        count = self._turns["number " + name] = self._turns.get("number " + name, 0) + 1
        return count

    def uuid(self) -> str:
        """A random UUID from the season's own dice."""
        return str(UUID(int=self.dice.getrandbits(128), version=4))

    def digest(self) -> str:
        """The SHA-256 of a scan that nobody made."""
        return f"{self.dice.getrandbits(256):064x}"

    # calendar

    @property
    def ends_us(self) -> int:
        """The last instant of the season."""
        return self.post.ends_us

    def date_of(self, day: int) -> date:
        """The date of a day of the season; day 0 is its first."""
        return self.starts_on + timedelta(days=day)

    def moment_us(self, day: int, hour: float) -> int:
        """An instant of a day of the season, in Shanghai."""
        return day_start_us(self.date_of(day)) + int(hour * HOUR_US)

    def day_of(self, at_us: int) -> int:
        """The day of the season that holds an instant."""
        return (at_us - day_start_us(self.starts_on)) // DAY_US

    def after_us(self, at_us: int, least_days: int, most_days: int) -> int:
        """An instant in working hours, so many days later."""
        day = self.day_of(at_us) + self.dice.randint(least_days, most_days)
        return self.moment_us(day, 9) + self.dice.randint(0, 8 * 3600) * SECOND_US

    # desks

    def sheet(self, dealer: str, day: int) -> Desk:
        """The paper sheet of a dealer's day, typed up some days later."""
        desk = self._sheets.get((dealer, day))
        if desk is None:
            typed_us = self.moment_us(day + self.dice.randint(1, 9), self.dice.randint(9, 16))
            desk = Desk(f"/sheets/{dealer}", typed_us, by_day=True, batch_seconds=1800)
            self._sheets[dealer, day] = desk
        return desk

    def phone(self, dealer: str, day: int) -> Desk:
        """The phone of a dealer's staff that day: one in five is offline for days."""
        desk = self._phones.get((dealer, day))
        if desk is None:
            staff = int(dealer[1:]) * 2 - self.dice.randint(0, 1)
            online_us = 0
            if self.chance(0.2):
                online_us = self.moment_us(day + self.dice.randint(1, 4), 8)
            desk = Desk(f"/phones/staff-{staff:02d}", online_us, batch_seconds=60)
            self._phones[dealer, day] = desk
        return desk

    def system(self, dealer: str, day: int) -> Desk:
        """The dealer's own system, which hands over each night."""
        return Desk(f"/dealers/{dealer}/erp", self.moment_us(day + 1, 2), batch_seconds=3600)

    def any_desk(self, dealer: str, day: int) -> Desk:
        """Paper, phone or system, as the field has them."""
        draw = self.dice.random()
        if draw < 0.4:
            return self.sheet(dealer, day)
        return self.phone(dealer, day) if draw < 0.8 else self.system(dealer, day)

    def desk_for(self, person: Person, at_us: int) -> Desk:
        """Where the person's dealer writes at an instant."""
        day = self.day_of(at_us)
        return self.any_desk(person.territory.dealer_on(day), day)

    # sending

    def tell(
        self, person: Person, card: Card, desk: Desk, at_us: int, kind: str, data: Event
    ) -> Sent | None:
        """Send an event about a person's card; None after their death or erasure, after the
        season's end, and when the event would lie before the card was written."""
        if at_us >= person.until_us or at_us < card.registered_us:
            return None
        data = {"card_id": card.card_id} | data
        return self.post.send(desk, at_us, kind, f"card/{card.card_id}", data)

    def members_of(self, territory: Territory, at_us: int) -> list[Member]:
        """The active members of a territory's dealers at an instant."""
        dealers = [code for _, code in territory.dealers]
        return [
            member
            for member in self.members
            if member.dealer in dealers and member.active_at(at_us)
        ]
