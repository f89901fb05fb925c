"""What a dealer sees of its own copy in a browser, and nothing else."""

import re
from datetime import date, timedelta
from io import BytesIO

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import delete, select

from campaigns.ids import person_id
from crm.accounts.tables import ACCESS
from crm.feed.history import sent_up_to
from crm.feed.portal import DueCall, due_calls
from crm.feed.queries import last_sequence
from crm.feed.recall_queries import open_recalls
from crm.feed.tables import COPY_SENT
from crm.scope import HEADQUARTERS_SCOPE, dealer_scope
from crm.storage.database import reading, writing
from tests.integration.feed.dealers import Company, event, shared, withdrawal
from tests.integration.web.companies import (
    FOREIGN,
    NAME,
    PHONE,
    company,
    consent,
    key_in,
    registered,
    shop,
    sign_in,
    token_in,
)
from tests.integration.web.sites import today

__all__ = ["company", "shop"]

DRAWN = re.compile(r"[A-Za-z0-9_-]{30,}")
"""Tokens drawn at random, in which any two letters may stand."""


def test_the_page_tells_masked_who_is_in_it_what_changed_and_whom_to_call(
    shop: httpx.Client,
) -> None:
    page = shop.get("/copy")
    assert page.status_code == 200
    assert "欧**兰" in page.text
    assert "139****0001" in page.text
    said = DRAWN.sub("", page.text)
    for hidden in (NAME, PHONE, "建国路", "c-open", FOREIGN, "c-foreign", "D2"):
        assert hidden not in said
    calls = page.text.partition("该给谁打电话")[2].partition("</section>")[0]
    assert "过期 1 天" in calls
    assert 'href="/copy"' in page.text


def test_what_waits_stands_at_the_top_and_everybody_is_a_row_of_a_table(
    shop: httpx.Client,
) -> None:
    page = shop.get("/copy").text
    top, _, rest = page.partition("该给谁打电话")
    assert 'href="#calls"><b>1</b>' in top and "下载 Excel" in top and 'href="#receipts"' in top
    table = rest.partition('<table class="listing">')[2].partition("</table>")[0]
    assert table.count("<tr>") == 2 and "打电话" in table
    assert 'href="/copy#calls"><b>1</b>' in shop.get("/").text, "the first page tells the same"


@pytest.mark.usefixtures("shop")
def test_what_nobody_saw_to_for_ninety_days_is_no_call_of_today(company: Company) -> None:
    def calls(day: date) -> list[DueCall]:
        with reading(company.running.site.engine) as connection:
            return due_calls(dealer_scope("D1"), connection, "D1", day)

    (last,) = calls(today() + timedelta(days=30))
    assert [call.due_on for call in calls(last.due_on + timedelta(days=89))] == [last.due_on]
    assert calls(last.due_on + timedelta(days=90)) == []


def test_the_list_of_calls_says_how_many_it_leaves_out_and_why_and_opens_them(
    company: Company, shop: httpx.Client
) -> None:
    assert "没有列" not in shop.get("/copy").text
    trial = {"trial_id": "t-old", "card_id": "c-old", "sku": "four-box"}
    purposes = {"dealer": "D1", "categories": ["identity", "history"]}
    company.take(
        registered("c-old", "许文秀"),
        consent("c-old", "health"),
        consent("c-old", "share_with_dealer", **purposes),
        event("trial.started", "card/c-old", trial, time=f"{today() - timedelta(200)}T12:00:00Z"),
    )
    for path in ("/copy", "/copy/calls"):
        calls = shop.get(path).text.partition("该给谁打电话")[2].partition("</main>")[0]
        said = "另有 1 人没有列：回访过期 90 天以上，隔得太久，不算今天要打的。"
        assert said in calls.partition("上次看过")[0], path
        assert "<small>1</small>" in calls, "who is left out is not counted as to be called"
    left_out = shop.get("/copy/calls/lapsed").text
    assert "许*秀" in left_out and "欧**兰" not in left_out and "没有列" not in left_out


def test_a_tap_opens_one_field_and_is_logged_for_the_card_behind_it(
    company: Company, shop: httpx.Client
) -> None:
    page = shop.get("/copy").text
    form = {"form_token": token_in(page), "cell": f"{key_in(page)} names"}
    answer = shop.post("/copy/reveal", data=form, headers={"accept": "application/json"})
    assert answer.json() == {"value": NAME}
    whole = shop.post("/copy/reveal", data=form).text
    assert NAME in whole
    assert PHONE not in whole
    with reading(company.running.site.engine) as connection:
        looks = connection.execute(select(ACCESS.c.card_id, ACCESS.c.field)).all()
    assert [tuple(look) for look in looks] == [("c-open", "names")] * 2


@pytest.mark.parametrize(("key", "field"), [("0" * 64, "names"), ("", "id_number"), ("", "cards")])
def test_what_the_copy_does_not_hold_opens_for_nobody(
    company: Company, shop: httpx.Client, key: str, field: str
) -> None:
    page = shop.get("/copy").text
    form = {"form_token": token_in(page), "cell": f"{key or key_in(page)} {field}"}
    assert shop.post("/copy/reveal", data=form).status_code == 404
    with reading(company.running.site.engine) as connection:
        assert connection.execute(select(ACCESS.c.card_id)).all() == []


def test_a_row_of_another_dealer_opens_for_nobody(company: Company, shop: httpx.Client) -> None:
    company.running.user("other", "dealer", "D2")
    with company.running.client() as other:
        sign_in(other, "other")
        foreign = key_in(other.get("/copy").text)
    page = shop.get("/copy").text
    form = {"form_token": token_in(page), "cell": f"{foreign} names"}
    assert shop.post("/copy/reveal", data=form).status_code == 404


def test_what_was_seen_is_no_change_any_more_until_something_happens(
    company: Company, shop: httpx.Client
) -> None:
    page = shop.get("/copy").text
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None
    shop.post("/copy/seen", data={"form_token": token_in(page), "seen": seen[1]})
    assert "没有新的变化" in shop.get("/copy").text
    company.take(withdrawal("c-open", "D1"))
    page = shop.get("/copy").text
    assert "已收回" in page
    assert "同意已撤回或到期" in page
    assert "欧**兰" not in page


def test_what_asks_for_nothing_is_one_line_with_its_number_behind_the_news(
    company: Company, shop: httpx.Client
) -> None:
    gone = ("c-brief-1", "c-brief-2")
    company.take(*(each for name in gone for each in shared(name, "D1")))
    company.take(*(withdrawal(name, "D1") for name in gone))
    changes = shop.get("/copy").text.partition('id="changes"')[2].partition("</section>")[0]
    news, _, folded = changes.partition('<p class="take">')
    assert "欧**兰" in news and "新来的" in news and "已收回" not in news
    assert '<a href="/copy/changes">2 行已收回，没有交给过你' in folded
    whole = shop.get("/copy/changes").text
    assert whole.count("已收回</span>") == 2 and "欧**兰" in whole


def test_a_column_that_says_nothing_of_anybody_is_not_there_and_the_order_is_said(
    company: Company, shop: httpx.Client
) -> None:
    listed = shop.get("/copy").text.partition('class="listing"')[2]
    assert "状态" not in listed.partition("</table>")[0]
    assert "按编号排" in shop.get("/copy").text
    company.take(event("person.deceased", "card/c-open", {"card_id": "c-open"}))
    listed = shop.get("/copy").text.partition('class="listing"')[2]
    assert "状态" in listed and "已去世" in listed


def test_the_workbook_is_marked_and_that_it_left_is_kept(
    company: Company, shop: httpx.Client
) -> None:
    page = shop.get("/copy").text
    answer = shop.post("/copy/workbook", data={"form_token": token_in(page)})
    assert answer.status_code == 200
    assert NAME not in answer.headers["content-disposition"]
    book = load_workbook(BytesIO(answer.content))
    assert "D1" in book["人员"]["A1"].value
    assert "shop" in book["人员"]["A1"].value
    names = {cell.value for row in book["人员"].iter_rows() for cell in row}
    assert NAME in names
    assert FOREIGN not in names
    with reading(company.running.site.engine) as connection:
        kept = connection.execute(select(COPY_SENT.c.dealer, COPY_SENT.c.what)).all()
    assert [tuple(each) for each in kept] == [("D1", "portal"), ("D1", "workbook")]


def test_who_was_shown_a_row_must_give_it_back_and_a_state_is_kept_once(
    company: Company, shop: httpx.Client
) -> None:
    engine = company.running.site.engine
    for _ in range(2):
        assert shop.get("/copy").status_code == 200
    with reading(engine) as connection:
        kept = connection.execute(select(COPY_SENT.c.what, COPY_SENT.c.last)).all()
        assert kept == [("portal", last_sequence(HEADQUARTERS_SCOPE, connection, "D1"))]
        assert sent_up_to(connection, "D1") == 0
    company.take(withdrawal("c-open", "D1"), withdrawal("c-foreign", "D2"))
    with reading(engine) as connection:
        (recall,) = open_recalls(HEADQUARTERS_SCOPE, connection, today())
    assert recall.dealer == "D1"
    assert shop.get("/copy").status_code == 200
    with reading(engine) as connection:
        assert len(connection.execute(select(COPY_SENT.c.what)).all()) == 1


def test_an_opened_field_counts_as_shown(company: Company, shop: httpx.Client) -> None:
    page = shop.get("/copy").text
    with writing(company.running.site.engine) as connection:
        connection.execute(delete(COPY_SENT))
    form = {"form_token": token_in(page), "cell": f"{key_in(page)} names"}
    shop.post("/copy/reveal", data=form, headers={"accept": "application/json"})
    with reading(company.running.site.engine) as connection:
        assert connection.execute(select(COPY_SENT.c.what)).scalars().all() == ["portal"]


def test_while_something_is_not_settled_nothing_is_shown(
    company: Company, shop: httpx.Client
) -> None:
    form = {"form_token": token_in(shop.get("/copy").text)}
    company.accept(withdrawal("c-open", "D1"))
    for answer in (shop.get("/copy"), shop.post("/copy/workbook", data=form)):
        assert answer.status_code == 503
        assert "欧" not in answer.text


def test_the_page_is_for_dealers_alone(company: Company) -> None:
    with company.running.client() as client:
        assert client.get("/copy").status_code == 303
        sign_in(client, "office")
        assert client.get("/copy").status_code == 403
        assert 'href="/copy"' not in client.get("/").text


def test_the_archive_tells_who_took_a_copy_in_which_the_person_stands(
    company: Company, shop: httpx.Client
) -> None:
    form = {"form_token": token_in(shop.get("/copy").text)}
    for _ in range(2):
        assert shop.post("/copy/workbook", data=form).status_code == 200
    # What left before the person stood in it tells nothing of the person.
    company.take(*shared("c-later", "D1", "司马淑贞", "110105"))
    company.running.user("field", "staff")
    pages = {}
    for name in ("office", "field"):
        with company.running.client() as client:
            sign_in(client, name)
            for card in ("c-open", "c-later"):
                pages[name, card] = client.get(f"/people/{person_id(card)}").text
    assert re.search("下载 Excel · shop · [^<]* · 共 2 次", pages["office", "c-open"])
    assert "在网页上看 · shop" in pages["office", "c-open"]
    assert "谁有副本" in pages["office", "c-later"]
    for other in (("office", "c-later"), ("field", "c-open")):
        assert "下载 Excel" not in pages[other] and "在网页上看" not in pages[other]


def test_the_first_page_of_a_large_copy_stays_light_and_the_rest_stands_on_pages_of_its_own(
    company: Company, shop: httpx.Client
) -> None:
    """With what scripts and styles weigh, a page is to stay below 100,000 bytes."""
    names = {f"c-many-{n}": f"王{chr(ord('一') + 37 * n)}" for n in range(60)}
    company.take(*(each for card, name in names.items() for each in shared(card, "D1", name)))
    page = shop.get("/copy").text
    assert len(page.encode()) <= 42_000
    news = page.partition('id="changes"')[2].partition("</section>")[0]
    assert news.count("<li>") == 6
    total, rest = re.findall(r"<small>(\d+)</small>|>其余 (\d+) 处</a>", news)
    told = [shop.get(f"/copy/changes?page={n}").text for n in (1, 2)]
    listed = [line for whole in told for line in re.findall(r"<li>", whole.partition("<main")[2])]
    assert len(listed) == int(total[0]) == 6 + int(rest[1])
    assert len(told[0].encode()) <= 42_000
