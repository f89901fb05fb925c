"""The catalogue walked: each type that people say is said by its page's own form, seen, refused to
everybody whose role does not say it, and taken back where it may be. Nobody writes JSON.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from campaigns.catalogue import CATALOGUE
from campaigns.ids import person_id
from crm.accounts.people import Account
from crm.accounts.roles import ROLES
from crm.journal.events import JOURNAL
from crm.outcomes.voids import NEVER_VOIDED
from crm.storage.database import reading
from tests.integration.web.acting import form_in
from tests.integration.web.reward_sites import event, member, reach_every_day, reward_of, sale
from tests.integration.web.sites import (
    activity_today,
    card,
    running,
    sign_in,
    today,
    token_in,
)
from tests.integration.web.walking import LOGGED, OF_LOG, PRESENT_DAY, Act, Walk, faults_of

NOT_SAID_IN_PAGES = {"day.reached", "copy.acknowledged"}
"""The CRM's own word, and what a dealer's system says by its digest."""

HALL, OTHER_HALL = "A-today", "A-off"
POLICY = """\
policy: careful
effective_from: {day}
rules:
  - member_kind: doctor
    mode: TRACK_ONLY
    amount_fen: 0
"""


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """Cards to speak of; a clerk's sales of long ago, whose rewards may be decided and paid."""
    folder: Path = tmp_path_factory.mktemp("catalogue")
    with running(folder) as site, ExitStack() as stack:
        actors, clients = {}, {}
        for role, line in ROLES.items():
            dealer = "D1" if line.of_dealer else None
            actor = site.user(role, role, dealer)
            actors[role] = Account(actor, role, (role,), dealer, is_demo=True)
        site.user("second", "headquarters")
        for name in (*ROLES, "second"):
            clients[name] = stack.enter_context(site.client())
            assert sign_in(clients[name], name).status_code == 303
        cards = [_card(n) for n in range(1, 9)]
        off = activity_today(OTHER_HALL)
        site.accept(activity_today(), off, *cards, *member("M1"))
        tried = {"trial_id": "T-5", "card_id": "W-5", "sku": "JX-B4"}
        site.accept(event("trial.started", "card/W-5", tried, 4))
        site.accept(*(each for n in range(2) for each in sale(n, "M1", days_ago=45 + n)))
        reach_every_day(site)
        yield Walk(site, clients, actors)


def _card(n: int) -> dict[str, Any]:
    """Of long enough ago to have started a trial."""
    wire = card(f"W-{n}", f"走{n}号", f"1370000330{n}")
    return wire | {"time": f"{today() - timedelta(days=9)}T10:00:00+08:00"}


def person(card_id: str) -> str:
    return f"/people/{person_id(card_id)}"


LOG = f"/log/{HALL}/submit"
CONTRACT = {"dealer": "D9", "name": "晚晴", "contract_id": "K-9", "kind": "exclusive"}
PLAN = {
    **{"title": "走一遍", "kind": "promotion", "starts_on": PRESENT_DAY, "starts": "09:00"},
    **{"region": "130102", "dealer": "D9"},
}
ENROLLED = {
    **{"name": "周小芳", "phone": "13511112222", "kind": "clerk", "dealer": "D1", "member": "M9"},
    **{"institution": "一店", "institution_kind": "pharmacy"},
}
SAME = {"find": "走2号", "other_card_id": "W-2", "reason_code": "known_to_staff"}

PLANNED: tuple[Act, ...] = (
    Act(
        "headquarters",
        "/dealers/contract",
        "/dealers/contract",
        ("dealer.contracted",),
        {**CONTRACT, "regions": ["130100"], "starts_on": PRESENT_DAY},
    ),
    Act("planning", "/plan", "/plan", ("activity.planned",), PLAN),
    Act(
        "planning",
        f"/activities/{HALL}/change",
        f"/activities/{HALL}/change",
        ("activity.changed",),
        {"title": "改了名"},
    ),
    Act(
        "planning",
        f"/activities/{OTHER_HALL}/cancel",
        f"/activities/{OTHER_HALL}/cancel",
        ("activity.cancelled",),
        {"reason_code": "weather"},
    ),
    Act("headquarters", "/members/new", "/members/new", ("member.enrolled",), ENROLLED),
    Act(
        "headquarters",
        "/members/M9",
        "/members/M9/change",
        ("member.changed",),
        {"kind": "clerk", "institution": "二店", "institution_kind": "pharmacy"},
    ),
    Act(
        "headquarters",
        "/members/M9",
        "/members/M9/value",
        ("value.transferred",),
        {"item": "茶叶", "form": "gift", "value": "38.50"},
    ),
)
PEOPLE: tuple[Act, ...] = tuple(
    Act("staff" if says[:8] != "identity" else "headquarters", page, page, (says,), values)
    for page, says, values in (
        (f"{person('W-1')}/correct", "card.corrected", {"address": "和平里 3 号"}),
        (f"{person('W-1')}/relation", "relation.stated", {**SAME, "relation": "spouse"}),
        (
            f"{person('W-3')}/consent",
            "consent.given",
            {"purpose": "club", "method": "paper", "by": "self"},
        ),
        (f"{person('W-3')}/refuse", "consent.refused", {"purpose": "marketing"}),
        (f"{person('W-4')}/deceased", "person.deceased", {"on": PRESENT_DAY}),
        (f"{person('W-1')}/same", "identity.same", SAME),
    )
)


LAST: tuple[Act, ...] = (
    Act(
        "staff",
        f"/activities/{HALL}/held",
        f"/activities/{HALL}/held",
        ("activity.held",),
        {"reached": "40", "cards_handed_out": "1"},
    ),
    Act(
        "headquarters",
        "/members/M9",
        "/members/M9/leave",
        ("member.left",),
        {"reason_code": "moved_away"},
    ),
    Act(
        "headquarters",
        "/dealers/D9/end/K-9",
        "/dealers/D9/end/K-9",
        ("dealer.ended",),
        {"ends_on": PRESENT_DAY, "reason_code": "agreed"},
    ),
)


def test_every_type_that_people_say_is_said_seen_refused_and_taken_back(walk: Walk) -> None:
    for act in PLANNED:
        walk.do(act)
    _train(walk)
    log = f"/log/{HALL}/new"
    walk.do(Act("staff", log, LOG, OF_LOG, LOGGED))
    _ends(walk)
    for act in PEOPLE:
        walk.do(act)
    _identity(walk)
    _of_people(walk)
    _rewards(walk)
    _policy(walk)
    for act in LAST:
        walk.do(act)
    back = [name for name in reversed(walk.said) if name not in NEVER_VOIDED]
    for type_name in back:
        walk.take_back(type_name)
    walk.said["event.voided"] = ("", "")
    assert walk.said.keys() == CATALOGUE.keys() - NOT_SAID_IN_PAGES


def _train(walk: Walk) -> None:
    """A course of one member, chosen in the list."""
    client = walk.clients["headquarters"]
    token = token_in(client.get("/me").text)
    opened = client.post("/members/training", data={"form_token": token, "chosen": "M9"})
    form = form_in(opened.text, "/members/trained")
    form |= {"course": "产品知识", "on": str(today()), "passed": "M9"}
    walk.refused_to_others(
        Act("headquarters", "/members", "/members/trained", ("member.trained",), {}), form
    )
    assert client.post("/members/trained", data=form).status_code == 303
    walk.site.work()
    walk.seen(Act("headquarters", "", "", (), {}), "member.trained")


def _ends(walk: Walk) -> None:
    """What the person who was logged has is ended by the same form."""
    with reading(walk.site.site.engine) as connection:
        source, event_id = walk.said["card.registered"]
        query = select(JOURNAL.c.subject).where(JOURNAL.c.source == source)
        subject = connection.execute(query.where(JOURNAL.c.id == event_id)).scalar_one()
    page = f"/log/{HALL}/person/{person_id(subject.removeprefix('card/'))}"
    opened = walk.clients["staff"].get(page).text
    named = {
        name: re.findall(rf'name="{name}".*?value="([^"]+)"', opened, re.S)[0]
        for name in ("trial_of", "return_of", "club_leave")
    }
    ended = {"trial_end": "1", "trial_outcome": "satisfied", "return": "1", **named}
    ended |= {"return_quantity": "1", "return_reason": "changed_mind"}
    says = ("trial.ended", "purchase.returned", "club.left")
    walk.do(Act("staff", page, LOG, says, ended))
    address = person(subject.removeprefix("card/"))
    archive = walk.clients["staff"].get(address).text
    link = re.search(r'href="([^"]+/resolve\?[^"]+)"', archive)
    assert link
    resolve = link[1].replace("&amp;", "&")
    values = {"text": "道了歉"}
    walk.do(Act("staff", resolve, f"{address}/resolve", ("complaint.resolved",), values))
    again = {"form_token": token_in(archive), "form_id": str(uuid4()), "purpose": "health"}
    act = Act("staff", address, f"{address}/withdraw", ("consent.withdrawn",), {})
    walk.refused_to_others(act, again)
    assert walk.clients["staff"].post(act.form, data=again).status_code == 303
    walk.site.work()
    walk.seen(act, "consent.withdrawn")


def _identity(walk: Walk) -> None:
    """Two who were said to be one are told apart, and the word is taken back."""
    page = f"{person('W-1')}/different"
    values = {"card_id": "W-1", "other_card_id": "W-2", "reason_code": "known_to_staff"}
    walk.do(Act("headquarters", page, page, ("identity.different",), values))
    undo = f"{person('W-1')}/undecided"
    opened = f"{undo}?card_id=W-1&other_card_id=W-2"
    walk.do(Act("headquarters", opened, undo, ("identity.undecided",), {}))
    publish = {"which": "weights"}
    walk.do(Act("headquarters", "/matching", "/matching/publish", ("matching.published",), publish))


def _of_people(walk: Walk) -> None:
    """A call that is due, and an erasure that two people have a hand in."""
    calls = walk.clients["staff"].get("/follow-ups").text
    found = re.search(r'"(/follow-ups/[^/"]+/\d+)/open"', calls)
    assert found
    done = {"channel": "phone", "outcome": "reached"}
    walk.do(Act("staff", found[1], f"{found[1]}/done", ("follow_up.done",), done))
    asked = {"kind": "erase", "asked_by": "self", "channel": "visit", "received_on": str(today())}
    address = f"{person('W-6')}/request"
    client = walk.clients["headquarters"]
    form = {**form_in(client.get(address).text, address), **asked}
    request = client.post(address, data=form).headers["location"].partition("?")[0]
    erase = f"{request}/erase"
    walk.do(Act("compliance", erase, erase, ("card.erased",), {"proven": "1"}))


def _rewards(walk: Walk) -> None:
    """One is approved and paid, another rejected."""
    one, other = (reward_of(n, "M1") for n in range(2))
    decide = {"page": "/rewards?state=to_decide", "form": "/rewards/decide"}
    queue = walk.clients["compliance"].get(decide["page"]).text
    assert one in queue and other in queue
    for reward, word in ((one, "approved"), (other, "rejected")):
        values = {"reward": reward, "word": word, "reason": "no_written_agreement"}
        walk.do(Act("compliance", says=(f"reward.{word}",), values=values, **decide))
    page = f"/rewards/{one}"
    paid = {"amount": "40.00", "reference": "B-2026-1"}
    walk.do(Act("finance", page, f"{page}/pay", ("reward.paid",), paid))


def _policy(walk: Walk) -> None:
    """Drafted by one, published by another."""
    client = walk.clients["second"]
    form = form_in(client.get("/policies/new").text, "/policies")
    day = today() + timedelta(days=1)
    drafted = client.post("/policies", data={**form, "text": POLICY.format(day=day)})
    assert drafted.status_code == 303, faults_of(drafted.text)
    draft = drafted.headers["location"]
    says = ("reward_policy.published",)
    walk.do(Act("headquarters", draft, f"{draft}/publish", says, {}))
