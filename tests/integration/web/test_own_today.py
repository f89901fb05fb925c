"""What somebody wrote today is listed, and can be taken back by whoever wrote it."""

import re
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from campaigns.times import DAY_US, rfc3339, shanghai_day
from campaigns.wording.days import day_text
from crm.clock import now_us
from crm.entries.own_events import own_events
from crm.storage.database import reading
from crm.web.view.formats import clock_text
from tests.examples import an_event
from tests.integration.web.acting import form_in
from tests.integration.web.own_today import write
from tests.integration.web.sites import RunningSite, activity_today, card, sign_in, token_in


@pytest.fixture(scope="module", autouse=True)
def hall(site: RunningSite) -> None:
    site.user("field", "staff")
    site.user("colleague", "staff")
    site.accept(activity_today(), card())


@pytest.fixture
def field(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        sign_in(client, "field")
        yield client


def undo(client: httpx.Client, form_id: str, lines: list[str], reason: str) -> httpx.Response:
    page = client.get(f"/said/{form_id}").text
    own = re.search(r'name="form_id" value="([^"]*)"', page)
    assert own
    form = {"form_token": token_in(page), "form_id": own[1], "reason": reason}
    return client.post(f"/said/{form_id}", data={**form, "line": lines})


def outcomes(site: RunningSite, form_id: str) -> dict[str, str]:
    site.work()
    with reading(site.site.engine) as connection:
        source = next(
            source
            for (source,) in connection.exec_driver_sql(
                "select source from journal where id like ?", (f"{form_id}-%",)
            )
        )
        return {
            word.status.type: word.status.outcome
            for word in own_events(connection, source, form_id)
        }


def test_what_was_written_is_listed_by_time_and_masked_name_and_leads_to_its_undoing(
    site: RunningSite, field: httpx.Client
) -> None:
    form_id = write(field, name="王秀英", attended="1")
    site.work()
    page = field.get("/said").text
    assert f"/said/{form_id}" in page and form_id[:8].upper() in page
    assert "王*英" in page and "王秀英" not in page


def test_lines_that_are_chosen_are_taken_back_and_the_others_stay(
    site: RunningSite, field: httpx.Client
) -> None:
    form_id = write(field, name="李秀兰", attended="1", gift_item="雨伞", gift_value="30")
    assert outcomes(site, form_id)["gift.given"] == "recorded"
    answer = undo(field, form_id, [f"{form_id}-gift"], "did_not_happen")
    assert answer.status_code == 303
    assert outcomes(site, form_id) == {
        "card.registered": "recorded",
        "activity.attended": "recorded",
        "gift.given": "voided",
    }
    assert "一部分已撤销" in field.get("/said").text


def test_what_would_change_is_said_before_and_a_reason_is_asked_for(
    site: RunningSite, field: httpx.Client
) -> None:
    form_id = write(field, name="赵国强", attended="1")
    assert "人数会少一个" in field.get(f"/said/{form_id}").text
    assert undo(field, form_id, [f"{form_id}-attended"], "").status_code == 422
    assert undo(field, form_id, [], "typed_wrong").status_code == 422
    assert set(outcomes(site, form_id).values()) == {"recorded"}


def test_nobody_takes_back_what_a_colleague_wrote(site: RunningSite, field: httpx.Client) -> None:
    form_id = write(field, name="周桂芳", attended="1")
    with site.client() as other:
        sign_in(other, "colleague")
        assert other.get(f"/said/{form_id}").status_code == 404
        form = {"form_token": token_in(other.get("/me").text), "form_id": str(uuid4())}
        form |= {"line": f"{form_id}-attended", "reason": "typed_wrong"}
        assert other.post(f"/said/{form_id}", data=form).status_code == 404
        assert form_id not in other.get("/said").text
    assert set(outcomes(site, form_id).values()) == {"recorded"}


def test_a_phone_whose_clock_is_ahead_loses_nothing_and_says_nothing_twice(
    site: RunningSite, field: httpx.Client
) -> None:
    ahead = rfc3339(now_us() + 400 * DAY_US)
    form_id = write(field, name="吴早到", attended="1", written_at=ahead)
    assert set(outcomes(site, form_id).values()) == {"recorded"}


def test_a_consent_is_told_by_its_purpose_and_whom_it_is_given_to(
    site: RunningSite, field: httpx.Client
) -> None:
    contract = {"contract_id": "K1", "dealer": "D1", "name": "晨光器械", "regions": ["110000"]}
    contract |= {"kind": "exclusive", "starts_on": "2026-01-01"}
    site.accept(an_event("dealer.contracted", contract))
    ticks = ("consent_archive", "consent_share_with_dealer", "refused_marketing")
    form_id = write(field, name="郑三样", method="paper", **dict.fromkeys(ticks, "1"))
    site.work()
    page = field.get(f"/said/{form_id}").text
    for said in (
        *("同意 · 建立档案<", "同意 · 交给经销商一份 晨光器械<", "不同意 · 接收活动通知<"),
    ):
        assert said in page.replace("<small>", "<"), said


def test_after_one_undoing_nothing_is_ticked_and_the_receipt_says_what_was_taken_back(
    site: RunningSite, field: httpx.Client
) -> None:
    form_id = write(field, name="冯两样", method="paper", attended="1", consent_archive="1")
    site.work()
    assert field.get(f"/said/{form_id}").text.count(" checked") == 3
    answer = undo(field, form_id, [f"{form_id}-consent-archive"], "typed_wrong")
    if answer.status_code != 303:
        again = form_in(answer.text, f"/said/{form_id}")
        lines = {"line": [f"{form_id}-consent-archive"], "reason": "typed_wrong"}
        answer = field.post(f"/said/{form_id}", data={**again, **lines})
    page = field.get(answer.headers["location"]).text
    assert "撤销：同意 · 建立档案" in page and "正在撤销" in page
    assert " checked" not in page
    site.work()
    page = field.get(f"/said/{form_id}").text
    assert "同意 · 建立档案 · 已撤销" in page and " checked" not in page
    assert "作废" not in page


def test_a_doubled_card_is_taken_back_without_a_word_of_another_person(
    site: RunningSite, field: httpx.Client
) -> None:
    twice = [write(field, name="褚两次", phone="13700009911", attended="1") for _ in range(2)]
    site.work()
    # Whichever the person is called by.
    form_id = min(twice)
    answer = undo(field, form_id, [f"{form_id}-card", f"{form_id}-attended"], "duplicate_entry")
    assert "归到另一个人" not in answer.text


def test_what_was_said_is_listed_so_that_a_no_is_read_as_a_no_and_whose_name_is_hidden_is_said(
    site: RunningSite, field: httpx.Client
) -> None:
    write(field, name="卫不愿", attended="1", refused_archive="1")
    site.work()
    page = field.get("/said").text
    assert "到场、不同意 · 建立档案" in page
    assert "（不显示姓名）" in page and "卫" not in page


def test_whoever_wrote_a_whole_afternoon_turns_over_pages_of_fifty(site: RunningSite) -> None:
    site.user("busy", "staff")
    with site.client() as client:
        sign_in(client, "busy")
        token = token_in(client.get("/me").text)
        for number in range(52):
            form = {"form_token": token, "form_id": str(uuid4()), "written_at": rfc3339(now_us())}
            form |= {"name": f"忙{number}", "phone": f"1370001{number:04}", "attended": "1"}
            assert client.post("/log/A-today/submit", data=form).status_code == 200
        site.work()
        pages = [client.get(f"/said?page={page}").text for page in (1, 2)]
    listed = [re.findall(r'<a href="/said/([0-9a-f-]{36})"', page) for page in pages]
    assert [len(page) for page in listed] == [50, 2] and len({*listed[0], *listed[1]}) == 52
    assert all("52 张" in page for page in pages)


def test_after_taking_back_one_goes_on_with_the_next_person_or_to_the_archive(
    site: RunningSite, field: httpx.Client
) -> None:
    form_id = write(field, name="王接着", attended="1")
    outcomes(site, form_id)
    undo(field, form_id, [f"{form_id}-attended"], "typed_wrong")
    page = field.get(f"/said/{form_id}").text
    assert 'href="/log/A-today">登记下一位</a>' in page
    (archive,) = re.findall(r'href="(/people/[^"]+)">看档案</a>', page)
    assert field.get(archive).status_code == 200
    (mending,) = re.findall(r'href="(/people/[^"]+)">写错了：更正档案</a>', page)
    assert "更正档案" in field.get(mending).text


def test_a_card_has_one_number_on_its_receipt_in_the_archive_and_in_the_search(
    site: RunningSite, field: httpx.Client
) -> None:
    form_id = write(field, name="王一号", attended="1")
    number = form_id[:8].upper()
    assert f"回执号 {number}" in field.get(f"/said/{form_id}").text
    site.work()
    for text in (number, number.lower()):
        asked = {"form_token": token_in(field.get("/me").text), "text": text}
        found = field.post("/search", data=asked).text
        (archive,) = re.findall(r'href="(/people/[0-9a-f-]{36})"', found)
    cards = field.get(archive).text.partition("<h2>档案卡")[2].partition("</section>")[0]
    assert f'<span class="name">{number}</span>' in cards


def clocks_in(page: str, form_id: str) -> str:
    """What stands before the name in the line of a form."""
    line = page.partition(f'href="/said/{form_id}">')[2].partition("</a>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", line).split())


def test_where_a_card_was_written_before_it_was_received_each_clock_says_which_it_is(
    site: RunningSite, field: httpx.Client
) -> None:
    written_us = now_us() - 45 * 60 * 1_000_000
    if shanghai_day(written_us) != shanghai_day(now_us()):
        pytest.skip("of another day the day alone is known")
    form_id = write(field, name="秦钟", attended="1", written_at=rfc3339(written_us))
    site.work()
    for page in (field.get("/said").text, field.get(f"/said/{form_id}").text):
        assert f"{clock_text(written_us)} 写的 · " in page and " 收到" in page
    at_once = write(field, name="冯渊", attended="1")
    site.work()
    assert re.match(r"\d\d:\d\d 收到 冯", clocks_in(field.get("/said").text, at_once))


def test_of_a_card_that_was_entered_afterwards_the_day_is_told_on_which_it_was_written(
    site: RunningSite, field: httpx.Client
) -> None:
    before = activity_today("A-before")
    before["data"] |= {"starts_at": rfc3339(now_us() - DAY_US)}
    site.accept(before)
    form_id = str(uuid4())
    form = {"form_token": token_in(field.get("/me").text), "form_id": form_id, "name": "封肃"}
    form |= {"written_at": rfc3339(now_us()), "attended": "1"}
    assert "已收下" in field.post("/log/A-before/submit", data=form).text
    site.work()
    on = day_text(shanghai_day(now_us() - DAY_US), "zh-CN", shanghai_day(now_us()))
    assert f"{on} 写的 · " in clocks_in(field.get("/said").text, form_id)


def test_whoever_looks_for_a_sheet_among_the_own_forms_is_told_where_it_is_mended(
    site: RunningSite, field: httpx.Client
) -> None:
    assert "签到表不列在这里" in field.get("/said").text
