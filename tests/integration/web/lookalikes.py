"""Two sites on which a dealer has the same, and in one of which others know its people as well."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest import mock

import orjson
from sqlalchemy import select

from campaigns.intake import Credential
from campaigns.times import DAY_US, rfc3339
from crm.clock import now_us
from crm.copies.tables import COPY_ROW
from crm.journal.events import JOURNAL
from crm.storage.database import reading
from tests.integration.feed.dealers import Company, contract, event
from tests.integration.web.reward_sites import member, sale, signed_in
from tests.integration.web.sites import RunningSite, activity_today, running

CATEGORIES = ["identity", "contact", "history", "health", "purchases"]
NAME, PHONE = "欧阳桂兰", "13912340001"
TAKEN_BACK = "22222222-2222-4222-8222-222222222222"
OWN_FORM = "11111111-1111-4111-8111-111111111111"


@dataclass
class Lookalike:
    """A site; key: of the dealer's row. now_us: the same on both. chief: the name of an account of
    headquarters; whose it is no dealer is told, so it may differ."""

    site: RunningSite
    now_us: int
    chief: str
    company: Company = field(init=False)
    headquarters: Credential = field(init=False)
    key: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self.site.site, "now_us", lambda: self.now_us)
        self.company = Company(self.site)
        self.site.user("shop1", "dealer", "D1")
        self.site.user("hall1", "dealer_staff", "D1")
        self.headquarters = Credential(
            "headquarters", actor=self.site.user(self.chief, "headquarters")
        )

    def say(self, type_name: str, name: str, days_ago: int = 4, **data: Any) -> None:
        """An event of headquarters about a card."""
        at = rfc3339(self.now_us - days_ago * DAY_US)
        card = {"card_id": name, **data}
        self.company.accept(event(type_name, f"card/{name}", card, time=at))

    def agree(self, name: str, *purposes: str, dealer: str) -> None:
        """Consents of everything that a copy may hold."""
        common: dict[str, Any] = {"notice_version": "1", "method": "paper", "by": "self"}
        for purpose in purposes:
            self.say("consent.given", name, purpose=purpose, **common)
        shares: dict[str, Any] = {
            "purpose": "share_with_dealer",
            "dealer": dealer,
            "categories": CATEGORIES,
        }
        self.say("consent.given", name, **shares, **common)

    def buy(self, name: str, purchase_id: str, dealer: str, **more: Any) -> None:
        """Two of them."""
        bought: dict[str, Any] = {
            "sku": "JX-B4",
            "quantity": 2,
            "unit_price_fen": 69_300,
            "channel": "dealer",
        }
        self.say("purchase.made", name, purchase_id=purchase_id, **bought, dealer=dealer, **more)

    def hold(self, activity_id: str, title: str, dealer: str, region: str) -> None:
        """An activity of today."""
        held = activity_today(activity_id)
        held["data"] |= {"dealer": dealer, "region": region, "title": title}
        self.company.accept(held)

    def own(self) -> None:
        """What the dealer has on both."""
        self.company.accept(contract("D1"))
        self.hold("A-one", "一家的活动", "D1", "110105")
        written: dict[str, Any] = {
            "person": {"name": NAME},
            "contact": {"phones": [PHONE]},
            "region": "110105",
        }
        self.say("card.registered", "c-one", source_kind="walk_in", **written)
        self.agree("c-one", "health", "archive", dealer="D1")
        self.say("trial.started", "c-one", trial_id="t-one", sku="JX-B4")
        self.say("activity.attended", "c-one", 0, activity_id="A-one")
        self.buy("c-one", "B-one", "D1")
        self.company.accept(*member("M-one"), *sale(1, "M-one"))
        self.company.work()

    def of_others(self) -> None:
        """What the company and a second dealer know of the same person, and of strangers."""
        self.company.accept(contract("D2", "310000", name="第二家"))
        self.hold("A-two", "两家的活动", "D2", "310115")
        more: dict[str, Any] = {
            "person": {"name": NAME, "birth_year": 1944},
            "private": {"note": "秘密的话"},
        }
        phones: dict[str, Any] = {"contact": {"phones": [PHONE, "13912349999"]}, "region": "310115"}
        self.say("card.registered", "x-more", 3, source_kind="walk_in", **more, **phones)
        self.agree("x-more", "health", "club", dealer="D2")
        self.say("trial.started", "x-more", trial_id="t-more", sku="JX-B4")
        for activity_id in ("A-one", "A-two"):
            self.say("activity.attended", "x-more", 0, activity_id=activity_id)
        self.buy("x-more", "B-more", "D2", region="310115")
        self.say("club.joined", "x-more", club="夕阳红")
        measured: dict[str, Any] = {"systolic_mmhg": 150}
        self.say("clinic.consulted", "x-more", activity_id="A-one", health=measured)
        told: dict[str, Any] = {"private": {"text": "秘密的话"}}
        self.say("complaint.raised", "x-more", complaint_id="k-more", kind="privacy", **told)
        self.say("relation.stated", "x-more", other_card_id="x-home", relation="friend")
        self.company.accept(*member("M-two", dealer="D2"), *sale(2, "M-two"))
        self.say("referral.made", "x-more", referral_id="r-2", member="M-two", patient_agreed=True)
        for outcome in ("reached", "refused"):
            self.say("follow_up.done", "x-more", 0, channel="phone", outcome=outcome)
        home: dict[str, Any] = {"person": {"name": "慕容家人"}, "contact": {"phones": [PHONE]}}
        self.say("card.registered", "x-home", source_kind="hotline", **home)
        at_ours: dict[str, Any] = {"activity_id": "A-one"}
        stranger: dict[str, Any] = {"person": {"name": "慕容生人"}, "source_kind": "activity"}
        self.say("card.registered", "x-str", **stranger, **at_ours)
        self.say("activity.attended", "x-str", 0, **at_ours)
        self.buy("x-str", "B-str", "D1", **at_ours)
        self.company.work()

    def feed(self) -> set[str]:
        """What the dealer's system is told: the last word on each row, without its number."""
        self.company.work()
        lines = self.company.dealer("D1").lines(after=0, limit=5_000)[:-1]
        told = ({k: v for k, v in each.items() if k != "sequence"} for each in lines)
        return {orjson.dumps(each, option=orjson.OPT_SORT_KEYS).decode() for each in told}

    def more_of_others(self, random: Random) -> None:
        """One word more that the company or the second dealer says of the same person."""
        number = random.getrandbits(40)
        words: tuple[tuple[str, dict[str, Any]], ...] = (
            ("club.left", {"club": "夕阳红"}),
            ("trial.started", {"trial_id": f"t-{number}", "sku": "JX-B4"}),
            ("trial.ended", {"trial_id": "t-more", "outcome": "unsatisfied"}),
            ("follow_up.done", {"channel": "phone", "outcome": "refused"}),
            ("follow_up.done", {"channel": "visit", "outcome": "reached"}),
            ("consent.withdrawn", {"purpose": "share_with_dealer", "dealer": "D2"}),
            ("consent.refused", {"purpose": "health"}),
            ("card.corrected", {"region": random.choice(["110105", "310115"])}),
            ("card.corrected", {"person": {"birth_year": random.choice([1944, 1950, None])}}),
            ("card.corrected", {"contact": {"phones": [PHONE, f"136{number % 10**8:08d}"]}}),
            ("card.corrected", {"person": {"sex": random.choice(["male", "female", None])}}),
            ("activity.attended", {"activity_id": "A-one"}),
            ("gift.given", {"item": "book", "value_fen": 100, "activity_id": "A-one"}),
            ("complaint.raised", {"complaint_id": f"k-{number}", "kind": "service"}),
            (
                "referral.made",
                {"referral_id": f"r-{number}", "member": "M-two", "patient_agreed": True},
            ),
        )
        type_name, data = random.choice(words)
        self.say(type_name, random.choice(["x-more", "x-more", "x-str", "C2"]), 0, **data)

    def of_headquarters(self) -> None:
        """Somebody there changes what is the dealer's, and takes back what its people wrote."""
        with reading(self.site.site.engine) as connection:
            query = select(JOURNAL.c.source, JOURNAL.c.id, JOURNAL.c.subject)
            query = query.where(JOURNAL.c.id.startswith(TAKEN_BACK))
            wrong = connection.execute(query.order_by(JOURNAL.c.position.desc())).all()[0]
        of = {"of_source": wrong.source, "of_id": wrong.id, "reason_code": "typed_wrong"}
        course = {"member": "M-one", "course": "产品知识", "passed": True}
        said = [
            event("activity.changed", "activity/A-one", {"activity_id": "A-one", "venue": "礼堂"}),
            event("member.trained", "member/M-one", course),
            event("event.voided", wrong.subject, of),
        ]
        receipts = self.site.site.intake.accept(
            [orjson.dumps(each) for each in said], self.headquarters
        )
        assert {each.status for each in receipts} == {"accepted"}, receipts

    def by_machine(self) -> None:
        """What the dealer's system sent, one word of it of a card that nobody has."""
        by = Credential("dealer", actor="t-d1", dealer="D1", sources=("/dealers/D1",))
        card: dict[str, Any] = {"card_id": "c-nobody", "club": "夕阳红"}
        said = event("club.joined", "card/c-nobody", card, id="m1", source="/dealers/D1")
        (receipt,) = self.site.site.intake.accept([orjson.dumps(said)], by)
        assert receipt.status == "accepted"

    def tried(self) -> None:
        """What the second dealer says of the first one's things; none of it counts."""
        actor = self.site.user("hall2", "dealer_staff", "D2")
        by = Credential("dealer", actor=actor, dealer="D2")
        here, code = {"activity_id": "A-one"}, {"member": "M-one"}
        card: dict[str, Any] = {"card_id": "c-one"}
        plan = activity_today("A-one")["data"] | {"dealer": "D2", "title": "两家的活动"}
        words: tuple[tuple[str, str, dict[str, Any]], ...] = (
            ("activity.planned", "activity/A-one", plan),
            ("activity.changed", "activity/A-one", {**here, "title": "两家的活动"}),
            ("activity.held", "activity/A-one", {**here, "reached": 9, "cards_handed_out": 9}),
            ("activity.cancelled", "activity/A-one", {**here, "reason_code": "weather"}),
            ("member.changed", "member/M-one", {**code, "institution": "两家的活动"}),
            ("member.left", "member/M-one", code),
            ("club.joined", "card/c-one", {**card, "club": "夕阳红"}),
            ("card.corrected", "card/c-one", {**card, "person": {"name": "慕容"}}),
            ("trial.ended", "card/c-one", {**card, "trial_id": "t-one", "outcome": "adverse"}),
            ("event.voided", "card/c-one", {"of_source": "/hq/console", "of_id": "x"}),
            ("event.voided", "activity/A-one", {"of_source": "/hq/console", "of_id": "plan-A-one"}),
        )
        said = [
            event(name, subject, data | ({"reason_code": "typed_wrong"} if "void" in name else {}))
            for name, subject, data in words
        ]
        lines = [orjson.dumps({**each, "source": "/dealers/D2"}) for each in said]
        receipts = self.site.site.intake.accept(lines, by)
        assert {each.status for each in receipts} == {"accepted"}, receipts
        self.company.work()

    def begin(self) -> None:
        """The dealer's people have written something themselves; the copy's row is known."""
        with signed_in(self.site, "hall1") as person:
            for form_id, name in ((OWN_FORM, "钱小一"), (TAKEN_BACK, "孙小二")):
                typed = {"form_id": form_id, "written_at": rfc3339(self.now_us), "attended": "1"}
                answer = person.post("/log/A-one/submit", **typed, name=name, phone="13912340011")
                assert answer.status_code == 200
        self.of_headquarters()
        self.by_machine()
        self.company.work()
        with reading(self.site.site.engine) as connection:
            keys = select(COPY_ROW.c.key).where(COPY_ROW.c.dealer == "D1")
            self.key = connection.execute(keys).scalar_one()


@contextmanager
def drawn_alike(seed: int) -> Iterator[None]:
    """Within it the sites draw the same ids: what is in the order of ids is so on both."""
    dice = Random(seed)
    with (
        mock.patch("uuid.os", SimpleNamespace(urandom=dice.randbytes)),
        mock.patch(
            "crm.accounts.people.secrets.token_hex", lambda size: dice.randbytes(size).hex()
        ),
    ):
        yield


@contextmanager
def lookalikes(folder: Path) -> Iterator[tuple[Lookalike, Lookalike]]:
    """(the one where nobody else knows them, the one where others do)."""
    at_us = now_us()
    with ExitStack() as opened:
        sites = [opened.enter_context(running(folder / name)) for name in ("alone", "known")]
        found = []
        for site, name in zip(sites, "甲乙", strict=True):
            with drawn_alike(1):
                found.append(Lookalike(site, at_us, f"总部{name}"))
        alone, known = found
        for each in found:
            each.own()
        known.of_others()
        known.tried()
        for each in found:
            with drawn_alike(2):
                each.begin()
            opened.callback(each.company.close)
        assert alone.key == known.key
        yield alone, known
