"""Two sites on which a dealer has the same, and in one of which others know its people as well."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import httpx
from sqlalchemy import select

from campaigns.times import DAY_US, rfc3339
from crm.clock import now_us
from crm.copies.tables import COPY_ROW
from crm.storage.database import reading
from tests.integration.feed.dealers import Company, contract, event
from tests.integration.web.reward_sites import member, sale, signed_in
from tests.integration.web.sites import RunningSite, activity_today, running

CATEGORIES = ["identity", "contact", "history", "health", "purchases"]
NAME, PHONE = "欧阳桂兰", "13912340001"
OWN_FORM = "11111111-1111-4111-8111-111111111111"


@dataclass
class Lookalike:
    """A site; key: of the dealer's row. now_us: the same on both."""

    site: RunningSite
    now_us: int
    company: Company = field(init=False)
    key: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self.site.site, "now_us", lambda: self.now_us)
        self.company = Company(self.site)
        self.site.user("shop1", "dealer", "D1")
        self.site.user("hall1", "dealer_staff", "D1")

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

    def begin(self) -> None:
        """The dealer's people have written something themselves; the copy's row is known."""
        with signed_in(self.site, "hall1") as person:
            typed = {"form_id": OWN_FORM, "written_at": rfc3339(self.now_us), "attended": "1"}
            answer = person.post("/log/A-one/submit", **typed, name="钱小一", phone="13912340011")
            assert answer.status_code == 200
        self.company.work()
        with reading(self.site.site.engine) as connection:
            keys = select(COPY_ROW.c.key).where(COPY_ROW.c.dealer == "D1")
            self.key = connection.execute(keys).scalar_one()


@contextmanager
def lookalikes(folder: Path) -> Iterator[tuple[Lookalike, Lookalike]]:
    """(the one where nobody else knows them, the one where others do)."""
    at_us = now_us()
    with ExitStack() as opened:
        sites = [opened.enter_context(running(folder / name)) for name in ("alone", "known")]
        alone, known = (Lookalike(site, at_us) for site in sites)
        for each in (alone, known):
            each.own()
        known.of_others()
        for each in (alone, known):
            each.begin()
            opened.callback(each.company.close)
        assert alone.key == known.key
        yield alone, known


@dataclass
class Form:
    """A form as a page has it: (name, value, kind, whether it is set) of each field."""

    action: str
    method: str
    fields: list[tuple[str, str, str, bool]] = field(default_factory=list)

    def filled(self, random: Random, words: tuple[str, ...]) -> dict[str, str]:
        """As somebody fills it who tries everything; hidden fields are left alone, mostly."""
        data = {}
        for name, value, kind, is_set in self.fields:
            dice, word = random.random(), random.choice(words)
            if name == "form_token" or (kind == "hidden" and dice < 0.85):
                data[name] = value
            elif kind in ("radio", "checkbox", "option", "submit"):
                if is_set or dice < 0.3:
                    data[name] = value
            else:
                data[name] = value if value and dice < 0.3 else word
        if UUID_TEXT.fullmatch(data.get("form_id", "")):
            data["form_id"] = str(UUID(int=random.getrandbits(128), version=4))
        return data


class Page(HTMLParser):
    """The links and forms of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._is_in_form = False
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(said.get("action", ""), said.get("method", "get").lower()))
            self._is_in_form = True
        elif tag == "a" and said.get("href", "").startswith("/"):
            self.links.append(said["href"])
        elif tag == "select":
            self._select = said.get("name", "")
        elif self._is_in_form and tag == "option":
            self._field(self._select, said, "option", "selected" in said)
        elif self._is_in_form and tag in ("input", "button", "textarea") and said.get("name"):
            kind = said.get("type", "submit" if tag == "button" else "text")
            self._field(said["name"], said, kind, "checked" in said)

    def handle_endtag(self, tag: str) -> None:
        self._is_in_form &= tag != "form"

    def _field(self, name: str, said: dict[str, str], kind: str, is_set: bool) -> None:
        self.forms[-1].fields.append((name, said.get("value", ""), kind, is_set))


UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F-]{22}")
_VARIES = (
    (re.compile(r'(name="form_token" value|name="form_id" value|data-[\w-]+)="[^"]*"'), ""),
    (re.compile(r'name="seen" value="\d+"'), ""),
    (UUID_TEXT, "…"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.+Z]+|\b\d\d:\d\d(:\d\d)?\b"), "…"),
    (re.compile(r'<path fill="#fff".*?</svg>'), ""),
    (re.compile(r"127\.0\.0\.1:\d+"), ""),
)
"""What differs from site to site, and from one time to another, with nobody's doing."""


def told(answer: httpx.Response) -> str:
    """All that an answer tells."""
    text = answer.text
    if answer.content.startswith(b"PK"):
        with ZipFile(BytesIO(answer.content)) as parts:
            text = "\n".join(f"{name} {parts.read(name).decode()}" for name in parts.namelist())
    elif answer.content.startswith(b"%PDF"):
        text = ""
    kinds = [answer.headers.get(name) for name in ("content-type", "content-disposition")]
    text = f"{answer.status_code} {answer.headers.get('location')} {kinds} {text}"
    for pattern, instead in _VARIES:
        text = pattern.sub(instead, text)
    return text
