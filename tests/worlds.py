"""Random small worlds of events, so close together that they collide; every person is invented.

A world is made from a seed that Hypothesis draws. Few cards share few names, phones and numbers;
every type of event comes up, with day precision, equal times, references to what arrives late or
never, voids of everything, erasures, returns too many, payments for what is owed to nobody.
"""

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

import orjson
from hypothesis import strategies as st

from campaigns.catalogue import CATALOGUE, wire_name
from campaigns.ids import reward_id
from campaigns.intake import CLOCK_SOURCE, HEADQUARTERS, Credential
from campaigns.times import DAY_US, SECOND_US, day_start_us, parse_instant_us, rfc3339
from crm.identity.default_weights import SHIPPED
from crm.intake.row_rights import forbidden_by_row
from tests.profiles import examples
from tests.unit.crm.identity.naive_people import ID_NUMBERS, NAMES, PHONES

FEW = examples(1 / 5)
"""An example is a whole installation or two: there are fewer of them."""

HOUR_US = 3_600 * SECOND_US
FIRST_DAY = date(2026, 3, 2)
START_US = day_start_us(FIRST_DAY)
CLOCK_US = START_US + 75 * DAY_US + 10 * HOUR_US

CREDENTIALS = {
    "company": HEADQUARTERS,
    "anna": Credential("headquarters", actor="anna"),
    "bo": Credential("headquarters", actor="bo"),
    "staff": Credential("staff", actor="anna"),
    "dealer": Credential("dealer", actor="dealer-d1", dealer="D1"),
    "dealer2": Credential("dealer", actor="dealer-d2", dealer="D2"),
    "dealer3": Credential("dealer", actor="dealer-d3", dealer="D3"),
}
DEALERS_NAMES = ("dealer", "dealer2")
HEADQUARTERS_NAMES = ("company", "anna", "bo")
SOURCES = ("/sheets/s1", "/sheets/s2", "/phone/p1", "/hq")
CARDS = ("c1", "c2", "c3", "c4", "c5")
ACTIVITIES = ("a1", "a2", "a3")
MEMBERS = ("m1", "m2", "m3")
DEALERS = ("D1", "D2", "D3")
PURCHASES = ("p1", "p2", "p3", "p4")
POLICIES = ("q1", "q2")
REGIONS = ("110105", "110101", "110000", "310115", "310100")
PURPOSES = (*("share_with_dealer",) * 6, "health", "health", "archive", "marketing", "club")
CATEGORIES = ("identity", "contact", "health", "history", "purchases")


@dataclass(frozen=True)
class Sent:
    """An event as it is handed over, and the name of the credential that hands it over.

    by_row: as if the dealer had named a row that the door led to this card.
    evidenced: as if the evidence had lain in the store by then.
    """

    wire: dict[str, Any]
    by: str
    by_row: bool = False
    evidenced: bool = False

    @property
    def line(self) -> bytes:
        return orjson.dumps(self.wire)

    @property
    def key(self) -> tuple[str, str]:
        return self.wire["source"], self.wire["id"]

    @property
    def type_name(self) -> str:
        name: str = self.wire["type"]
        return name.removeprefix("jinxi.").removesuffix(".v1")

    @property
    def starts_us(self) -> int:
        at_us = parse_instant_us(self.wire["time"])
        if self.wire.get("timeprecision") == "day":
            at_us -= (at_us - START_US) % DAY_US
        return at_us

    @property
    def received_us(self) -> int:
        return parse_instant_us(self.wire["receivedat"])


def may_say(by: str, type_name: str, data: dict[str, Any]) -> bool:
    """Whether the door lets this credential say it."""
    credential = CREDENTIALS[by]
    if credential.role == "headquarters":
        return type_name != "copy.acknowledged"
    is_open = not CATALOGUE[type_name].headquarters_only
    if credential.dealer is None:
        return is_open and type_name != "copy.acknowledged"
    return is_open and data.get("dealer") in (None, credential.dealer)


@dataclass
class Maker:
    """Makes the events of one world."""

    random: Random
    with_erasures: bool = True
    names: tuple[str, ...] = tuple(NAMES)
    sexes: tuple[str, ...] = ("male", "female", "female")
    id_numbers: tuple[str, ...] = tuple(ID_NUMBERS)
    addresses: tuple[str, ...] = ("建国路一号",)
    made: list[Sent] = field(default_factory=list)

    def pick(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def once_in(self, times: int) -> bool:
        return self.random.randrange(times) == 0

    def some(self, values: dict[str, Any], *names: str) -> dict[str, Any]:
        """Only those of the named fields that the dice keep."""
        return {name: values[name] for name in names if self.once_in(2)}

    def send(
        self,
        type_name: str,
        subject: str,
        data: dict[str, Any],
        *,
        days: tuple[int, int] = (0, 30),
        by: str | None = None,
        source: str | None = None,
    ) -> Sent:
        """One more event, at a time close to others, received at once or much later."""
        at_us = START_US + self.random.randint(*days) * DAY_US
        hour = self.pick(0, 9, 9, 15, 23)
        by_day = self.once_in(3)
        received_us = at_us + hour * HOUR_US + self.pick(0, 1, 30, 8 * 24, 12 * 24) * HOUR_US
        wire: dict[str, Any] = {
            "specversion": "1.0",
            "id": f"e{len(self.made):03d}",
            "source": source or self.pick(*SOURCES),
            "type": wire_name(type_name),
            "time": rfc3339(at_us + hour * HOUR_US),
            "subject": subject,
            "data": data,
            "receivedat": rfc3339(received_us),
        }
        if by_day:
            wire["timeprecision"] = "day"
        if self.once_in(4):
            wire["sequence"] = self.pick(-1, 1, 2)
        if by is None:
            by = self.pick(*["company"] * 5, "anna", "staff", "staff", "dealer", "dealer2")
            by = by if may_say(by, type_name, data) else "staff"
        sent = self.with_right(wire, by, type_name)
        self.made.append(sent)
        return sent

    def with_right(self, wire: dict[str, Any], by: str, type_name: str) -> Sent:
        """Of a dealer's words some come by a row, and some consents with their evidence."""
        if CREDENTIALS[by].dealer is None:
            return Sent(wire, by)
        named = wire["data"].get("evidence_sha256") is not None
        by_row = wire["subject"].startswith("card/") and not self.once_in(3)
        if forbidden_by_row(type_name, wire["data"], CATEGORIES) is not None:
            by_row = False
        return Sent(wire, by, by_row, named and not self.once_in(4))

    def headquarters(self, type_name: str, subject: str, data: dict[str, Any], **how: Any) -> Sent:
        return self.send(type_name, subject, data, by=self.pick(*HEADQUARTERS_NAMES), **how)

    # What shapes the surroundings

    def activity(self, name: str) -> None:
        data = {
            "activity_id": name,
            "programme": self.pick("golden", "silver"),
            "kind": self.pick("health_lecture", "device_trial", "promotion", "free_clinic"),
            "title": "讲座",
            "region": self.pick(*REGIONS),
            "dealer": self.pick(*DEALERS[:2]),
            "starts_at": "2026-03-09T09:00:00+08:00",
            **self.some({"filing_no": "京备1", "cost_fen": 9_900}, "filing_no", "cost_fen"),
            **self.some({"materials": [{"item": "易拉宝", "quantity": 2}]}, "materials"),
        }
        self.send("activity.planned", f"activity/{name}", data)

    def activity_event(self) -> None:
        name = self.pick(*ACTIVITIES)
        type_name, more = self.pick(
            ("activity.changed", {"kind": self.pick("free_clinic", "promotion")}),
            ("activity.changed", {"filing_no": self.pick(None, "京备2")}),
            ("activity.changed", {"materials": self.pick(None, [{"item": "礼品", "quantity": 9}])}),
            ("activity.changed", {"dealer": self.pick(*DEALERS[:2]), "region": "110101"}),
            ("activity.held", {"reached": 40, "cards_handed_out": 12}),
            ("activity.held", {"reached": 7, "cards_handed_out": 0}),
            ("activity.cancelled", {"reason_code": "weather"}),
        )
        self.send(type_name, f"activity/{name}", {"activity_id": name, **more})

    def contract(self, name: str) -> None:
        dealer = self.pick("D1", "D1", "D2", "D3")
        starts = self.pick("2026-01-01", "2026-03-05", "2026-03-20")
        data: dict[str, Any] = {
            "dealer": dealer,
            "contract_id": name,
            "name": "经销商",
            "regions": self.random.sample(REGIONS, self.pick(1, 2)),
            "kind": self.pick("exclusive", "exclusive", "province_buyout", "sub"),
            "starts_on": starts,
        }
        if name == "x1" and self.once_in(2):
            data |= {"regions": ["110000"], "starts_on": "2026-01-01", "kind": "exclusive"}
        if self.once_in(3):
            data["ends_on"] = self.pick("2026-03-20", "2026-04-10", "2026-05-17")
        if self.once_in(4):
            data["private"] = {"contact": "李经理"}
        self.headquarters("dealer.contracted", f"dealer/{dealer}", data)

    def contract_end(self) -> None:
        dealer = self.pick(*DEALERS)
        if self.once_in(4):
            data = {"dealer": dealer, "up_to": 1, "digest": "0" * 64}
            by = {"D1": "dealer", "D2": "dealer2", "D3": "dealer3"}[dealer]
            self.send("copy.acknowledged", f"dealer/{dealer}", data, by=by)
            return
        contract = self.pick("x1", "x2", "x3")
        known = [s for s in self.made if s.wire["data"].get("contract_id") == contract]
        if known and not self.once_in(6):
            dealer = known[0].wire["data"]["dealer"]
        data = {
            "dealer": dealer,
            "contract_id": contract,
            "ends_on": self.pick("2026-02-01", "2026-03-19", "2026-04-20", "2026-05-16"),
            "reason_code": "replaced",
        }
        self.headquarters("dealer.ended", f"dealer/{dealer}", data)

    def policy(self, name: str) -> None:
        rules = [self.rule() for _ in range(self.pick(1, 2, 3))]
        data = {
            "policy": name,
            "effective_from": self.pick("2026-03-01", "2026-03-10", "2026-04-01"),
            "rules": rules,
        }
        self.headquarters("reward_policy.published", f"policy/{name}", data)

    def weights(self, name: str) -> None:
        """The shipped levels with thresholds of all sorts, or none: the rule alone."""
        rows = [(t, n, w) for t, of in SHIPPED.of.items() for n, w in of.items()]
        rows = [] if self.once_in(6) else rows
        link = self.pick(600, 1_200, 2_300)
        data = {
            "version": name,
            "link_centibits": link,
            "ask_centibits": self.pick(link, link - 500),
            "levels": [{"thing": t, "level": n, "centibits": w} for t, n, w in rows],
        }
        self.headquarters("matching.published", f"matching/{name}", data)

    def rule(self) -> dict[str, Any]:
        caps = {"cap_fen_month": self.pick(1_500, 2_500), "cap_fen_year": self.pick(2_000, 4_000)}
        return {
            "member_kind": self.pick("doctor", "clerk", "consumer"),
            "mode": self.pick("ALLOWED", "ALLOWED", "HOLD_FOR_REVIEW", "NON_CASH", "TRACK_ONLY"),
            "basis": self.pick("per_unit", "percent", "per_purchase"),
            "amount_fen": self.pick(1_000, 1_999),
            "percent_bp": self.pick(100, 333),
            "window_days": self.pick(0, 5, 90),
            "which": self.pick("last", "last", "first"),
            "hold_days": self.pick(0, 3, 30),
            "training_required": self.once_in(4),
            **self.some(caps, "cap_fen_month", "cap_fen_year"),
        }

    # Members

    def member(self, name: str) -> None:
        data: dict[str, Any] = {
            "member": name,
            "kind": self.pick("doctor", "clerk", "clerk", "consumer"),
            "dealer": self.pick(*DEALERS[:2]),
            "person": {"name": "赵药师"},
            "contact": {"phones": [self.pick("13912340001", "13699990000", "13699990001")]},
        }
        if self.once_in(3):
            data["card_id"] = self.pick(*CARDS[:3])
        if self.once_in(3):
            data["institution_kind"] = "pharmacy"
        self.send("member.enrolled", f"member/{name}", data, days=self.pick((0, 0), (0, 8)))
        if self.once_in(2):
            trained = {"member": name, "course": "basic", "passed": True}
            self.send("member.trained", f"member/{name}", trained, days=(0, 5))

    def member_event(self) -> None:
        name = self.pick(*MEMBERS)
        card = self.pick(None, *CARDS)
        type_name, more = self.pick(
            ("member.changed", {"kind": self.pick("clerk", "consumer")}),
            ("member.changed", {"card_id": card}),
            ("member.changed", {"contact": {"phones": [self.pick("13912340002", "1361")]}}),
            ("member.trained", {"course": "basic", "passed": not self.once_in(5)}),
            ("member.trained", {"course": "basic", "passed": True, "score": 88.5}),
            ("member.left", {"reason_code": "moved"}),
            (
                "value.transferred",
                {
                    "item": "book",
                    "value_fen": 3_000,
                    "form": "book",
                    **self.some({"activity_id": self.pick(*ACTIVITIES)}, "activity_id"),
                },
            ),
        )
        self.send(type_name, f"member/{name}", {"member": name, **more}, days=(0, 15))

    # People

    def person(self) -> dict[str, Any]:
        dates = ("1949-12-31", "1949-05-01", "1953-01-01")
        values: dict[str, Any] = {
            "sex": self.pick(*self.sexes),
            "birth_date": self.pick(*dates),
            "id_number": self.pick(*self.id_numbers),
        }
        names = ("单桂兰", "單 桂蘭", "仇建国")
        found = {"name": self.pick(*names, *names, *self.names), **self.some(values, *values)}
        if "birth_date" not in found and self.once_in(2):
            found["birth_year"] = self.pick(1949, 1950, 1953)
        return found

    def contact(self) -> dict[str, Any]:
        often = ("13912340001", "+86 139-1234-0001", "13912340002")
        phones = list({self.pick(*often, *often, *PHONES) for _ in range(self.pick(0, 1, 1, 2))})
        phones.sort()
        return {"phones": phones, **self.some({"address": self.address()}, "address")}

    def address(self) -> str:
        return self.addresses[0] if len(self.addresses) == 1 else self.pick(*self.addresses)

    def health(self) -> dict[str, Any]:
        return {
            "conditions": self.random.sample(["健忘", "失眠"], self.pick(0, 1, 2)),
            **self.some({"medicines": ["阿司匹林"], "devices": []}, "medicines", "devices"),
        }

    def card(self, name: str) -> None:
        values: dict[str, Any] = {
            "contact": self.contact(),
            "health": self.health(),
            "region": self.pick(*REGIONS),
            "activity_id": self.pick(*ACTIVITIES),
            "dealer": self.pick("D1", "D1", "D2"),
            "private": {"note": "耳背"},
        }
        if self.once_in(2):
            del values["activity_id"]
        data = {
            "card_id": name,
            "person": self.person(),
            "source_kind": "activity",
            "contact": self.contact(),
            **self.some(values, *values),
        }
        self.send("card.registered", f"card/{name}", data)

    def correction(self) -> None:
        name = self.pick(*CARDS)
        patch: dict[str, Any] = {
            "person": self.some({**self.person(), "sex": self.pick(None, "male")}, "name", "sex"),
            "contact": self.pick(None, {"phones": None}, self.contact()),
            "health": self.pick(None, {"conditions": ["头晕"]}, {"medicines": None}),
            "private": {"note": None},
            "region": self.pick(None, *REGIONS),
        }
        names = self.random.sample(sorted(patch), self.pick(1, 2))
        data = {"card_id": name, **{name: patch[name] for name in names}}
        self.send("card.corrected", f"card/{name}", data)

    def identity(self) -> None:
        one, other = self.random.sample(CARDS, 2)
        type_name = self.pick("identity.same", "identity.same", "identity.different", "undecided")
        data: dict[str, Any] = {"card_id": one, "other_card_id": other}
        if type_name == "undecided":
            self.headquarters("identity.undecided", f"card/{one}", data)
        elif self.once_in(6):
            self.send("relation.stated", f"card/{one}", {**data, "relation": "spouse"})
        else:
            self.headquarters(type_name, f"card/{one}", {**data, "reason_code": "asked"})

    def erasure(self) -> None:
        if not self.with_erasures:
            return
        name = self.pick(*CARDS)
        data = {"card_id": name, "reason_code": "request"}
        self.headquarters("card.erased", f"card/{name}", data, days=(0, 40))

    def death(self) -> None:
        name = self.pick(*CARDS)
        data = {"card_id": name, **self.some({"on": "2026-03-20"}, "on")}
        self.send("person.deceased", f"card/{name}", data)

    def consent(self) -> None:
        name, purpose = self.pick(*CARDS), self.pick(*PURPOSES)
        data: dict[str, Any] = {"card_id": name, "purpose": purpose}
        if purpose == "share_with_dealer":
            data["dealer"] = self.pick("D1", "D1", "D2")
        type_name = self.pick(*["given"] * 6, "refused", "withdrawn")
        if type_name == "given":
            values = {
                "categories": self.random.sample(CATEGORIES, self.pick(0, 3, 5)),
                "expires_on": self.pick("2026-03-12", "2026-04-15", "2026-05-16", "2026-12-31"),
            }
            data |= {"notice_version": "3", "method": "paper", "by": "self"}
            data |= self.some(values, "categories", *(["expires_on"] if self.once_in(2) else []))
            if self.once_in(8):
                data["activity_id"] = self.pick(*ACTIVITIES)
            if not self.once_in(3):
                data["evidence_sha256"] = "e" * 64
        elif self.once_in(3):
            data.pop("dealer", None)
        by = self.pick("company", *DEALERS_NAMES)
        if not may_say(by, f"consent.{type_name}", data):
            by = None
        self.send(f"consent.{type_name}", f"card/{name}", data, by=by)

    def care(self) -> None:
        name, activity = self.pick(*CARDS), self.pick(*ACTIVITIES)
        at_activity = self.some({"activity_id": activity}, "activity_id")
        type_name, more = self.pick(
            ("activity.attended", {"activity_id": activity}),
            ("activity.attended", {"activity_id": activity}),
            ("clinic.consulted", {"health": {"systolic_mmhg": 150}, **at_activity}),
            ("clinic.consulted", {"health": {}, **at_activity}),
            ("trial.started", {"trial_id": self.pick("t1", "t2"), "sku": "four", **at_activity}),
            ("trial.ended", {"trial_id": self.pick("t1", "t2"), "outcome": "satisfied"}),
            ("gift.given", {"item": "book", "value_fen": 3_000, **at_activity}),
            ("club.joined", {"club": "夕阳红"}),
            ("club.left", {"club": "夕阳红"}),
            ("follow_up.done", {"channel": "phone", "outcome": self.pick("reached", "refused")}),
            ("complaint.raised", {"complaint_id": "k1", "kind": "product", "private": {}}),
            ("complaint.resolved", {"complaint_id": "k1", "private": {"text": "好"}}),
        )
        self.send(type_name, f"card/{name}", {"card_id": name, **more})

    # Sales

    def purchase(self, name: str) -> None:
        card = self.pick(*CARDS)
        data: dict[str, Any] = {
            "purchase_id": name,
            "card_id": card,
            "sku": "four-box",
            "quantity": self.pick(1, 2, 3),
            "unit_price_fen": self.pick(0, 69_300),
            "channel": "dealer",
        }
        values: dict[str, Any] = {
            "activity_id": self.pick(*ACTIVITIES),
            "region": self.pick(*REGIONS),
            "serials": ["SN2", "SN1", "SN1"],
            "buyer": {"relation": "child"},
            "private": {"buyer_name": "王小明", "buyer_phone": "13700001111"},
        }
        self.send(
            "purchase.made", f"card/{card}", {**data, **self.some(values, *values)}, days=(5, 30)
        )

    def returned(self) -> None:
        purchase = self.pick(*PURCHASES)
        card = self.card_of(purchase)
        data = {
            "return_id": self.pick("r1", "r2", "r3", f"r{len(self.made)}"),
            "purchase_id": purchase,
            "card_id": card,
            "quantity": self.pick(1, 1, 2, 3),
            "reason_code": "no_effect",
        }
        self.send("purchase.returned", f"card/{card}", data, days=(5, 50))

    def card_of(self, purchase: str) -> str:
        """Mostly the card that the purchase is on."""
        cards = [
            s.wire["data"]["card_id"]
            for s in self.made
            if s.type_name == "purchase.made" and s.wire["data"]["purchase_id"] == purchase
        ]
        found: str = self.pick(*CARDS) if not cards or self.once_in(8) else self.pick(*cards)
        return found

    def referral(self) -> None:
        name = self.pick(*CARDS)
        bought = [s.wire["data"]["card_id"] for s in self.made if s.type_name == "purchase.made"]
        if bought and not self.once_in(4):
            name = self.pick(*bought)
        data = {
            "referral_id": self.pick("f1", "f2", f"f{len(self.made)}"),
            "card_id": name,
            "member": self.pick(*MEMBERS),
            "patient_agreed": not self.once_in(8),
        }
        self.send("referral.made", f"card/{name}", data, days=self.pick((2, 10), (2, 26)))

    def verdict(self) -> None:
        purchase = self.pick(*PURCHASES)
        referred = [s.wire["data"]["member"] for s in self.made if s.type_name == "referral.made"]
        subject = f"card/{self.card_of(purchase)}"
        on_card = [
            s.wire["data"]["member"]
            for s in self.made
            if s.type_name == "referral.made" and s.wire["subject"] == subject
        ]
        likely = on_card * 8 + referred or MEMBERS
        member = self.pick(*MEMBERS) if self.once_in(6) else self.pick(*likely)
        policies = [s.wire["data"]["policy"] for s in self.made if "policy" in s.wire["data"]]
        policy = self.pick("unheard", *["default", "default", *policies] * 8)
        name = reward_id(purchase, self.pick(*[member] * 12, *MEMBERS), policy)
        type_name = self.pick("approved", "approved", "rejected", "paid", "paid", "paid")
        data: dict[str, Any] = {
            "reward_id": name,
            "purchase_id": self.pick(*[purchase] * 12, *PURCHASES),
            "member": member,
            "amount_fen": self.pick(500, 1_000, 1_999, 2_000, 4_000),
        }
        if type_name == "paid":
            data["reference"] = "bank-1"
        self.headquarters(f"reward.{type_name}", f"reward/{name}", data, days=(6, 60))

    def earned(self) -> None:
        """A referral of somebody who bought, then an approval and a payment of the reward."""
        bought = [sent.wire["data"] for sent in self.made if sent.type_name == "purchase.made"]
        if not bought:
            return
        purchase = self.pick(*bought)
        card, member = purchase["card_id"], self.pick(*MEMBERS)
        referral = {
            "referral_id": f"f{len(self.made)}",
            "card_id": card,
            "member": member,
            "patient_agreed": True,
        }
        self.send("referral.made", f"card/{card}", referral, days=(3, 6))
        name = reward_id(purchase["purchase_id"], member, "default")
        data: dict[str, Any] = {
            "reward_id": name,
            "purchase_id": purchase["purchase_id"],
            "member": member,
            "amount_fen": self.pick(1_000, 2_000, 4_000),
        }
        if not self.once_in(3):
            self.headquarters("reward.approved", f"reward/{name}", data, days=(20, 50))
        if self.once_in(2):
            paid = {**data, "reference": "bank-2"}
            self.headquarters("reward.paid", f"reward/{name}", paid, days=(30, 60))

    # Taking back, and saying twice

    def void(self) -> None:
        target = self.pick(*self.made)
        subject = target.wire["subject"]
        of_source, of_id = target.key
        if self.once_in(10):
            of_id = "never-sent"
        elif self.once_in(30):
            of_source, of_id, subject = CLOCK_SOURCE, "2026-03-20", "day/2026-03-20"
        elif self.once_in(12):
            subject = self.pick(*self.made).wire["subject"]
        data = {"of_source": of_source, "of_id": of_id, "reason_code": "typed_wrong"}
        source = target.wire["source"] if self.once_in(2) else None
        self.send("event.voided", subject, data, source=source, days=(0, 60))

    def again(self) -> None:
        """The same thing brought into being once more, with the same or another content."""
        target = self.pick(*self.made)
        wire = {**target.wire, "id": f"e{len(self.made):03d}"}
        if self.once_in(3):
            wire["source"] = self.pick(*SOURCES)
        if self.once_in(3) and "private" not in wire["data"]:
            wire["time"] = rfc3339(target.starts_us)
        by = self.pick(target.by, target.by, "staff", *DEALERS_NAMES)
        by = by if may_say(by, target.type_name, wire["data"]) else target.by
        if self.once_in(3):
            wire["receivedat"] = rfc3339(target.received_us + self.pick(1, 48) * HOUR_US)
        self.made.append(self.with_right(wire, by, target.type_name))

    def world(self, size: int) -> list[Sent]:
        """Most things are brought into being, then anything happens."""
        for names, make in (
            (ACTIVITIES, self.activity),
            (CARDS, self.card),
            (MEMBERS, self.member),
            (PURCHASES, self.purchase),
            (("x1", "x2", "x3"), self.contract),
        ):
            for name in names:
                if not self.once_in(12):
                    make(name)
        for name in POLICIES:
            if self.once_in(3):
                self.policy(name)
        usual = [self.consent, self.care, self.referral, self.verdict, self.returned]
        rarely = [self.correction, self.identity, self.member_event, self.activity_event]
        seldom = [
            self.earned,
            self.earned,
            self.erasure,
            self.death,
            self.void,
            self.void,
            self.again,
            self.contract_end,
        ]
        while len(self.made) < size:
            self.pick(*usual * 4, *rarely * 2, *seldom)()
        return self.made

    def weighed_world(self, size: int) -> list[Sent]:
        """One in which weights are published, or taken back, while people are written down."""
        self.names = ("单桂南", "单兰桂", "单桂□", "单奶奶", "单桂英", "李单桂兰") * 2
        self.sexes, self.id_numbers = ("female",), ("110105491231002", "11010519491231003X")
        self.addresses = ("建国路1号", "建国路1号2单元", "和平路7号")
        makers = {"a": self.activity, "w": self.weights, "c": self.card}
        for name in (*ACTIVITIES, "w1", "w2", *CARDS, "w3"):
            if not self.once_in(12):
                makers[name[0]](name)
        often = [self.consent, self.correction, self.correction, self.referral, self.purchased]
        seldom = [self.returned, self.earned, self.void, self.care]
        rarely = [self.identity, self.erasure]
        while len(self.made) < size:
            self.pick(*often * 8, *seldom * 4, *rarely)()
        return self.made

    def purchased(self) -> None:
        """A purchase that may be made already."""
        self.purchase(self.pick(*PURCHASES))

    def shared_world(self, size: int) -> list[Sent]:
        """Two dealers have contracts; people consent, move, are linked, object, are gone."""
        for name, dealer in (("x1", "D1"), ("x2", "D2")):
            data: dict[str, Any] = {"dealer": dealer, "contract_id": name, "name": "经销商"}
            data |= {"kind": "sub", "regions": ["110000", "310000"], "starts_on": "2026-01-01"}
            self.headquarters("dealer.contracted", f"dealer/{dealer}", data, days=(0, 0))
        for name in ACTIVITIES:
            self.activity(name)
        for name in CARDS:
            self.card(name)
            for dealer in ("D1", "D2"):
                self.agreement(name, "share_with_dealer", dealer=dealer, categories=[*CATEGORIES])
            self.agreement(name, "health")
        often = [self.consent, self.correction, self.care]
        seldom = [self.identity, self.erasure, self.death, self.void, self.void, self.contract_end]
        while len(self.made) < size:
            self.pick(*often * 4, *seldom)()
        return self.made

    def agreement(self, name: str, purpose: str, **more: Any) -> None:
        """A consent on paper from the first days."""
        data = {"card_id": name, "purpose": purpose, "notice_version": "3", "by": "self", **more}
        self.send("consent.given", f"card/{name}", {**data, "method": "paper"}, days=(0, 3))


def make_world(seed: int, size: int = 60, *, with_erasures: bool = True) -> list[Sent]:
    """The events of one world, as they were made."""
    return Maker(Random(seed), with_erasures).world(size)


def worlds(size: int = 60, *, with_erasures: bool = True) -> st.SearchStrategy[list[Sent]]:
    """Random worlds."""
    seeds = st.integers(0, 2**48)
    return seeds.map(lambda seed: make_world(seed, size, with_erasures=with_erasures))


def weighed_worlds(size: int = 70) -> st.SearchStrategy[list[Sent]]:
    """Random worlds in which weights say who is who."""
    return st.integers(0, 2**48).map(lambda seed: Maker(Random(seed)).weighed_world(size))


def shared_worlds(size: int = 70) -> st.SearchStrategy[list[Sent]]:
    """Random worlds in which much changes in the dealers' copies."""
    return st.integers(0, 2**48).map(lambda seed: Maker(Random(seed)).shared_world(size))
