"""Invented events around twenty dealers: consents and contracts that come, change and end."""

from datetime import date, timedelta
from random import Random
from typing import Any
from unittest import mock

from campaigns.times import DAY_US, parse_instant_us, rfc3339
from tests.worlds import CATEGORIES, FIRST_DAY, HOUR_US, START_US, Maker, Sent

DEALERS = tuple(f"D{number:02d}" for number in range(1, 21))
CARDS = tuple(f"c{number:02d}" for number in range(1, 13))
ACTIVITIES = tuple(f"a{number}" for number in range(1, 7))
DAYS = 12
"""So long things happen; they are received up to LATEST_DAYS later."""
LATEST_DAYS = 4
_PURPOSES = (*("share_with_dealer",) * 12, "health", "health", "archive")
_NAMES = ("单桂兰", "單 桂蘭", "仇建国")
_EVERYWHERE = ("110000", "310000")


class DealersMaker(Maker):
    """Makes one world of twenty dealers."""

    def send(self, type_name: str, subject: str, data: dict[str, Any], **how: Any) -> Sent:
        """As the base does it, on fewer days and received after fewer hours."""
        how["days"] = how.pop("spread", (0, DAYS))
        sent = super().send(type_name, subject, data, **how)
        late_us = self.pick(0, 0, 0, 1, 30, 24 * LATEST_DAYS) * HOUR_US
        sent.wire["receivedat"] = rfc3339(parse_instant_us(sent.wire["time"]) + late_us)
        return sent

    def day(self, *choices: int) -> str:
        """One of the days from the first on."""
        day: date = FIRST_DAY + timedelta(days=self.pick(*choices))
        return day.isoformat()

    def contract(self, name: str, dealer: str = "") -> None:
        dealer = dealer or self.pick(*DEALERS)
        data: dict[str, Any] = {
            "dealer": dealer,
            "contract_id": name,
            "name": "经销商",
            "regions": self.pick(*[_EVERYWHERE] * 5, ["110105"], ["310115", "110101"]),
            "kind": self.pick("sub", "sub", "sub", "exclusive"),
            "starts_on": self.day(-60, -60, -60, -60, 2, 6),
        }
        if self.once_in(4):
            data["ends_on"] = self.day(4, 8, 13, 200)
        self.headquarters("dealer.contracted", f"dealer/{dealer}", data, spread=(0, 3))

    def contracts(self) -> None:
        """Most dealers have one, some have a second one."""
        for number, dealer in enumerate(DEALERS):
            if not self.once_in(8):
                self.contract(f"x{number}", dealer)

    def contract_end(self) -> None:
        made = [sent.wire["data"] for sent in self.made if "contract_id" in sent.wire["data"]]
        ended = self.pick(*made)
        data = {
            "dealer": ended["dealer"],
            "contract_id": ended["contract_id"],
            "ends_on": self.day(3, 6, 9, 12, 30),
            "reason_code": "replaced",
        }
        self.headquarters("dealer.ended", f"dealer/{ended['dealer']}", data)

    def consent(self) -> None:
        name, purpose = self.pick(*CARDS), self.pick(*_PURPOSES)
        data: dict[str, Any] = {"card_id": name, "purpose": purpose}
        if purpose == "share_with_dealer":
            data["dealer"] = self.pick(*DEALERS)
        type_name = self.pick(*["given"] * 24, "refused", "withdrawn")
        if type_name == "given":
            data |= {"notice_version": "3", "method": "paper", "by": "self"}
            if self.once_in(2) and "dealer" in data:
                data["categories"] = self.random.sample(CATEGORIES, self.pick(1, 3, 5))
            if self.once_in(4):
                data["expires_on"] = self.day(5, 9, 12, 14, 300)
        elif self.once_in(12):
            data.pop("dealer", None)
        self.send(f"consent.{type_name}", f"card/{name}", data, by=self.pick("company", "staff"))

    def card(self, name: str) -> None:
        """Most are somebody of their own; a few share a name or a phone."""
        shared = self.once_in(4)
        data = {
            "card_id": name,
            "person": {"name": self.pick(*_NAMES), **self.some({"sex": "female"}, "sex")},
            "contact": {
                "phones": ["13912340001"] if shared else [],
                "address": f"建国路{CARDS.index(name)}号",
            },
            "health": self.health(),
            "region": self.pick("110105", "110101", "310115"),
            "source_kind": "activity",
            **self.some({"activity_id": self.pick(*ACTIVITIES)}, "activity_id"),
            **self.some({"dealer": self.pick(*DEALERS)}, "dealer"),
        }
        self.send("card.registered", f"card/{name}", data, spread=(0, 2))

    def withdrawal(self) -> None:
        """Somebody who agreed takes it back."""
        given = [
            sent.wire["data"]
            for sent in self.made
            if sent.type_name == "consent.given" and "dealer" in sent.wire["data"]
        ]
        if given:
            word = self.pick(*given)
            data = {name: word[name] for name in ("card_id", "purpose", "dealer")}
            self.send("consent.withdrawn", f"card/{word['card_id']}", data, by="company")

    def world(self, size: int) -> list[Sent]:
        for name in ACTIVITIES:
            self.activity(name)
        self.contracts()
        for name in CARDS:
            self.card(name)
        for _ in range(2 * size // 3):
            self.consent()
        often = [self.consent, self.consent, self.withdrawal, self.correction, self.care]
        seldom = [
            self.identity,
            self.contract_end,
            lambda: self.erasure() if self.once_in(3) else None,
            self.death,
            self.void,
            self.void,
            self.again,
            self.activity_event,
            lambda: self.contract(f"x{len(self.made)}"),
        ]
        while len(self.made) < size + 38:
            self.pick(*often * 3, *seldom)()
        return self.made


def make_dealers_world(seed: int, size: int = 110) -> list[Sent]:
    """The events of one world, in the order in which they are received."""
    with mock.patch.multiple(
        "tests.worlds", CARDS=CARDS, DEALERS=DEALERS, ACTIVITIES=ACTIVITIES, PURCHASES=()
    ):
        made = DealersMaker(Random(seed)).world(size)
    return sorted(made, key=lambda sent: (sent.received_us, sent.key))


AFTER_US = START_US + (DAYS + LATEST_DAYS + 1) * DAY_US
"""Everything has been received by then."""
