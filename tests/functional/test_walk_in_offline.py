"""A walk-in activity on a phone without network: written down, logged at, sent before its cards."""

from uuid import uuid4

import pytest
from playwright.sync_api import Dialog, expect
from sqlalchemy import select

from crm.journal.events import JOURNAL
from crm.storage.database import reading
from tests.functional.journeys import Journey
from tests.functional.phones import FORM, expect_unsent, no_network, stand_ready, write_card
from tests.functional.walk_ins import activity_of, hold_walk_ins, write_activity
from tests.integration.web.sites import RunningSite

pytestmark = pytest.mark.browser


def said_at(running: RunningSite, activity_id: str) -> list[str]:
    """The types of what was accepted of an activity and of who came to it, in order."""
    with reading(running.site.engine) as connection:
        query = select(JOURNAL.c.type, JOURNAL.c.plain).where(
            JOURNAL.c.source.startswith("/phones/")
        )
        rows = connection.execute(query.order_by(JOURNAL.c.position)).all()
    return [row.type for row in rows if activity_id in str(row.plain)]


def test_a_walk_in_is_written_and_logged_at_without_network_and_goes_before_its_cards(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    page = on_phone.page
    hold_walk_ins(page)
    with no_network(on_phone):
        write_activity(page, "桥头量血压")
        activity_id = activity_of(page)
        write_card(page, "桥头甲")
        expect_unsent(page, 2)
    expect_unsent(page, 0)
    types = said_at(on_phone.running, activity_id)
    assert types[0] == "activity.planned" and types.count("activity.attended") == 1
    on_phone.open(f"/log/{activity_id}")
    expect(page.get_by_role("heading", name="桥头量血压")).to_be_visible()


def test_while_a_walk_in_waits_to_be_mended_its_cards_wait_and_go_after_it(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    page = on_phone.page
    hold_walk_ins(page)
    with no_network(on_phone):
        page.get_by_role("link", name="现场补建活动").tap()
        page.locator("body[data-wired] [name=title]").fill("地名不清")
        page.get_by_label("种类").select_option("promotion")
        page.get_by_label("地区").fill("没有这个地方")
        page.get_by_label("由哪家经销商承办").select_option("D01")
        page.get_by_role("button", name="补建，接着登记").tap()
        activity_id = activity_of(page)
        write_card(page, "等活动")
        expect_unsent(page, 2)
    on_phone.open("/unsent")
    expect(page.locator("[data-unsent-list]")).to_contain_text("没有找到这个地区")
    assert said_at(on_phone.running, activity_id) == []
    page.locator("[data-unsent-list] li").filter(has_text="没有找到这个地区").get_by_role(
        "button", name="打开修改"
    ).tap()
    page.get_by_label("地区").fill("北京市朝阳区")
    page.get_by_role("button", name="补建，接着登记").tap()
    expect(page.get_by_role("heading", name="已收下")).to_be_visible()
    expect_unsent(page, 1)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect_unsent(page, 0)
    types = said_at(on_phone.running, activity_id)
    assert types[0] == "activity.planned" and types.count("activity.attended") == 1


def test_an_activity_is_not_deleted_while_cards_wait_for_it_and_they_are_named(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    page = on_phone.page
    hold_walk_ins(page)
    told: list[str] = []

    def agree(dialog: Dialog) -> None:
        told.append(dialog.message)
        dialog.accept()

    page.on("dialog", agree)
    with no_network(on_phone):
        write_activity(page, "不要了")
        activity_of(page)
        write_card(page, "丙等着")
        expect_unsent(page, 2)
        page.goto(f"{on_phone.running.address}/unsent")
        rows = page.locator("[data-unsent-list] li")
        expect(rows).to_have_count(2)
        card = rows.filter(has_text="丙*")
        expect(card).to_be_visible()
        rows.filter(has_not_text="丙*").get_by_role("button", name="删掉").tap()
        expect(rows).to_have_count(2)
        card.get_by_role("button", name="删掉").tap()
        expect(rows).to_have_count(1)
        rows.get_by_role("button", name="删掉").tap()
        expect(rows).to_have_count(0)
    assert "丙*" in told[0] and "记在这场活动里" in told[0]
    assert len(told) == 3


def test_a_card_whose_activity_waits_on_another_phone_keeps_none_from_being_sent(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    page = on_phone.page
    hold_walk_ins(page)
    on_phone.open(f"/log/W-{uuid4()}/new")
    write_card(page, "丁先到")
    expect(page.get_by_role("heading", name="已保存在手机上")).to_be_visible()
    with no_network(on_phone):
        page.goto(f"{on_phone.running.address}{FORM}/new")
        write_card(page, "戊后到")
        expect_unsent(page, 2)
    expect_unsent(page, 1)
    on_phone.open("/unsent")
    row = page.locator("[data-unsent-list] li")
    expect(row).to_contain_text("丁*")
    expect(row.locator("[data-waits]")).to_be_hidden()
