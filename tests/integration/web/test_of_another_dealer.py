"""What is another dealer's answers like what never was: every page and form of a dealer's people,
once with ids that are real and once with ids that are nobody's.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import httpx
import pytest
from sqlalchemy import select

from campaigns.ids import person_id
from campaigns.times import DAY_US, rfc3339
from crm.accounts.people import find_user
from crm.accounts.tokens import tokens
from crm.clock import now_us
from crm.copies.tables import COPY_ROW
from crm.disputes.tables import MEMBER_DISPUTE
from crm.storage.database import reading
from tests.integration.feed.dealers import Company, contract, event, shared, withdrawal
from tests.integration.web.own_links import given, said
from tests.integration.web.reward_sites import member, reward_of, sale, signed_in
from tests.integration.web.roles import pages
from tests.integration.web.sites import RunningSite, activity_today, running, token_in

CATEGORIES = ["identity", "contact", "history", "health", "purchases"]
HIDDEN = ("慕容", "13912340002", "两家的活动", "章会员", "第二家")
"""What only the other dealer's people and the company may read."""
APART = ("/sign-out", "/sign-in", "/sign-in/demo", "/me/password", "/own/{secret}")
NOBODYS = {
    **{"activity_id": "A-not", "contract_id": "x-no", "code": "M-not", "key": "0" * 64},
    **{"card_id": "c-not", "trial_id": "t-not", "actor": "u-000000000000", "dealer": "D3"},
    **{"token_id": "t-000000000000", "webhook_id": "w-not", "number": "3", "step": "1"},
    **{"group": "attended", "state": "sent", "version": "none", "purpose": "archive"},
    **{"secret": "x" * 32, "source": "/phones/u-000000000000"},
}
IDS = ("name", "person_id", "form_id", "funnel_id", "segment_id", "reward_id", "order_id")
MORE_IDS = ("dispute_id", "request_id", "batch_id", "draft_id", "file_id", "receipt_id")


@dataclass
class Two:
    """A site with two dealers who have the same; ids: what is the second one's."""

    site: RunningSite
    ids: Mapping[str, str]
    nobodys: Mapping[str, str]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    with running(tmp_path_factory.mktemp("two")) as site:
        company = Company(site)
        for number in ("1", "2"):
            site.user(f"shop{number}", "dealer", f"D{number}")
            site.user(f"hall{number}", "dealer_staff", f"D{number}")
        site.user("chief", "headquarters")
        company.take(contract("D1"), contract("D2", "310000", name="第二家"))
        _gathered(company, "one", "D1", "欧阳桂兰", "13912340001")
        _gathered(company, "two", "D2", "慕容秀英", "13912340002")
        nobodys = NOBODYS | {name: str(uuid4()) for name in (*IDS, *MORE_IDS)}
        yield Two(site, nobodys | _of_the_second(company), nobodys)
        company.close()


def _gathered(company: Company, end: str, dealer: str, name: str, phone: str) -> None:
    """An activity, a person of the copy, a member with a reward."""
    card_id, region = f"c-{end}", "110105" if dealer == "D1" else "310115"
    held = activity_today(f"A-{end}")
    held["data"] |= {"dealer": dealer, "region": region, "title": "一家的活动"}
    if dealer == "D2":
        held["data"]["title"] = "两家的活动"
    common = {"card_id": card_id, "notice_version": "1", "method": "paper", "by": "self"}
    shares = {"purpose": "share_with_dealer", "dealer": dealer, "categories": CATEGORIES}
    written = {"person": {"name": name}, "contact": {"phones": [phone]}, "region": region}
    four_days_ago = rfc3339(now_us() - 4 * DAY_US)
    subject = f"card/{card_id}"
    company.take(
        held,
        event(
            "card.registered", subject, {"card_id": card_id, "source_kind": "walk_in", **written}
        ),
        event("consent.given", subject, {**common, "purpose": "health"}),
        event("consent.given", subject, {**common, **shares}),
        event("activity.attended", subject, {"card_id": card_id, "activity_id": f"A-{end}"}),
        event(
            "trial.started",
            subject,
            {"trial_id": f"t-{end}", "card_id": card_id, "sku": "B4"},
            time=four_days_ago,
        ),
    )
    enrolled = member(f"M-{end}", dealer=dealer)
    enrolled[0]["data"]["person"]["name"] = "章会员" if dealer == "D2" else "周会员"
    company.take(*enrolled, *sale(1 if dealer == "D1" else 2, f"M-{end}"))


def _of_the_second(company: Company) -> dict[str, str]:
    """What its people made, by how addresses call it."""
    site, found = company.running, {}
    with signed_in(site, "hall2") as person:
        found["form_id"] = str(uuid4())
        typed = {"form_id": found["form_id"], "written_at": rfc3339(now_us()), "attended": "1"}
        answer = person.post("/log/A-two/submit", **typed, name="慕容二")
        assert answer.status_code == 200
    company.take(*shared("c-gone", "D2", region="310115"))
    with signed_in(site, "shop2") as person:
        assert person.get("/copy").status_code == 200
        company.take(withdrawal("c-gone", "D2"))
        ticked = re.findall(r'name="deleted" value="(\d+)"', person.get("/copy").text)
        answer = person.post("/copy/deleted", deleted=ticked[0], everywhere="1")
        found["receipt_id"] = answer.headers["location"].partition("deleted=")[2]
        steps = "steps=activity.attended&steps=trial.started"
        for path, name in (("/segments", "segment_id"), ("/funnels/saved", "funnel_id")):
            kept = person.post(path, query=steps, name="慕容家的", shared="1")
            found[name] = re.findall(r"[0-9a-f-]{36}", kept.headers["location"])[0]
    with signed_in(site, "chief") as person:
        link = given(person, "M-two")
    with site.client() as client:
        assert said(client, link, text="扣了我的钱").status_code == 303
    site.token("dealer", "D2")
    with reading(site.site.engine) as connection:
        field_worker = find_user(connection, "hall2")
        assert field_worker is not None
        keys = select(COPY_ROW.c.key).where(COPY_ROW.c.dealer == "D2")
        found["key"] = connection.execute(keys).scalars().all()[0]
        found["dispute_id"] = connection.execute(select(MEMBER_DISPUTE.c.dispute_id)).scalar_one()
        found["token_id"] = tokens(connection)[-1].token_id
    found |= {"name": person_id("c-two"), "person_id": person_id("c-two"), "card_id": "c-two"}
    found |= {"activity_id": "A-two", "contract_id": "x-D2", "code": "M-two", "dealer": "D2"}
    found |= {"trial_id": "t-two", "reward_id": reward_of(2, "M-two")}
    return found | {"actor": field_worker.actor, "source": field_worker.source}


def _asked(client: httpx.Client, token: str, method: str, path: str, ids: Mapping[str, str]) -> str:
    """The answer, without what differs each time and without the ids that were asked for."""
    address = re.sub(r"\{(\w+)\}", lambda name: ids[name[1]], path)
    about = {"source": ids["source"], "id": f"{ids['form_id']}-attended", "saved": ids["funnel_id"]}
    if method == "GET":
        answer = client.get(address, params=about if path.startswith(("/event", "/fun")) else None)
    else:
        answer = client.post(address, data={**_form(ids), "form_token": token})
    text = f"{answer.status_code} {answer.headers.get('location')} {_said(answer)}"
    leaked = [word for word in HIDDEN if word in text]
    assert not leaked, (method, address, leaked)
    for value in sorted(ids.values(), key=len, reverse=True):
        text = text.replace(value, "…") if len(value) > 3 else text
    text = re.sub(r'(name="form_token" value|name="form_id" value|data-\w+)="[^"]*"', "", text)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4}-\d\d-\d\dT[\d:.+Z]+", "", text)


def _said(answer: httpx.Response) -> str:
    """What a person reads in it; of a workbook its parts, which are packed with the time."""
    if not answer.content.startswith(b"PK"):
        return answer.text
    with ZipFile(BytesIO(answer.content)) as parts:
        return "\n".join(f"{name} {parts.read(name).decode()}" for name in parts.namelist())


def _form(ids: Mapping[str, str]) -> dict[str, str]:
    of = {"of_source": ids["source"], "of_id": f"{ids['form_id']}-attended"}
    of |= {"line": of["of_id"], "activity": ids["activity_id"], "came_to": ids["activity_id"]}
    of |= {"cell": f"{ids['key']} names", "chosen": ids["key"], "row_key": ids["key"]}
    of |= {"member": ids["code"], "code": ids["code"], "actor": ids["actor"]}
    same = {"field": "names", "reason": "typed_wrong", "reason_code": "typed_wrong"}
    return {**of, **same, "step": "invite", "form_id": str(uuid4())}


@pytest.mark.parametrize("name", ["shop1", "hall1"])
def test_what_is_another_dealers_answers_like_what_never_was(two: Two, name: str) -> None:
    told_apart = []
    with signed_in(two.site, name) as person:
        token = token_in(person.get("/me").text)
        for method, path in pages():
            if path not in APART:
                real, nobodys = (
                    _asked(person.client, token, method, path, ids)
                    for ids in (two.ids, two.nobodys)
                )
                if real != nobodys:
                    told_apart.append(f"{method} {path}: {real[:40]!r}, {nobodys[:40]!r}")
    assert not told_apart, "\n".join(told_apart)


@pytest.mark.parametrize("name", ["shop1", "hall1"])
def test_nothing_of_another_dealer_is_found_by_any_search(two: Two, name: str) -> None:
    wanted = (
        *("慕容", "13912340002", "0002", "murong", "两家", "章", "M-two", "A-two", "c-two"),
        *(two.ids["reward_id"], two.ids["form_id"][:8], two.ids["key"][:12]),
    )
    with signed_in(two.site, name) as person:
        for path in ("/search", "/members", "/copy/find", "/log/A-one/find", "/copy/invite/A-one"):
            for text in wanted:
                page = person.post(path, text=text).text.replace(f'value="{text}"', "")
                leaked = [word for word in HIDDEN if word != text and word in page]
                links = re.findall(r'href="([^"]*)"', page)
                ids = {two.ids[each] for each in ("code", "activity_id", "key", "reward_id")}
                leaked += [link for link in links if any(each in link for each in ids)]
                assert not leaked, (path, text, leaked)


def test_the_matrix_asks_for_what_its_owner_is_shown(two: Two) -> None:
    opened = 0
    with signed_in(two.site, "shop2") as person:
        for path in ("/members/{code}", "/copy/row/{key}", "/segments/{segment_id}"):
            opened += person.get(path.format(**two.ids)).status_code == 200
        for path in ("/rewards/{reward_id}", "/activities/{activity_id}", "/event"):
            about = {"source": two.ids["source"], "id": f"{two.ids['form_id']}-attended"}
            answer = person.client.get(path.format(**two.ids), params=about)
            opened += answer.status_code == 200
    with signed_in(two.site, "hall2") as person:
        opened += person.get("/said/{form_id}".format(**two.ids)).status_code == 200
    assert opened == 7
