"""A dealer's own desk: somebody of its copy is found, called, corrected; what was recalled is
deleted and said to be."""

import re
from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any

import httpx
import orjson
from openpyxl import load_workbook
from sqlalchemy import select

from campaigns.ids import person_id
from campaigns.times import rfc3339
from crm.accounts.tables import ACCESS
from crm.archives.queries import archive, person_then
from crm.clock import now_us
from crm.copies.receipts import is_signed
from crm.feed.acknowledging import company_signer
from crm.feed.deletions import deletion_receipts
from crm.feed.recall_queries import hand_over, open_recalls
from crm.journal.events import JOURNAL
from crm.rights.asking import holding_of
from crm.rights.own_copy import Keeper, own_copy
from crm.scope import HEADQUARTERS_SCOPE, dealer_scope
from crm.storage.database import reading
from tests.integration.feed.dealers import Company, contract, contract_end, event, withdrawal
from tests.integration.web.companies import (
    NAME,
    PHONE,
    company,
    key_in,
    registered,
    shop,
    sign_in,
    token_in,
)
from tests.integration.web.sites import today

__all__ = ["company", "shop"]


def known(company: Company) -> dict[str, Any]:
    site = company.running.site
    with reading(site.engine) as connection:
        found = archive(HEADQUARTERS_SCOPE, connection, site.keyring, "c-open", site.now_us())
    assert found is not None
    return found


def forms_of(page: str, path: str) -> dict[str, str]:
    form = page[page.index(f'{path}"') :].partition("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def test_somebody_is_found_by_what_the_copy_shows_and_opened_with_a_trace(
    company: Company, shop: httpx.Client
) -> None:
    page = shop.get("/copy").text
    found = shop.post("/copy/find", data={"form_token": token_in(page), "text": "oygl"}).text
    (row,) = re.findall(r'href="(/copy/row/[0-9a-f]{64})"', found)
    assert NAME not in shop.get(row).text
    opened = shop.post(f"{row}/open", data={"form_token": token_in(page)}).text
    assert NAME in opened and f"tel:+86{PHONE}" in opened
    with reading(company.running.site.engine) as connection:
        looks = connection.execute(select(ACCESS.c.card_id, ACCESS.c.field)).all()
    assert {tuple(look) for look in looks} == {("c-open", "names"), ("c-open", "phones")}
    nobody = shop.post("/copy/find", data={"form_token": token_in(page), "text": "慕容"}).text
    assert "没有找到" in nobody


def test_a_call_and_a_correction_go_by_way_of_the_row(company: Company, shop: httpx.Client) -> None:
    row = f"/copy/row/{key_in(shop.get('/copy').text)}"
    page = shop.get(row).text
    assert 'name="conditions"' not in page and 'name="sex"' in page
    said = {**forms_of(page, f"{row}/called"), "channel": "phone", "outcome": "reached"}
    assert shop.post(f"{row}/called", data=said).headers["location"].startswith("/copy?said=")
    page = shop.get(row).text
    typed = {**forms_of(page, f"{row}/correct"), "address": "解放路二号", "conditions": "高血压"}
    assert shop.post(f"{row}/correct", data=typed).status_code == 303
    company.work()
    told = known(company)
    assert told["cards"][0]["contact"]["address"] == "解放路二号"
    assert "conditions" not in told["cards"][0]["health"]
    said_of = {item["type"]: item for item in told["timeline"]}
    assert said_of["follow_up.done"]["outcome"] == "recorded"
    assert "based_on" in said_of["card.corrected"]["data"]
    assert "没有到期的回访" in shop.get("/copy").text


def test_who_sees_why_cards_are_one_persons_is_told_that_a_dealer_has_corrected_one_of_them(
    company: Company, shop: httpx.Client
) -> None:
    company.take(registered("c-again", NAME))
    archived, corrected = f"/people/{person_id('c-open')}", "经销商按副本更正过其中一张卡"
    row = f"/copy/row/{key_in(shop.get('/copy').text)}"
    with company.running.client() as office:
        sign_in(office, "office")
        before = office.get(archived).text
        typed = {**forms_of(shop.get(row).text, f"{row}/correct"), "name": "王淑兰"}
        assert shop.post(f"{row}/correct", data=typed).status_code == 303
        company.work()
        after = office.get(archived).text
    assert "姓名读音和电话相同" in before and corrected not in before
    assert "姓名读音和电话相同" in after and corrected in after


def test_what_is_odd_is_asked_about_in_the_form_that_was_sent_and_in_no_other(
    company: Company, shop: httpx.Client
) -> None:
    row = f"/copy/row/{key_in(shop.get('/copy').text)}"
    typed = {**forms_of(shop.get(row).text, f"{row}/correct"), "phones": "1390000111"}
    asked = shop.post(f"{row}/correct", data=typed).text
    assert asked.count("电话不像大陆的手机号") == 1
    assert "电话不像" not in asked.partition(f'{row}/called"')[2].partition("</form>")[0]
    again = {**typed, **forms_of(asked, f"{row}/correct")}
    assert shop.post(f"{row}/correct", data=again).status_code == 303


def test_what_is_no_field_of_the_row_is_no_correction(company: Company, shop: httpx.Client) -> None:
    row = f"/copy/row/{key_in(shop.get('/copy').text)}"
    typed = {**forms_of(shop.get(row).text, f"{row}/correct"), "conditions": "高血压"}
    assert shop.post(f"{row}/correct", data=typed).status_code == 422
    assert shop.get("/copy/row/" + "0" * 64).status_code == 404


def test_rows_said_to_be_deleted_close_their_recalls_and_no_others(
    company: Company, shop: httpx.Client
) -> None:
    site = company.running.site
    shop.get("/copy")
    company.take(withdrawal("c-open", "D1"))
    page = shop.get("/copy").text
    (sequence,) = re.findall(r'name="deleted" value="(\d+)"', page)
    assert page.count("请删掉你手里的") == 2 and "不用再做什么" not in page
    form = {"form_token": token_in(page), "deleted": sequence}
    asked = shop.post("/copy/deleted", data=form)
    # What was ticked stays ticked.
    assert asked.status_code == 422 and f'value="{sequence}" checked' in asked.text
    other = {**form, "deleted": "9", "everywhere": "1"}
    assert shop.post("/copy/deleted", data=other).status_code == 422
    with reading(site.engine) as connection:
        assert len(open_recalls(HEADQUARTERS_SCOPE, connection, today())) == 1
    assert shop.post("/copy/deleted", data={**form, "everywhere": "1"}).status_code == 303
    with reading(site.engine) as connection:
        assert open_recalls(HEADQUARTERS_SCOPE, connection, today()) == []
        (receipt,) = deletion_receipts(dealer_scope("D1"), connection, "D1")
    signer = company_signer(site.keyring)
    assert is_signed(receipt.receipt, receipt.company_signature, signer.public_key)
    told = orjson.loads(receipt.receipt)
    assert (told["by"], told["rows"][0]["sequence"]) == ("shop", int(sequence))
    page = shop.get("/copy").text
    assert "1 行已删除" in page and 'name="deleted"' not in page
    # What was confirmed is not asked for again in the list of changes.
    assert "已收回" in page and "请删掉你手里的" not in page and "不用再做什么" in page
    with company.running.client() as office:
        sign_in(office, "office")
        assert "经销商说已删除" in office.get("/dealers/D1").text


def test_nobody_is_said_to_have_no_copy_while_a_dealer_may_still_hold_what_was_taken_back(
    company: Company, shop: httpx.Client
) -> None:
    assert shop.post(
        "/copy/workbook", data={"form_token": token_in(shop.get("/copy").text)}
    ).is_success
    company.take(withdrawal("c-open", "D1"))
    with company.running.client() as office:
        sign_in(office, "office")
        told = office.get(f"/people/{person_id('c-open')}").text
        assert "已收回，还没有说已删除" in told and "下载 Excel · shop" in told
        assert "哪家经销商都没有" not in told
        assert "还没有说已删除" in said_to_the_person(company)
        page = shop.get("/copy").text
        (sequence,) = re.findall(r'name="deleted" value="(\d+)"', page)
        form = {"form_token": token_in(page), "deleted": sequence, "everywhere": "1"}
        assert shop.post("/copy/deleted", data=form).status_code == 303
        assert "哪家经销商都没有" in office.get(f"/people/{person_id('c-open')}").text
    assert "没有人有您的这份档案" in said_to_the_person(company)


def said_to_the_person(company: Company) -> str:
    """Who has a copy, as the person's own copy says it."""
    site, scope = company.running.site, HEADQUARTERS_SCOPE
    with reading(site.engine) as connection:
        known = person_then(scope, connection, site.keyring, "c-open", site.now_us())
        assert known is not None
        held = holding_of(scope, connection, site.keyring, *known)
    made = own_copy(held, Keeper("公司"), "zh-CN", lambda _group, code: code)
    (part,) = [each for each in made.sections if each.name == "copies"]
    return "".join(part.paragraphs)


def test_a_recall_closed_by_word_counts_as_given_back_at_a_change_of_dealers(
    company: Company, shop: httpx.Client
) -> None:
    site = company.running.site
    page = shop.get("/copy").text
    company.take(contract_end("D1", today() - timedelta(days=1)))
    page = shop.get("/copy").text
    (sequence,) = re.findall(r'name="deleted" value="(\d+)"', page)
    form = {"form_token": token_in(page), "deleted": sequence, "everywhere": "1"}
    shop.post("/copy/deleted", data=form)
    with reading(site.engine) as connection:
        found = hand_over(HEADQUARTERS_SCOPE, connection, lambda _d, _c: "", "D1", "D2")
    assert (found.withdrawn, found.acknowledged, found.open) == (1, 1, 0)


def test_what_was_seen_is_kept_for_the_account_not_for_the_browser(
    company: Company, shop: httpx.Client
) -> None:
    page = shop.get("/copy").text
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None and "新来的" in page
    shop.post("/copy/seen", data={"form_token": token_in(page), "seen": seen[1]})
    with company.running.client() as elsewhere:
        sign_in(elsewhere, "shop")
        assert "没有新的变化" in elsewhere.get("/copy").text
    company.running.user("shop-2", "dealer", "D1")
    with company.running.client() as colleague:
        sign_in(colleague, "shop-2")
        assert "新来的" in colleague.get("/copy").text
    row = f"/copy/row/{key_in(page)}"
    typed = {**forms_of(shop.get(row).text, f"{row}/correct"), "address": "新街三号"}
    shop.post(f"{row}/correct", data=typed)
    company.work()
    assert "有更正或更新" in shop.get("/copy").text


def test_a_change_leads_to_its_row_and_says_who_died(company: Company, shop: httpx.Client) -> None:
    company.take(event("person.deceased", "card/c-open", {"card_id": "c-open"}))
    page = shop.get("/copy").text
    changes = page.partition('id="changes"')[2].partition("</section>")[0]
    assert "已去世" in changes and f'href="/copy/row/{key_in(page)}"' in changes
    fields = {"form_token": token_in(page), "text": "oygl"}
    assert "已去世" in shop.post("/copy/find", data=fields).text


def test_the_workbook_says_regions_by_name_and_has_a_filter(shop: httpx.Client) -> None:
    token = token_in(shop.get("/copy").text)
    answer = shop.post("/copy/workbook", data={"form_token": token})
    book = load_workbook(BytesIO(answer.content))
    sheet = book["人员"]
    assert sheet.auto_filter.ref == "A2:L3"
    told = {cell.value for row in sheet.iter_rows() for cell in row}
    assert "北京市朝阳区" in told and "110105" not in told


def test_what_was_said_of_a_row_shows_no_card(company: Company, shop: httpx.Client) -> None:
    row = f"/copy/row/{key_in(shop.get('/copy').text)}"
    said = {**forms_of(shop.get(row).text, f"{row}/called"), "channel": "phone"}
    told = shop.post(f"{row}/called", data={**said, "outcome": "reached"}).headers["location"]
    (form_id,) = re.findall(r"said=([0-9a-f-]{36})", told)
    with reading(company.running.site.engine) as connection:
        own = select(JOURNAL.c.source, JOURNAL.c.id).where(JOURNAL.c.id.like(f"{form_id}%"))
        source, event_id = connection.execute(own).one()
    page = shop.get("/event", params={"source": source, "id": event_id}).text
    assert "接通" in page or "联系上" in page
    assert "c-open" not in page


def test_a_copy_that_is_not_settled_is_opened_a_little_later(
    company: Company, shop: httpx.Client
) -> None:
    company.accept(withdrawal("c-open", "D1"))
    for path in ("/copy", "/funnels"):
        answer = shop.get(path)
        assert answer.status_code == 503
        assert f'class="button primary" href="{path}"' in answer.text
    company.work()
    assert shop.get("/copy").status_code == 200


def test_a_row_tells_every_shared_field_by_name_and_what_stands_beside_its_correction(
    company: Company, shop: httpx.Client
) -> None:
    patch = {"person": {"sex": "female", "birth_date": "1951-03-08"}}
    company.take(event("card.corrected", "card/c-open", {"card_id": "c-open", **patch}))
    row = f"/copy/row/{key_in(shop.get('/copy').text)}"
    page = shop.get(row).text
    told = re.findall(r"<dt>([^<]*)</dt>\s*<dd>(.*?)</dd>", page, re.DOTALL)
    lines = {word: re.sub(r"<[^>]*>|\s", "", value) for word, value in told}
    assert list(lines) == ["姓名", "性别", "出生日期", "电话", "住址", "地区"]
    assert lines["性别"] == "女" and lines["地区"].endswith("朝阳区")
    assert lines["出生日期"] == "1951-**-**点开" and lines["住址"] == "****点开"
    form = page[page.index(f'{row}/correct"') :].partition("</form>")[0]
    fields = re.findall(r'name="(\w+)"[^>]*>(?:(?!name=).)*?现在：(.*?)</p>', form, re.DOTALL)
    now = {name: re.sub(r"<[^>]*>|\s", "", value) for name, value in fields}
    assert (now["sex"], now["birth_year"]) == ("女", "1951")
    assert now["region"] == lines["地区"] and now["address"] == "****点开"
    assert "1951-03-08" not in page and NAME not in page
    cell = f"{row.rpartition('/')[2]} birth_date"
    sent = {"form_token": token_in(page), "cell": cell}
    opened = shop.post("/copy/reveal", data=sent, headers={"accept": "application/json"})
    assert opened.json() == {"value": "1951-03-08"}


def test_after_a_correction_the_receipt_stands_until_the_row_is_in_the_copy(
    company: Company, shop: httpx.Client
) -> None:
    row = f"/copy/row/{key_in(shop.get('/copy').text)}"
    typed = {**forms_of(shop.get(row).text, f"{row}/correct"), "address": "解放路二号"}
    to = shop.post(f"{row}/correct", data=typed).headers["location"]
    waits = shop.get(to)
    assert waits.status_code == 202 and "回执号" in waits.text
    assert "几秒钟就在你的副本里" in waits.text
    again = re.findall(r'<a class="button primary" href="([^"]*)">再看一次', waits.text)
    assert [unescape(each) for each in again] == [to]
    company.work()
    assert "住址" in shop.get(to).text


def test_what_hangs_on_a_contract_is_told_before_it_ends_and_what_is_left_after(
    company: Company, shop: httpx.Client
) -> None:
    later = {
        **{"activity_id": "a-later", "programme": "golden-sunset", "kind": "promotion"},
        **{"title": "十日以后的展销", "region": "110105", "dealer": "D1"},
        "starts_at": rfc3339(now_us() + 10 * 86_400_000_000),
    }
    company.take(event("activity.planned", "activity/a-later", later))
    assert shop.get("/copy").text.count("合同") == 0
    with company.running.client() as office:
        sign_in(office, "office")
        before = office.get("/dealers/D1/end/x-D1").text
        for told in ("副本 1 人", "还有 1 场活动", "/activities/a-later/change", "账号 1 个"):
            assert told in before, told
        assert "没收尾" not in office.get("/dealers/D1").text
        company.take(contract_end("D1", today() - timedelta(days=1)))
        after = office.get("/dealers/D1").text
        for told in ("没收尾", "十日以后的展销", "账号 1 个"):
            assert told in after, told
    page = shop.get("/copy").text
    assert "已经结束" in page and "全部收回" in page


def test_between_two_contracts_a_dealer_is_told_from_which_day_on_it_has_one_again(
    company: Company, shop: httpx.Client
) -> None:
    company.take(contract_end("D1", today() - timedelta(days=1)))
    starts_on = (today() + timedelta(days=20)).isoformat()
    company.take(contract("D1", contract_id="x-again", starts_on=starts_on))
    page = shop.get("/copy").text
    assert "起生效" in page and "已经结束" not in page


def test_a_dealer_is_told_in_good_time_that_its_contract_runs_out(
    company: Company, shop: httpx.Client
) -> None:
    company.take(contract_end("D1", today() + timedelta(days=9)))
    assert "要续约" in shop.get("/copy").text


def test_whom_the_new_dealer_must_ask_is_a_list_to_search_take_away_and_invite(
    company: Company,
) -> None:
    with company.running.client() as office:
        sign_in(office, "office")
        address = "/hand-over/people?old=D1&new=D2"
        assert address.replace("&", "&amp;") in office.get("/hand-over?old=D1&new=D2").text
        page = office.get(address).text
        assert "欧**兰" in page and "请来参加活动" in page and "CSV" in page
        found = {"form_token": token_in(page), "text": "慕容"}
        assert "欧**兰" not in office.post(address, data=found).text
        assert office.get("/hand-over/people?old=D1&new=D1").status_code == 404


def test_each_row_of_a_copy_names_the_word_that_it_rests_on_and_says_where_there_is_none(
    company: Company,
) -> None:
    company.running.user("eyes", "auditor")
    with company.running.client() as auditor:
        sign_in(auditor, "eyes")
        number = r'<dt>人数</dt><dd><a href="/dealers/D1/bases">1</a>'
        assert re.search(number, auditor.get("/dealers/D1").text)
        page = auditor.get("/dealers/D1/bases").text
        assert "每一行都有本人的同意" in page and "纸上签字" in page
        assert re.search(r"\d{4}年\d+月\d+日", page) and not re.search(r">\d{4}-\d\d-\d\d<", page)
        taken = auditor.get("/dealers/D1/bases?file=csv").text
        assert "有同意，先同意后交出" in taken and len(taken.splitlines()) == 2
        assert auditor.get("/dealers/nobody/bases").status_code == 404
        assert (
            "copy" in auditor.get("/audit?kind=took").text or "带走了" in auditor.get("/audit").text
        )
