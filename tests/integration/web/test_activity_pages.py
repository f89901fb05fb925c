"""Activities by pages alone: planned, changed, called off, copied, closed for the day."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import openpyxl
import pytest

from campaigns.regions import codes_named
from campaigns.sheets.head import CHECKLIST_SHEET
from crm.accounts.roles import AccountRole
from crm.activities.queries import activities_from, activity, whole_activity
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.examples import an_event
from tests.integration.web.acting import fill_in, form_in, sent_again
from tests.integration.web.contracts import contract
from tests.integration.web.sites import (
    RunningSite,
    activity_today,
    card,
    sign_in,
    today,
)


def plan() -> dict[str, str]:
    """A lecture of three days from now, as it is typed."""
    return {
        "title": "朝阳区健康讲座",
        "kind": "health_lecture",
        "starts_on": str(today() + timedelta(days=3)),
        "starts": "09:30",
        "ends": "11:00",
        "region": "北京市朝阳区",
        "venue": "朝阳区老年大学",
        "dealer": "D1",
        "co_organizers": "老龄委\n社区医院",
        "cost": "3,000.5",
    }


@pytest.fixture(scope="module", autouse=True)
def told(site: RunningSite) -> None:
    site.user("plans", "planning")
    site.user("office", "headquarters")
    site.user("market", "marketing")
    site.accept(contract(), activity_today(), card())


@pytest.fixture
def plans(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        assert sign_in(client, "plans").status_code == 303
        yield client


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        assert sign_in(client, "office").status_code == 303
        yield client


def planned(client: httpx.Client, **values: str) -> tuple[str, httpx.Response]:
    """(the activity's id, the answer)."""
    answer = fill_in(client, "/plan", plan() | values)
    if "已经有一场" in answer.text:
        answer = sent_again(client, answer, "/plan")
    assert answer.status_code == 303, re.findall(r'class="fault"[^>]*>([^<]*)', answer.text)
    return answer.headers["location"].partition("?")[0].rpartition("/")[2], answer


def test_a_plan_becomes_an_activity_with_all_that_was_typed(
    site: RunningSite, plans: httpx.Client
) -> None:
    activity_id, answer = planned(plans)
    waits = plans.get(answer.headers["location"])
    assert waits.status_code == 202 and "data-pending" in waits.text
    site.work()
    page = plans.get(answer.headers["location"])
    assert "已收下" in page.text and "已入档" in page.text
    assert "老龄委、社区医院" in page.text and "¥3,000.50" in page.text
    with reading(site.site.engine) as connection:
        found = whole_activity(HEADQUARTERS_SCOPE, connection, site.site.keyring, activity_id)
    assert found is not None
    assert found.stands.region == "110105"
    assert found.stands.cost_fen == 300_050
    assert f"{found.stands.starts_at:%H:%M%z}" == "09:30+0800"


THINGS = "易拉宝 2\n签到表\n宣传册 1200 本"


def things_of(site: RunningSite, activity_id: str) -> list[tuple[str, int]]:
    with reading(site.site.engine) as connection:
        found = whole_activity(HEADQUARTERS_SCOPE, connection, site.site.keyring, activity_id)
    assert found is not None
    return [(each.item, each.quantity) for each in found.stands.materials]


def test_what_has_to_be_taken_along_is_planned_shown_changed_and_cleared(
    site: RunningSite, plans: httpx.Client
) -> None:
    named = {"title": "带东西的", "starts": "07:10", "materials": THINGS}
    wrong = fill_in(plans, "/plan", plan() | named | {"materials": "易拉宝 2\n赠书 0"})
    assert wrong.status_code == 422 and 'id="materials-fault"' in wrong.text
    assert form_in(wrong.text, "/plan")["materials"] == "易拉宝 2\n赠书 0"
    activity_id, _ = planned(plans, **named)
    site.work()
    assert things_of(site, activity_id) == [("易拉宝", 2), ("签到表", 1), ("宣传册", 1200)]
    page = plans.get(f"/activities/{activity_id}").text
    assert "要带的东西" in page and "× 1,200" in page and page.count("☐") == 3
    path = f"/activities/{activity_id}/change"
    assert "没有改动" in fill_in(plans, path, {}).text
    assert fill_in(plans, path, {"materials": "礼品 30"}).status_code == 303
    site.work()
    assert things_of(site, activity_id) == [("礼品", 30)]
    copied = form_in(plans.get(f"/plan?like={activity_id}").text, "/plan")
    assert copied["materials"] == "礼品 30"
    assert fill_in(plans, path, {"materials": ""}).status_code == 303
    site.work()
    assert things_of(site, activity_id) == []
    assert "要带的东西" not in plans.get(f"/activities/{activity_id}").text


def with_things(activity_id: str, **more: Any) -> dict[str, Any]:
    old = activity_today(activity_id)
    things = [{"item": "体验设备", "quantity": 3}]
    return {**old, "data": {**old["data"], "materials": things, **more}}


def test_who_holds_an_activity_sees_what_to_take_along_and_prints_it_with_the_sheet(
    site: RunningSite,
) -> None:
    site.accept(with_things("A-things"))
    for name, dealer in (("hall-1", "D1"), ("hall-2", "D2")):
        site.user(name, "dealer_staff", dealer)
        with site.client() as client:
            sign_in(client, name)
            answer = client.get("/activities/A-things")
            blank = client.get("/sheets/A-things/blank?rows=2")
        if dealer == "D2":
            assert answer.status_code == blank.status_code == 404
            continue
        assert "体验设备" in answer.text
        book = openpyxl.load_workbook(io.BytesIO(blank.content))
        assert book.active.title != CHECKLIST_SHEET
        rows = list(book[CHECKLIST_SHEET].iter_rows(min_row=3, values_only=True))
        assert rows == [("☐", "体验设备", 3)]


def test_who_planned_is_told_who_invites_and_what_is_printed_where(
    site: RunningSite, plans: httpx.Client, office: httpx.Client
) -> None:
    activity_id, answer = planned(plans, title="谁来请人", starts="06:50")
    site.work()
    page = plans.get(answer.headers["location"]).text
    told = page.partition('id="next"')[2].partition("</section>")[0]
    assert "由总部、现场工作人员在这一页按“请人来”" in told and "朝阳康泰另外请" in told
    links = re.findall(r'href="(/[^"]+)"', told)
    assert len(links) == 3
    assert [plans.get(unescape(link)).status_code for link in links] == [200, 200, 200]
    path = f"/activities/{activity_id}"
    own = office.get(path).text.partition('id="next"')[2].partition("</section>")[0]
    assert "从名单里选人" in own and "你的身份看不到姓名" not in own
    with site.client() as client:
        sign_in(client, "market")
        assert 'id="next"' not in client.get(path).text
    assert fill_in(plans, f"{path}/cancel", {"reason_code": "weather"}).status_code == 303
    site.work()
    assert 'id="next"' not in plans.get(path).text


def test_a_second_tap_plans_nothing_twice(site: RunningSite, plans: httpx.Client) -> None:
    form = (
        form_in(plans.get("/plan").text, "/plan")
        | plan()
        | {"title": "只有一场", "starts": "08:10"}
    )
    first, second = plans.post("/plan", data=form), plans.post("/plan", data=form)
    assert first.headers["location"] == second.headers["location"]
    site.work()
    assert plans.get("/activities?text=只有一场").text.count("只有一场</a>") == 1


def test_the_same_form_with_other_words_is_not_taken_for_said(plans: httpx.Client) -> None:
    form = form_in(plans.get("/plan").text, "/plan") | plan() | {"starts": "08:20"}
    assert plans.post("/plan", data=form).status_code == 303
    again = plans.post("/plan", data=form | {"venue": "别处"})
    assert again.status_code == 422
    assert "已经提交过" in again.text and 'value="别处"' in again.text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "请填好这一栏"),
        ("region", "朝阳区", "叫这个名字的地区不止一个"),
        ("region", "没有这里", "没有找到这个地区"),
        ("starts_on", "2026-02-30", "日期看不懂"),
        ("starts", "25:00", "时间看不懂"),
        ("ends", "09:00", "结束时间要在开始之后"),
        ("cost", "三千", "费用看不懂"),
        ("cost", "0", "费用看不懂"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_the_rest_stays(
    plans: httpx.Client, field: str, value: str, said: str
) -> None:
    answer = fill_in(plans, "/plan", plan() | {field: value})
    assert answer.status_code == 422
    assert f'id="{field}-fault"' in answer.text and said in answer.text
    kept = form_in(answer.text, "/plan")
    assert kept["co_organizers"] == plan()["co_organizers"]
    assert kept["kind"] == "health_lecture"


def test_a_free_clinic_without_a_filing_number_is_asked_about_once(plans: httpx.Client) -> None:
    answer = fill_in(plans, "/plan", plan() | {"kind": "free_clinic"})
    assert answer.status_code == 200 and "备案号就不能举办" in answer.text
    assert sent_again(plans, answer, "/plan").status_code == 303


def test_what_was_asked_about_a_filing_number_is_not_asked_when_something_else_changes(
    site: RunningSite, plans: httpx.Client
) -> None:
    site.accept(activity_today("A-unfiled", "free_clinic"))
    path = "/activities/A-unfiled/change"
    assert fill_in(plans, path, {"venue": "社区中心"}).status_code == 303
    site.accept(activity_today("A-lecture"))
    asked = fill_in(plans, "/activities/A-lecture/change", {"kind": "free_clinic"})
    assert asked.status_code == 200 and "没有备案号就不能举办" in asked.text


def test_another_doubt_in_the_place_of_one_that_was_answered_is_asked_about_too(
    plans: httpx.Client,
) -> None:
    answer = fill_in(plans, "/plan", plan() | {"kind": "free_clinic"})
    mended = form_in(answer.text, "/plan") | {"kind": "health_lecture"}
    late = plans.post("/plan", data=mended | {"starts_on": str(today() - timedelta(days=1))})
    assert late.status_code == 200 and "这个日期已经过去了" in late.text
    assert sent_again(plans, late, "/plan").status_code == 303


def test_a_change_says_only_what_is_another_than_before(
    site: RunningSite, plans: httpx.Client
) -> None:
    activity_id, _ = planned(plans)
    site.work()
    path = f"/activities/{activity_id}/change"
    unchanged = fill_in(plans, path, {})
    assert unchanged.status_code == 422 and "没有改动" in unchanged.text
    assert fill_in(plans, path, {"venue": "", "starts": "10:00"}).status_code == 303
    site.work()
    with reading(site.site.engine) as connection:
        found = whole_activity(HEADQUARTERS_SCOPE, connection, site.site.keyring, activity_id)
    assert found is not None
    said = found.events[-1][0]
    assert said.type_name == "activity.changed"
    assert found.stands.venue is None
    assert f"{found.stands.starts_at:%H:%M}" == "10:00"
    assert found.stands.title == plan()["title"]


def test_calling_off_needs_a_reason_and_is_seen_in_the_list(
    site: RunningSite, plans: httpx.Client
) -> None:
    activity_id, _ = planned(plans, title="要取消的")
    site.work()
    path = f"/activities/{activity_id}/cancel"
    assert fill_in(plans, path, {"reason_code": ""}).status_code == 422
    assert fill_in(plans, path, {"reason_code": "weather"}).status_code == 303
    site.work()
    assert "已取消" in plans.get("/activities?text=要取消的").text
    assert f"{path}" not in plans.get(f"/activities/{activity_id}").text


def test_who_called_it_off_sees_why_and_takes_it_back_by_what_was_recorded(
    site: RunningSite, plans: httpx.Client
) -> None:
    activity_id, _ = planned(plans, title="取消错的", starts="06:10")
    site.work()
    path = f"/activities/{activity_id}"
    assert fill_in(plans, f"{path}/cancel", {"reason_code": "too_few"}).status_code == 303
    site.work()
    page = plans.get(path).text
    assert "这场活动已取消。" in page and "原因：报名的人太少。" in page
    assert f'href="/plan?like={activity_id}"' in page
    address = re.search(r'<a href="(/event\?[^"]+)"><span class="name">[^<]*取消', page)
    assert address is not None
    event = unescape(address[1])
    form = {**form_in(plans.get(event).text, "/event/void"), "reason_code": "typed_wrong"}
    answer = plans.post("/event/void", data=form)
    if answer.status_code == 200:
        answer = sent_again(plans, answer, "/event/void")
    assert answer.status_code == 303
    site.work()
    assert "这场活动已取消。" not in plans.get(path).text


def test_what_an_activity_costs_is_told_to_no_field_staff_of_a_dealer(site: RunningSite) -> None:
    event = activity_today("A-costs")
    site.accept({**event, "data": {**event["data"], "cost_fen": 838_000}})
    seen = {}
    for role in ("planning", "headquarters", "dealer", "dealer_staff"):
        name = site.user(f"costs-{role}", role, "D1" if role.startswith("dealer") else None)
        assert name
        with site.client() as client:
            sign_in(client, f"costs-{role}")
            seen[role] = "¥8,380.00" in client.get("/activities/A-costs").text
    assert seen == {"planning": True, "headquarters": True, "dealer": True, "dealer_staff": False}


def test_the_days_closing_asks_once_about_what_does_not_agree(
    site: RunningSite, office: httpx.Client
) -> None:
    path = "/activities/A-today/held"
    came = {
        **activity_today(),
        "id": "came-1",
        "type": "jinxi.activity.attended.v1",
        "time": f"{today()}T00:00:00+08:00",
        "timeprecision": "day",
        "subject": "card/C1",
        "data": {"card_id": "C1", "activity_id": "A-today"},
    }
    site.accept(came)
    assert fill_in(office, path, {"reached": "many", "cards_handed_out": "1"}).status_code == 422
    answer = fill_in(office, path, {"reached": "0", "cards_handed_out": "5"})
    assert "比到场登记的 1 人还少" in answer.text and "有 5 张还没有登记" in answer.text
    assert sent_again(office, answer, path).status_code == 303
    site.work()
    page = office.get("/activities/A-today").text
    assert "还差 5 张没有登记" in page
    site.accept({**came, "id": "came-2"})
    assert "日结后补登" in office.get("/activities/A-today").text


def test_last_months_activities_are_planned_again_four_weeks_later(
    site: RunningSite, plans: httpx.Client
) -> None:
    old = activity_today("A-old", "free_clinic")
    when = f"{today() - timedelta(days=10)}T14:00:00+08:00"
    data = {**old["data"], "starts_at": when, "title": "老活动", "filing_no": "京卫1"}
    data["materials"] = [{"item": "血压计", "quantity": 4}]
    site.accept({**old, "data": data})
    assert fill_in(plans, "/plan/copy", {"chosen": ""}).status_code == 422
    answer = fill_in(plans, "/plan/copy", {"chosen": "A-old"})
    assert answer.status_code == 303
    site.work()
    with reading(site.site.engine) as connection:
        found = activities_from(HEADQUARTERS_SCOPE, connection, today() + timedelta(days=17))
    copied = [each for each in found if each.title == "老活动"]
    assert len(copied) == 1
    # A filing number is one activity's.
    assert copied[0].filing_no is None
    assert copied[0].kind == "free_clinic"
    assert things_of(site, copied[0].activity_id) == [("血压计", 4)]


def test_what_stands_in_the_calendar_is_not_planned_again_unasked(
    site: RunningSite, plans: httpx.Client
) -> None:
    first = {"title": "同一场", "starts": "15:00", "ends": "16:00", "venue": "新地方"}
    planned(plans, **first)
    site.work()
    for change in ({"title": "另一个名字"}, {"venue": "另一处"}, {}):
        again = fill_in(plans, "/plan", plan() | first | change)
        assert "15:00 已经有一场“同一场”" in again.text
    assert sent_again(plans, again, "/plan").status_code == 303
    for change in ({"starts": "14:00"}, {"title": "另一场", "venue": "另一处"}):
        assert fill_in(plans, "/plan", plan() | first | change).status_code == 303


def test_what_was_copied_is_not_ticked_to_be_copied_again(
    site: RunningSite, plans: httpx.Client
) -> None:
    old = activity_today("A-monthly")
    when = f"{today() - timedelta(days=9)}T14:00:00+08:00"
    site.accept({**old, "data": {**old["data"], "starts_at": when, "title": "月月办"}})
    ticked = re.compile(r'value="A-monthly"( checked)?>')
    found = ticked.search(plans.get("/plan/copy").text)
    assert found and found[1]
    receipt = fill_in(plans, "/plan/copy", {"chosen": "A-monthly"}).headers["location"]
    site.work()
    assert "活动计划 · 月月办" in plans.get(receipt).text
    page = plans.get("/plan/copy").text
    found = ticked.search(page)
    assert found and not found[1] and "已经计划了" in page
    twice = fill_in(plans, "/plan/copy", {"chosen": "A-monthly"})
    assert "已经有一场“月月办”" in twice.text
    found = ticked.search(twice.text)
    assert found and found[1]


def test_the_numbers_of_an_activity_are_the_lengths_of_their_lists(office: httpx.Client) -> None:
    page = office.get("/activities/A-today").text
    for group in ("attended", "cards", "archived", "tried", "bought"):
        number = re.search(rf'/{group}">([\d,]+)', page)
        assert number
        listed = office.get(f"/activities/A-today/{group}").text
        assert f"<small>{number[1]}</small>" in listed


@pytest.mark.parametrize(
    ("name", "role", "dealer"),
    [
        ("market", "marketing", None),
        ("field-a", "staff", None),
        ("hall-a", "dealer_staff", "D1"),
        ("shop-a", "dealer", "D1"),
    ],
)
def test_who_may_not_plan_sees_no_button_and_is_refused(
    site: RunningSite, name: str, role: AccountRole, dealer: str | None
) -> None:
    if name != "market":
        site.user(name, role, dealer)
    with site.client() as client:
        sign_in(client, name)
        for path in ("/activities", "/activities/A-today", "/calendar"):
            page = client.get(path)
            assert page.status_code == 200
            assert not re.search(r'href="(/plan|[^"]*/(change|cancel)")', page.text)
        assert client.get("/plan").status_code == 403
        token = form_in(client.get("/search").text, "/search")["form_token"]
        refused = ["/plan", "/activities/A-today/cancel", "/activities/A-today/change"]
        for path in (*refused, *(["/activities/A-today/held"] if name == "market" else [])):
            assert client.post(path, data={"form_token": token}).status_code == 403


def test_the_calendar_shows_the_month_that_is_asked_for(
    site: RunningSite, plans: httpx.Client
) -> None:
    on = today() + timedelta(days=99)
    activity_id, _ = planned(plans, title="日历上的", starts_on=str(on))
    site.work()
    assert activity_id in plans.get(f"/calendar?month={on:%Y-%m}").text
    assert activity_id not in plans.get(f"/calendar?month={on - timedelta(days=45):%Y-%m}").text
    assert plans.get("/calendar?month=nonsense").status_code == 200


def test_a_poster_leads_to_the_activity_and_is_a_pdf(office: httpx.Client) -> None:
    page = office.get("/activities/A-today/poster").text
    assert "<svg" in page and "社区礼堂" in page
    answer = office.get("/activities/A-today/poster.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("110105", ("110105",)),
        ("000000", ()),
        ("北京", ("110000",)),
        ("河北省", ("130000",)),
        ("石家庄长安区", ("130102",)),
        ("京", ()),
    ],
)
def test_a_region_is_found_by_code_and_by_the_name_that_people_say(
    text: str, codes: tuple[str, ...]
) -> None:
    assert codes_named(text) == codes


def test_an_activity_of_another_dealer_is_not_there(site: RunningSite) -> None:
    site.user("other", "dealer", "D2")
    with site.client() as client:
        sign_in(client, "other")
        for act in ("", "/poster", "/held"):
            assert client.get(f"/activities/A-today{act}").status_code == 404
    with reading(site.site.engine) as connection:
        assert activity(HEADQUARTERS_SCOPE, connection, "A-today") is not None


def test_an_activity_with_a_dealer_who_has_no_contract_there_and_then_is_asked_about(
    plans: httpx.Client,
) -> None:
    early = {**plan(), "starts_on": str(today() - timedelta(days=60))}
    asked = fill_in(plans, "/plan", early)
    assert asked.status_code == 200 and "没有生效的合同" in asked.text and "朝阳康泰" in asked.text
    away = fill_in(plans, "/plan", {**plan(), "region": "广东省深圳市"})
    assert away.status_code == 200 and "的合同不管 广东省深圳市" in away.text
    nobody = fill_in(plans, "/plan", {**plan(), "dealer": "D9"})
    assert nobody.status_code == 200 and "还没有合同" in nobody.text
    said = sent_again(plans, away, "/plan")
    assert said.status_code == 303, "a doubt never blocks"
    here = plan() | {"starts": "08:30"}
    assert fill_in(plans, "/plan", here).status_code == 303


def test_what_cannot_be_held_has_no_logging_as_its_main_button(site: RunningSite) -> None:
    site.accept(activity_today("A-clinic", "free_clinic"))
    with site.client() as office:
        sign_in(office, "office")
        primary = re.findall(
            r'class="button primary" href="([^"]+)"', office.get("/activities/A-clinic").text
        )
        assert primary == ["/activities/A-clinic/change#filing_no"]


def test_what_came_back_was_not_bought_at_an_activity_as_it_is_not_in_a_funnel(
    site: RunningSite, office: httpx.Client
) -> None:
    site.accept(activity_today("A-returned"))

    def said(kind: str, about: str, **data: Any) -> dict[str, Any]:
        wire = an_event(kind, {"card_id": about, **data}, id=f"{kind}-{about}")
        return wire | {"time": f"{today()}T00:00:00+08:00", "timeprecision": "day"}

    def bought(purchase: str, units: int) -> dict[str, Any]:
        data = {"sku": "JX-B4", "quantity": units, "unit_price_fen": 50_000, "channel": "activity"}
        about = {"purchase_id": purchase, "dealer": "D1", "activity_id": "A-returned"}
        return said("purchase.made", f"C-{purchase}", **about, **data)

    def came_back(purchase: str, units: int) -> dict[str, Any]:
        about = {"return_id": f"R-{purchase}", "purchase_id": purchase}
        return said(
            "purchase.returned", f"C-{purchase}", **about, quantity=units, reason_code="other"
        )

    cards = [card(f"C-{name}", name, f"1370000{n}") for n, name in enumerate(("all", "some"), 7001)]
    site.accept(*cards, bought("all", 2), bought("some", 3))
    site.work()
    assert "5 台 ¥2,500.00" in office.get("/activities/A-returned").text
    site.accept(came_back("all", 2), came_back("some", 1))
    site.work()
    page = office.get("/activities/A-returned").text
    assert "2 台 ¥1,000.00 · 退了 3 台" in page
    assert re.search(r'/bought">1 人', page)
    assert office.get("/activities/A-returned/bought").text.count('href="/people/') == 1
