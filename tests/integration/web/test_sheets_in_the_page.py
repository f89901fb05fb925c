"""Sheets in the page: looked at first, mended there, sent in once, given back with their ids."""

import io
import re
from collections.abc import Iterator
from html import unescape
from tempfile import SpooledTemporaryFile

import httpx
import openpyxl
import pytest
from sqlalchemy import select

from crm.journal.events import JOURNAL
from crm.notices.notice import notice
from crm.notices.packaged import packaged_notices
from crm.notices.register import add_notice
from crm.storage.database import reading
from crm.web.guards.bounds import LARGEST_SHEET_FORM_BYTES
from crm.web.view.sheet_forms import LARGEST_SHEET_BYTES
from tests.integration.web.reward_sites import member
from tests.integration.web.sheets import HEADINGS, again, cell, fields_of, pick, sheet_of
from tests.integration.web.sites import RunningSite, activity_today, sign_in, token_in


@pytest.fixture
def activity(site: RunningSite, request: pytest.FixtureRequest) -> str:
    """An activity of its own for each test."""
    activity_id = f"A-{abs(hash(request.node.name)) % 10**9}"
    site.accept(activity_today(activity_id))
    return activity_id


@pytest.fixture(scope="module", autouse=True)
def hall(site: RunningSite) -> None:
    site.user("field", "staff")
    site.user("hall", "dealer_staff", "D1")
    site.user("plans", "planning")


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        sign_in(client, "field")
        yield client


def types_in(site: RunningSite, activity: str) -> list[str]:
    with reading(site.site.engine) as connection:
        query = select(JOURNAL.c.type).where(JOURNAL.c.source == f"/sheets/{activity}")
        return sorted(connection.execute(query).scalars())


def test_a_blank_sheet_is_fetched_and_is_that_of_the_activity(
    office: httpx.Client, activity: str
) -> None:
    answer = office.get(f"/sheets/{activity}/blank?rows=5")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    written = [str(value) for row in book.active.values for value in row if value]
    assert answer.headers["content-disposition"] == f'attachment; filename="{activity}.xlsx"'
    assert any(activity in text for text in written) and "姓名" in written


def test_a_blank_sheet_names_the_notice_that_is_in_force(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    texts = packaged_notices()[0].texts
    assert add_notice(site.site.engine, notice("own-1", "archive", texts), site.site.now_us())
    answer = office.get(f"/sheets/{activity}/blank?rows=1")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert "告知书版本：own-1" in [value for row in book.active.values for value in row]


def test_what_was_bought_on_another_day_is_shown_with_its_day_before_it_is_taken(
    office: httpx.Client, activity: str
) -> None:
    headings = ("客户姓名", "购买数量", "单价", "型号", "购买日期")
    page = pick(
        office, activity, sheet_of(("王秀英", 2, 693, "JX-B4", "2026-05-10"), headings=headings)
    )
    told = re.sub(r"<[^>]*>", "", page.text)
    assert "单价 ¥693.00 共 ¥1,386.00 2026年5月10日" in told
    assert "其中 2 台记在表里写的购买日期" in told and "都记在活动那天" not in told


def test_a_sheet_of_another_day_is_not_taken_for_the_activity_it_was_picked_at(
    office: httpx.Client, activity: str
) -> None:
    text = "日期：2020/5/4,\n姓名,手机\n王秀英,13812345678\n"
    page = pick(office, activity, text.encode()).text
    assert "表头写的和这场活动登记的不一样" in page and "2020-05-04" in page


def test_of_many_rows_with_one_notice_the_first_are_named_and_all_are_counted(
    office: httpx.Client, activity: str
) -> None:
    rows = [(f"王{chr(0x4E00 + number)}", "150/90") for number in range(30)]
    page = pick(office, activity, sheet_of(*rows, headings=("姓名", "血压"))).text
    assert "第 2、3、4、5、6、7、8、9、10、11、12、13 等 30 行：写了血压" in page


def test_nothing_counts_before_it_was_looked_at_and_confirmed_and_twice_is_once(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    data = sheet_of(
        ("王秀英", "13811112222", "1950", "1", "693", "JX-B4", "是"), ("李国强", "", "1948")
    )
    looked_at = pick(office, activity, data).text
    assert "还没有收" in looked_at and "新写 2 行" in looked_at and "收下这 2 行" in looked_at
    assert "王秀英" not in looked_at and "王*英" in looked_at
    assert types_in(site, activity) == []
    sent = again(office, looked_at, "send").text
    assert "已收下 2 行" in sent
    told = types_in(site, activity)
    assert told.count("card.registered") == 2 and told.count("purchase.made") == 1
    twice = pick(office, activity, data).text
    assert "没有变化 2 行" in twice
    again(office, twice, "send")
    assert types_in(site, activity) == told


def test_a_bad_row_is_mended_in_the_page_and_the_others_need_not_wait(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    page = pick(office, activity, sheet_of(("王秀英", "", "xyz"), ("李国强", "", "1948"))).text
    assert "要改好才收 1 行" in page and "先收下其余 1 行" in page
    page = again(office, page, "send").text
    assert types_in(site, activity).count("card.registered") == 1
    page = again(office, page, "look", **{cell(page, 2, "birth"): "1950"}).text
    assert "要改好才收" not in page and "新写 1 行" in page and "没有变化 1 行" in page
    page = again(office, page, "send").text
    assert "已收下 2 行" in page
    assert types_in(site, activity).count("card.registered") == 2


def test_what_was_taken_is_named_by_its_cards_and_can_be_mended_where_it_stands(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    page = pick(office, activity, sheet_of(("王秀英", "13811112222", "xyz"))).text
    page = again(office, page, "look", **{cell(page, 2, "birth"): "1950"}).text
    sent = again(office, page, "send").text
    (number,) = re.findall(r"档案卡 ([0-9A-F]{8})", sent)
    site.work()
    asked = {"form_token": token_in(sent), "text": number}
    assert "王*英" in office.post("/search", data=asked, follow_redirects=True).text
    # A phone is read whole while its row is mended.
    assert re.search(r'value="13811112222" class="long"', sent)
    assert "收下了还能改" in sent and 'value="look"' in sent
    page = again(office, sent, "look", **{cell(sent, 2, "birth"): "1951"}).text
    assert "更正 1 行" in page and "新写 0 行" in page
    assert "已收下 1 行" in again(office, page, "send").text
    assert types_in(site, activity).count("card.registered") == 1


def test_what_a_correction_changes_is_said_before_it_happens(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    row = ("王秀英", "13811112222", "1950", "1", "693", "JX-B4", "是")
    again(office, pick(office, activity, sheet_of(row)).text, "send")
    page = pick(office, activity, sheet_of((*row[:3], "2", *row[4:]))).text
    assert "更正 1 行" in page and "其中撤销 1 项" in page and "新写 0 行" in page
    assert "event.voided" not in types_in(site, activity)
    again(office, page, "send")
    assert types_in(site, activity).count("event.voided") == 1


def test_a_row_like_one_that_is_gone_is_asked_about_and_answered_in_the_page(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    again(office, pick(office, activity, sheet_of(("王秀英", "13811112222"))).text, "send")
    page = pick(office, activity, sheet_of(("王秀莲", "13811112222"))).text
    assert "王秀英 → 王秀莲" in page and "要先回答才收 1 行" in page
    name = re.search(r'name="(cell:verdict:[^"]*)"', page)
    assert name
    page = again(office, page, "look", **{unescape(name[1]): "更正"}).text
    assert "更正 1 行" in page
    again(office, page, "send")
    assert types_in(site, activity).count("card.corrected") == 1


def test_a_row_that_is_left_out_is_named_and_not_sent(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    page = pick(office, activity, sheet_of(("王秀英", "", "xyz"), ("李国强", "", "1948"))).text
    box = re.search(r'name="(out:2:[^"]*)"', page)
    assert box
    page = again(office, page, "look", **{unescape(box[1]): "1"}).text
    assert "不交的行：2" in page and "要改好才收" not in page
    again(office, page, "send")
    assert types_in(site, activity).count("card.registered") == 1


def test_an_unknown_heading_is_mapped_in_the_page_and_goes_on_from_look_to_look(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    data = sheet_of(("王秀英", "13811112222", "很热心"), headings=("姓名", "联络手机", "印象"))
    page = pick(office, activity, data).text
    assert "这些栏目各是哪一栏" in page
    said = {"head:联络手机": "phones", "head:印象": "note"}
    page = again(office, page, "look", **said).text
    assert "新写 1 行" in page and fields_of(page)["head:联络手机"] == "phones"
    again(office, page, "send")
    assert types_in(site, activity).count("card.registered") == 1


def test_what_a_heading_means_is_remembered_for_its_sender_alone_and_can_be_said_anew(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    def sheet(name: str, phone: str) -> bytes:
        return sheet_of((name, phone, "红"), headings=("姓名", "呼叫号码", "围巾"))

    page = pick(office, activity, sheet("王秀英", "13811112222")).text
    again(office, again(office, page, "look", **{"head:呼叫号码": "phones"}).text, "send")
    page = pick(office, activity, sheet("张国强", "13711112223")).text
    assert "这些栏目各是哪一栏" not in page and "新写 1 行" in page
    assert re.search(r'name="head:呼叫号码">.*?value="phones" selected', page, re.S)
    page = again(office, page, "look", **{"head:呼叫号码": "note", "head:围巾": "note"}).text
    assert re.search(r'name="head:围巾">.*?value="note" selected', page, re.S)
    with site.client() as client:
        sign_in(client, "hall")
        assert "这些栏目各是哪一栏" in pick(client, activity, sheet("赵国强", "13711112224")).text


def test_two_headings_of_one_column_are_asked_about_again_and_the_file_stays(
    office: httpx.Client, activity: str
) -> None:
    data = sheet_of(
        ("王秀英", "13811112222", "13711112222"), headings=("姓名", "联络手机", "号码二")
    )
    page = pick(office, activity, data).text
    page = again(office, page, "look", **{"head:联络手机": "phones", "head:号码二": "phones"}).text
    assert "同一个栏目出现了两次" in page
    page = again(office, page, "look", **{"head:联络手机": "phones", "head:号码二": "note"}).text
    assert "新写 1 行" in page


def test_what_was_taken_is_given_back_with_row_ids_and_the_rest_to_be_mended(
    office: httpx.Client, activity: str
) -> None:
    page = pick(office, activity, sheet_of(("王秀英", "", "xyz"), ("李国强", "", "1948"))).text
    page = again(office, page, "send").text
    kept = openpyxl.load_workbook(io.BytesIO(again(office, page, "all").content)).active
    assert {"王秀英", "李国强"} <= {str(v) for row in kept.values for v in row}
    assert all(row[0] for row in list(kept.values)[4:])
    mend = openpyxl.load_workbook(io.BytesIO(again(office, page, "refused").content)).active
    names = {str(v) for row in mend.values for v in row}
    assert "王秀英" in names and "李国强" not in names


@pytest.mark.parametrize("rows", [b"", b"PK\x03\x04 no book", b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_refused_with_a_reason(
    office: httpx.Client, activity: str, rows: bytes
) -> None:
    answer = pick(office, activity, rows, "s.xlsx")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text and "再传" in answer.text


def test_a_file_that_is_picked_is_written_to_no_disk_however_large(
    activity: str, office: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_disk: list[object] = []
    monkeypatch.setattr(SpooledTemporaryFile, "rollover", lambda file: on_disk.append(file))
    answer = pick(office, activity, b"x" * (LARGEST_SHEET_FORM_BYTES - 4_096))
    assert answer.status_code == 422
    assert on_disk == []


def test_a_file_too_large_for_a_page_is_refused_with_a_reason(
    office: httpx.Client, activity: str
) -> None:
    answer = pick(office, activity, b"x" * (LARGEST_SHEET_BYTES + 1))
    assert answer.status_code == 422 and "表格太大" in answer.text


def test_a_sheet_of_another_activity_is_refused_before_anything_counts(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    head = "活动编号,A-else\n活动日期,2026-01-01\n".encode()
    answer = pick(office, activity, head + sheet_of(("王秀英",)))
    assert answer.status_code == 422 and "A-else" in answer.text
    assert types_in(site, activity) == []


def test_a_dealer_sends_the_sheet_of_its_activity_and_hears_nothing_of_the_companys_rows(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    again(office, pick(office, activity, sheet_of(("王秀英", "13811112222"))).text, "send")
    with site.client() as client:
        sign_in(client, "hall")
        page = pick(client, activity, sheet_of(("王秀莲", "13811112222"))).text
        assert "王秀英" not in page and "新写 1 行" in page
        again(client, page, "send")
        other = activity_today(f"{activity}-2")
        other["data"] |= {"dealer": "D2"}
        site.accept(other)
        assert client.get(f"/sheets/{activity}-2").status_code == 404
    with reading(site.site.engine) as connection:
        query = select(JOURNAL.c.role).where(JOURNAL.c.source == f"/sheets/{activity}")
        assert set(connection.execute(query).scalars()) == {"staff", "dealer/D1"}


def test_a_dealer_changes_no_row_that_the_company_wrote(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    row = ("王秀英", "13811112222", "1950")
    again(office, pick(office, activity, sheet_of(row)).text, "send")
    told = types_in(site, activity)
    with site.client() as client:
        sign_in(client, "hall")
        page = pick(client, activity, sheet_of((*row, "1", "693", "JX-B4"))).text
        assert "要改好才收 1 行" in page
    assert types_in(site, activity) == told


def test_what_only_looks_odd_has_its_cell_in_the_order_of_the_sheet_and_is_taken_all_the_same(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    rows = (
        *(("王电话", "12345", "1950"), ("李不对", "", "xyz"), ("赵没事", "13811113333", "1948")),
        ("孙单价", "13811114444", "1951", "1", "69", "JX-B4", "是"),
    )
    page = pick(office, activity, sheet_of(*rows)).text
    listed = [int(n) for n in re.findall(r'<span class="sr">行</span> (\d+)', page)]
    assert listed == [2, 3, 5]
    marked = re.findall(r'name="cell:(\w+):(\d+):[^>]*><small class="doubt">请看一眼', page)
    assert marked == [("phones", "2"), ("price", "5")]
    assert "第 2 行：电话不像大陆手机号" in page and "第 5 行：单价 69 元，定价是" in page
    assert "要改好才收 1 行" in page and "先收下其余 3 行" in page
    mended = {cell(page, 2, "phones"): "13811112222", cell(page, 3, "birth"): "1949"}
    page = again(office, page, "look", **mended).text
    assert "收下这 4 行" in page and "不像大陆手机号" not in page
    assert "已收下 4 行" in again(office, page, "send").text


def test_two_rows_of_one_person_are_said_to_come_together_by_themselves(
    office: httpx.Client, activity: str
) -> None:
    page = pick(
        office, activity, sheet_of(("周两遍", "13811115555", "1950"), ("周两遍", "13811115555"))
    ).text
    assert "自动归到一份档案" in page and "写成两张卡。" not in page


def test_a_purchase_is_told_as_it_was_read_before_it_counts(
    office: httpx.Client, activity: str
) -> None:
    """Which product, how many, at which price, of which day; and how a member is named."""
    data = sheet_of(
        ("王秀英", "13811112222", "1950", "2", "693", "JX-B4", "是"),
        ("李国强", "13811112223", "1948", "1", "597", "JX-B2", "是"),
    )
    page = told(pick(office, activity, data).text)
    assert "购买 JX-B4 × 2 单价 ¥693.00 共 ¥1,386.00" in page
    assert "购买 JX-B2 × 1 单价 ¥597.00" in page
    assert (
        "购买 3 台，共 ¥1,983.00，都记在活动那天" in page and "在“推荐会员”那一栏写会员编号" in page
    )


def test_a_purchase_that_is_mended_is_told_as_it_is_now(
    office: httpx.Client, activity: str
) -> None:
    row = ("王秀英", "13811112222", "1950", "2", "693", "JX-B4", "是")
    again(office, pick(office, activity, sheet_of(row)).text, "send")
    page = told(pick(office, activity, sheet_of((*row[:3], "1", *row[4:]))).text)
    assert "更正 购买 JX-B4 × 1 单价 ¥693.00 · 撤销 购买" in page


def told(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", page)).split())


def test_a_sheet_that_names_members_is_told_how_many_and_not_to_add_the_column(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    site.accept(*member("CL-7"))
    site.work()
    headings = (*HEADINGS, "推荐会员")
    bought = ("2", "693", "JX-B4", "是")
    rows = (
        ("周介绍", "13811116661", "1950", *bought, "CL-7"),
        ("吴自来", "13811116662", "1948", *bought, ""),
    )
    page = pick(office, activity, sheet_of(*rows, headings=headings)).text
    assert "由会员介绍来的 1 人" in page and "加一栏“推荐会员”" not in page


def test_where_every_row_is_left_out_nothing_is_sent_and_it_is_looked_at_again(
    office: httpx.Client, activity: str
) -> None:
    row = ("周全免", "13811116671", "1899年13月", "", "", "", "是")
    page = pick(office, activity, sheet_of(row)).text
    out = next(name for name in re.findall(r'name="(out:[^"]*)"', page))
    page = again(office, page, "look", **{unescape(out): "1"}).text
    assert "收下这 0 行" not in page
    assert '<button class="primary" name="act" value="look">再看一次' in page
