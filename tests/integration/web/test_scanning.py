"""Signing in by the code of a card: everybody once, and a named reason where it fails."""

import re
from collections.abc import Iterator
from uuid import uuid4

import httpx
import orjson
import pytest
from sqlalchemy import select

from campaigns.ids import person_id
from campaigns.intake import HEADQUARTERS
from crm.journal.events import JOURNAL
from crm.storage.database import reading
from tests.examples import an_event
from tests.integration.web.person_events import event
from tests.integration.web.sites import RunningSite, activity_today, card, entered, token_in

KNOWN, EMPTY = "5ca0aaaa-0000-4000-8000-000000000001", "5ca0bbbb-0000-4000-8000-000000000002"
GONE, ERASED = "5ca0dddd-0000-4000-8000-000000000003", "5ca0eeee-0000-4000-8000-000000000004"
REFUSED, WAITS = "5ca0ffff-0000-4000-8000-000000000005", "5ca09999-0000-4000-8000-000000000006"


@pytest.fixture(scope="module", autouse=True)
def hall(site: RunningSite) -> None:
    site.user("field", "staff")
    site.user("hall", "dealer_staff", "D1")
    site.accept(activity_today("A-scan"), activity_today("A-other"))
    site.accept(card(KNOWN, "王扫码", "13700008801"), card(GONE, "李过世", "13700008802"))
    site.accept(event("person.deceased", GONE), card(ERASED, "赵删除", "13700008803"))
    site.accept(event("card.erased", ERASED, reason_code="request"))
    off = {"activity_id": "A-off", "reason_code": "weather"}
    site.accept(activity_today("A-off"), an_event("activity.cancelled", off, id="off"))
    taken_back = card(REFUSED, "钱不算", "13700008804")
    site.accept(taken_back)
    of = {
        "of_source": taken_back["source"],
        "of_id": taken_back["id"],
        "reason_code": "typed_wrong",
    }
    site.accept(an_event("event.voided", of, id="back", subject=f"card/{REFUSED}"))
    said = orjson.dumps(card(WAITS, "孙刚写", "13700008805"))
    assert site.site.intake.accept([said], HEADQUARTERS)[0].status == "accepted"


@pytest.fixture
def field(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "field")


def scan(client: httpx.Client, code: str, activity: str = "A-scan") -> tuple[str, str]:
    """(the tone, all that is said)."""
    token = token_in(client.get(f"/log/{activity}/scan").text)
    form = {"form_token": token, "form_id": str(uuid4()), "code": code}
    page = client.post(f"/log/{activity}/scan", data=form).text
    found = re.search(r'data-tone="(\w+)">(.*?)</section>', page, re.S)
    assert found, page
    return found[1], found[2]


def attended(site: RunningSite, card_id: str) -> int:
    with reading(site.site.engine) as connection:
        query = select(JOURNAL.c.id).where(
            JOURNAL.c.subject == f"card/{card_id}", JOURNAL.c.type == "activity.attended"
        )
        return len(connection.execute(query).all())


def test_a_card_signs_its_person_in_once_by_its_code_or_its_number(
    site: RunningSite, field: httpx.Client
) -> None:
    tone, said = scan(field, f"{site.address}/log/A-other/card/{KNOWN}")
    assert tone == "good" and "王*码" in said and "王扫码" not in said
    tone, said = scan(field, "5CA0AAAA")
    assert tone == "waiting" and "之前已签到" in said
    assert attended(site, KNOWN) == 1


@pytest.mark.parametrize(
    ("code", "tone", "reason"),
    [
        ("weixin://pay", "wrong", "不是金夕的码"),
        ("SITE/members/D1-M1", "wrong", "会员 D1-M1 的码"),
        ("SITE/log/A-scan", "waiting", "本场活动的码"),
        ("SITE/log/A-other", "wrong", 'href="/log/A-other/scan"'),
        ("SITE/log/A-nowhere", "wrong", "另一场活动"),
        (f"http://hall.local/log/A-other/card/{GONE}", "wrong", "已经去世"),
        ("00000000", "wrong", "没有卡号是这个的卡"),
        (f"SITE/log/A-scan/card/{EMPTY}", "waiting", f'href="/log/A-scan/card/{EMPTY}"'),
        (f"SITE/log/A-scan/card/{GONE}", "wrong", "已经去世"),
    ],
)
def test_what_cannot_be_signed_in_is_told_why(
    site: RunningSite, field: httpx.Client, code: str, tone: str, reason: str
) -> None:
    found = scan(field, code.replace("SITE", site.address))
    assert found[0] == tone and reason in found[1]


@pytest.mark.parametrize(
    ("card_id", "tone", "reason"),
    [
        (ERASED, "wrong", "已经按本人要求删除"),
        (REFUSED, "wrong", "没能入档"),
        (WAITS, "waiting", "刚刚写好"),
    ],
)
def test_a_card_that_leads_to_nobody_says_how_it_stands(
    field: httpx.Client, card_id: str, tone: str, reason: str
) -> None:
    found = scan(field, card_id)
    assert found[0] == tone and reason in found[1]


def test_nobody_is_signed_in_at_an_activity_that_was_cancelled(
    site: RunningSite, field: httpx.Client
) -> None:
    before = attended(site, KNOWN)
    tone, said = scan(field, KNOWN, "A-off")
    assert tone == "wrong" and "已经取消" in said
    assert attended(site, KNOWN) == before


def test_an_empty_card_is_written_under_its_printed_number_and_then_known(
    site: RunningSite, field: httpx.Client
) -> None:
    printed = str(uuid4())
    page = field.get(f"/log/A-scan/card/{printed}").text
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert form["form_id"] == printed
    answer = field.post("/log/A-scan/submit", data=form | {"name": "赵新卡"})
    assert f"回执号 {printed[:8].upper()}" in answer.text
    site.work()
    lead = field.get(f"/log/A-scan/card/{printed}")
    assert lead.headers["location"] == f"/log/A-scan/person/{person_id(printed)}"
    assert scan(field, printed[:8])[0] == "good"


def test_a_dealers_staff_learns_nobody_s_name_from_a_card(site: RunningSite) -> None:
    for client in entered(site, "hall"):
        tone, said = scan(client, f"{site.address}/log/A-scan/card/{KNOWN}")
        assert tone == "waiting" and "请按姓名找" in said and "王" not in said
        assert scan(client, "5CA0AAAA")[0] == "wrong"


def test_card_sheets_hold_ten_numbers_a_page_that_differ(field: httpx.Client) -> None:
    answer = field.get("/activities/A-scan/cards.pdf?pages=2")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF") and answer.content.count(b"/Type /Page\n") == 2


def test_one_page_alone_may_look_through_the_camera(field: httpx.Client) -> None:
    for path, said in (("/log/A-scan/scan", "camera=(self)"), ("/log/A-scan", "camera=()")):
        assert said in field.get(path).headers["permissions-policy"]
