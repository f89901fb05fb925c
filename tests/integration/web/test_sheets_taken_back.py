"""A whole sheet is taken back on its page: told first, said once, by whoever may void its words."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from unittest import mock

import httpx
import pytest
from sqlalchemy import select

from crm.entries.sheet_sendings import sheet_sendings
from crm.journal.events import JOURNAL
from crm.outcomes.tables import OUTCOME
from crm.recording.projections import PROJECTIONS
from crm.storage.bulk import own_columns
from crm.storage.database import reading
from crm.web.view.labels import label
from tests.examples import an_event
from tests.integration.web.sheets import again, pick, sheet_of
from tests.integration.web.sites import RunningSite, activity_today, sign_in, token_in

ROWS = (
    ("王秀英", "13811112222", "1950", "1", "693", "JX-B4", "是"),
    ("李国强", "13811113333", "1948", "", "", "", "是"),
)


@pytest.fixture
def activity(site: RunningSite, request: pytest.FixtureRequest) -> str:
    """An activity of its own for each test."""
    activity_id = f"B-{abs(hash(request.node.name)) % 10**9}"
    site.accept(activity_today(activity_id))
    return activity_id


@pytest.fixture(scope="module", autouse=True)
def hall(site: RunningSite) -> None:
    site.user("tired", "staff")
    site.user("colleague", "staff")
    site.user("chief", "headquarters")
    site.user("looks", "auditor")
    site.user("hall-1", "dealer_staff", "D1")
    site.user("hall-2", "dealer_staff", "D2")


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        sign_in(client, "tired")
        yield client


def hand_over(site: RunningSite, client: httpx.Client, activity: str, data: bytes) -> str:
    """Send a sheet in for good; its receipt."""
    receipt = again(client, pick(client, activity, data).text, "send").text
    site.work()
    return receipt


def sheet_pages(client: httpx.Client, activity: str) -> list[str]:
    """The pages of the sheets that are listed, the latest first."""
    listed = client.get(f"/sheets/{activity}").text
    return re.findall(rf'href="(/sheets/{activity}/sent/\d+)"', listed)


def form_of(page: str, reason: str = "duplicate_entry") -> dict[str, str]:
    hidden = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page))
    return {**hidden, "reason": reason}


def take_back(site: RunningSite, client: httpx.Client, where: str) -> httpx.Response:
    """Look, and press the button."""
    answer = client.post(where, data=form_of(client.get(where).text))
    site.work()
    return answer


def voids_in(site: RunningSite, activity: str) -> int:
    with reading(site.site.engine) as connection:
        cards = select(JOURNAL.c.subject).where(JOURNAL.c.source == f"/sheets/{activity}")
        query = select(JOURNAL.c.id).where(JOURNAL.c.type == "event.voided")
        return len(connection.execute(query.where(JOURNAL.c.subject.in_(cards))).all())


def world(site: RunningSite) -> Mapping[str, Any]:
    """Every row of every view; what the journal's places alone tell is left out."""
    found = {}
    with reading(site.site.engine) as connection:
        for table in (projection.table for projection in PROJECTIONS):
            columns = [c for c in own_columns(table) if c.name not in ("position", "change_id")]
            found[table.name] = sorted(map(repr, connection.execute(select(*columns))))
    return found


def standing(site: RunningSite, activity: str) -> list[str]:
    with reading(site.site.engine) as connection:
        query = select(JOURNAL.c.type).join(OUTCOME, OUTCOME.c.position == JOURNAL.c.position)
        query = query.where(JOURNAL.c.source == f"/sheets/{activity}")
        stands = query.where(OUTCOME.c.outcome != "voided", JOURNAL.c.type != "event.voided")
        return sorted(connection.execute(stands).scalars())


def test_a_sheet_that_is_taken_back_leaves_the_world_that_never_had_it(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    before = world(site)
    receipt = hand_over(site, office, activity, sheet_of(*ROWS))
    assert world(site) != before
    (where,) = sheet_pages(office, activity)
    assert f'href="{where}">撤回整张表' in receipt
    told = office.get(where).text
    assert "2 行会撤回" in told and "王*英" in told and "王秀英" not in told
    assert take_back(site, office, where).status_code == 303
    assert world(site) == before
    after = office.get(where).text
    assert "整张表已撤回" in after and "撤回整张表" not in after
    assert "整张表已撤回" in office.get(f"/sheets/{activity}").text


def test_a_receipt_leads_to_its_own_sheet_and_to_no_earlier_one(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    hand_over(site, office, activity, sheet_of(ROWS[0]))
    with reading(site.site.engine) as connection:
        earlier = sheet_sendings(connection, f"/sheets/{activity}")
    assert len(earlier) == 1
    # Through a broker the journal has the rows a moment later.
    with mock.patch("crm.web.pages.sheets_back.sheet_sendings", lambda *_: earlier):
        receipt = hand_over(site, office, activity, sheet_of(ROWS[1]))
    assert "已收下 1 行" in receipt and "撤回整张表</a>" not in receipt
    latest, _ = sheet_pages(office, activity)
    assert latest != f"/sheets/{activity}/sent/{earlier[0].key}"


def test_a_tap_that_is_doubled_says_it_once(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    hand_over(site, office, activity, sheet_of(*ROWS))
    (where,) = sheet_pages(office, activity)
    form = form_of(office.get(where).text)
    assert [office.post(where, data=form).status_code for _ in range(2)] == [303, 303]
    site.work()
    said = voids_in(site, activity)
    assert said and not standing(site, activity)
    assert office.post(where, data=form).status_code == 303
    assert voids_in(site, activity) == said


def test_nothing_goes_without_a_reason_or_when_it_would_change_something_else_by_now(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    hand_over(site, office, activity, sheet_of(*ROWS))
    (where,) = sheet_pages(office, activity)
    form = form_of(office.get(where).text)
    assert office.post(where, data={**form, "reason": ""}).status_code == 422
    assert "请看一眼" in office.post(where, data={**form, "asked": ""}).text
    subject = subjects_of(site, activity)[0]
    card_id = subject.partition("/")[2]
    site.accept(an_event("gift.given", {"card_id": card_id, "item": "book", "value_fen": 100}))
    told = office.post(where, data=form).text
    assert f"不会跟着撤回：{label('event', 'gift.given')} 1 项" in told
    assert not voids_in(site, activity)


def subjects_of(site: RunningSite, activity: str) -> list[str]:
    with reading(site.site.engine) as connection:
        query = select(JOURNAL.c.subject).where(JOURNAL.c.source == f"/sheets/{activity}")
        return sorted(set(connection.execute(query).scalars()))


def test_rows_that_another_sheet_had_brought_stay_with_it(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    hand_over(site, office, activity, sheet_of(ROWS[0]))
    first = standing(site, activity)
    receipt = hand_over(site, office, activity, sheet_of(*ROWS))
    assert "没有变化 1 行" in receipt
    second, _earlier = sheet_pages(office, activity)
    assert "1 行会撤回" in office.get(second).text
    take_back(site, office, second)
    assert standing(site, activity) == first


def test_a_sheet_that_was_taken_back_by_its_sender_may_be_sent_anew(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    page = hand_over(site, office, activity, sheet_of(*ROWS))
    numbered = again(office, page, "all").content
    first, cards = standing(site, activity), subjects_of(site, activity)
    take_back(site, office, sheet_pages(office, activity)[0])
    assert not standing(site, activity)
    receipt = again(office, pick(office, activity, numbered, "s.xlsx").text, "send").text
    site.work()
    assert "新写 2 行" in receipt and "更正 2 行" not in receipt
    assert standing(site, activity) == first
    assert subjects_of(site, activity) == cards
    now, then = sheet_pages(office, activity)
    assert "整张表已撤回" in office.get(then).text
    take_back(site, office, now)
    assert not standing(site, activity)


def test_what_a_colleague_mended_goes_with_the_row_and_is_told(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    before = world(site)
    hand_over(site, office, activity, sheet_of(*ROWS))
    with site.client() as colleague:
        sign_in(colleague, "colleague")
        better = ("王秀英", "13811112222", "1951", "1", "693", "JX-B4", "是")
        assert "更正 1 行" in hand_over(site, colleague, activity, sheet_of(better))
        assert not sheet_pages(colleague, activity)
    (where,) = sheet_pages(office, activity)
    assert "其中 1 行后来有别人交表更正过" in office.get(where).text
    take_back(site, office, where)
    assert world(site) == before


def test_rows_that_were_taken_back_one_by_one_are_told_and_left(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    hand_over(site, office, activity, sheet_of(*ROWS))
    with reading(site.site.engine) as connection:
        query = select(JOURNAL.c.id, JOURNAL.c.subject)
        query = query.where(JOURNAL.c.source == f"/sheets/{activity}")
        (event_id, subject) = connection.execute(
            query.where(JOURNAL.c.type == "card.registered")
        ).first() or ("", "")
        ids = connection.execute(query.where(JOURNAL.c.subject == subject)).all()
    for event_id, _ in ids:
        said = {"of_source": f"/sheets/{activity}", "of_id": event_id, "reason_code": "typed_wrong"}
        site.accept(an_event("event.voided", said, id=f"void-{event_id}", subject=subject))
    (where,) = sheet_pages(office, activity)
    told = office.get(where).text
    assert "1 行已撤回" in told and "1 行会撤回" in told and "1 行之前已经撤回了" in told
    take_back(site, office, where)
    assert voids_in(site, activity) == len(set(subject_events(site, activity)))


def subject_events(site: RunningSite, activity: str) -> list[str]:
    with reading(site.site.engine) as connection:
        query = select(JOURNAL.c.id).where(JOURNAL.c.source == f"/sheets/{activity}")
        return list(connection.execute(query.where(JOURNAL.c.type != "event.voided")).scalars())


def test_whoever_may_not_void_the_words_sees_no_button_and_is_refused(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    hand_over(site, office, activity, sheet_of(*ROWS))
    (where,) = sheet_pages(office, activity)
    form = form_of(office.get(where).text)
    for name in ("colleague", "looks", "hall-1", "hall-2"):
        with site.client() as other:
            sign_in(other, name)
            listed = other.get(f"/sheets/{activity}").text
            assert "/sent/" not in listed, name
            asked = {**form, "form_token": token_in(other.get("/account").text)}
            answers = (other.get(where), other.post(where, data=asked))
            assert {answer.status_code for answer in answers} <= {403, 404}, name
    assert not voids_in(site, activity)


def test_headquarters_takes_back_what_somebody_else_sent_and_it_stays_so(
    site: RunningSite, office: httpx.Client, activity: str
) -> None:
    hand_over(site, office, activity, sheet_of(*ROWS))
    with site.client() as chief:
        sign_in(chief, "chief")
        (where,) = sheet_pages(chief, activity)
        take_back(site, chief, where)
    assert not standing(site, activity)
    assert "chief" in office.get(where).text
    hand_over(site, office, activity, sheet_of(*ROWS))
    assert not standing(site, activity)
