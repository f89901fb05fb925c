"""What waits on the phone is seen with what was written, and may go to another activity."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from crm.people.queries import find_people
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.functional.journeys import Journey
from tests.functional.looking import assert_accessible, assert_fits, assert_large_targets
from tests.functional.phones import (
    FORM,
    events_of,
    expect_unsent,
    no_network,
    stand_ready,
    write_card,
)
from tests.functional.walk_ins import activity_of, hold_walk_ins, write_activity
from tests.integration.web.sites import activity_today

pytestmark = pytest.mark.browser


def wait_for_nobody(journey: Journey, name: str, *, is_shared: bool = False) -> str:
    """A card at a walk-in that another phone wrote down and that never comes; the card's id."""
    page = journey.page
    journey.open(f"/log/W-{uuid4()}/new")
    page.locator("body[data-wired] [name=name]").wait_for()
    card_id = page.locator("form.log [name=form_id]").input_value()
    if is_shared:
        page.locator("summary", has_text=re.compile("^同意$")).click()
        for purpose in ("archive", "share_with_dealer"):
            page.locator(f"input[name=consent_{purpose}]").check()
        page.get_by_label("怎样同意").select_option("paper")
    write_card(page, name)
    expect(page.get_by_role("heading", name="已保存在手机上")).to_be_visible()
    return card_id


def write_elsewhere(page: Page) -> None:
    """Another form waits now, as from another window."""
    page.evaluate(
        """async () => {
          const queue = await import(document.querySelector("link[href$='queue.js']").href);
          const { actor } = document.body.dataset;
          const address = `${location.origin}/log/W-none/submit`;
          await queue.keep({ id: crypto.randomUUID(), actor, address, at: Date.now(), fields: [] });
          dispatchEvent(new Event("pageshow"));
        }"""
    )


def mend_elsewhere(page: Page, card_id: str, name: str) -> None:
    """The form is mended meanwhile, as in another window."""
    page.evaluate(
        """async ([id, mended]) => {
          const queue = await import(document.querySelector("link[href$='queue.js']").href);
          const entry = await queue.one(id), fields = await queue.fieldsOf(entry);
          const said = fields.map(([name, value]) => [name, name === "name" ? mended : value]);
          await queue.keep({ ...entry, fields: said });
        }""",
        [card_id, name],
    )


def awaits(page: Page, activity_id: str) -> bool:
    """Whether a card of the activity would be said to wait for another phone."""
    found = page.evaluate(
        """async (id) => {
          const moving = await import(document.querySelector("link[href$='moving.js']").href);
          return moving.isAwaiting({ address: `${location.origin}/log/${id}/submit` }, []);
        }""",
        activity_id,
    )
    return bool(found)


def choose(page: Page, name: str, to: str) -> Locator:
    """The row, and in it the other activity chosen."""
    row = page.locator("[data-unsent-list] li").filter(has_text=name)
    row.get_by_role("button", name="换一场活动").tap()
    row.get_by_label("记到哪一场").select_option(to)
    return row


def move(page: Page, name: str, to: str) -> None:
    choose(page, name, to).get_by_role("button", name="换到这一场").tap()


def test_what_waits_stands_above_what_was_written_today_and_goes_to_another_activity(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    page = on_phone.page
    hold_walk_ins(page)
    card_id = wait_for_nobody(on_phone, "庚等着")
    on_phone.open("/said")
    row = page.locator("[data-unsent-list] li")
    expect(row).to_contain_text("庚*")
    expect(row).to_contain_text("等它的活动从另一台手机送来")
    move(page, "庚*", "A-today")
    expect_unsent(page, 0)
    assert events_of(on_phone.running, card_id) == ["card.registered", "activity.attended"]
    expect(row).to_have_count(0)
    on_phone.assert_nothing_from_elsewhere()


def test_without_network_a_card_goes_to_a_walk_in_of_this_phone(on_phone: Journey) -> None:
    stand_ready(on_phone)
    page = on_phone.page
    hold_walk_ins(page)
    card_id = wait_for_nobody(on_phone, "辛等着")
    with no_network(on_phone):
        page.goto(f"{on_phone.running.address}/log/walk-in/new")
        page.goto(f"{on_phone.running.address}{FORM}")
        write_activity(page, "河边量血压")
        activity_id = activity_of(page)
        expect_unsent(page, 2)
        page.goto(f"{on_phone.running.address}/unsent")
        move(page, "辛*", activity_id)
        expect(page.locator("[data-move-form]").first).to_be_hidden()
        expect_unsent(page, 2)
    expect_unsent(page, 0)
    assert "activity.attended" in events_of(on_phone.running, card_id)


def test_a_walk_in_that_came_already_takes_what_waits_as_it_was_mended_last(
    on_phone: Journey,
) -> None:
    running, walk_in = on_phone.running, f"W-{uuid4()}"
    running.accept(activity_today(walk_in))
    stand_ready(on_phone)
    page = on_phone.page
    hold_walk_ins(page)
    card_id = wait_for_nobody(on_phone, "癸等着")
    on_phone.open("/unsent")
    assert [awaits(page, of) for of in (walk_in, f"W-{uuid4()}")] == [False, True]
    row = choose(page, "癸*", walk_in)
    mend_elsewhere(page, card_id, "癸改过")
    row.get_by_role("button", name="换到这一场").tap()
    expect_unsent(page, 0)
    assert events_of(running, card_id) == ["card.registered", "activity.attended"]
    running.work()
    with reading(running.site.engine) as connection:
        found, _ = find_people(HEADQUARTERS_SCOPE, connection, "癸改过")
    assert [each.card_id for each in found] == [card_id]


def test_a_consent_to_the_dealer_of_one_activity_does_not_go_to_another_dealers(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    page = on_phone.page
    hold_walk_ins(page)
    card_id = wait_for_nobody(on_phone, "壬等着", is_shared=True)
    on_phone.open("/unsent")
    row = page.locator("[data-unsent-list] li").filter(has_text="壬*")
    row.get_by_role("button", name="换一场活动").tap()
    note = row.locator("[data-share-note]")
    expect(note).to_be_hidden()
    row.get_by_label("记到哪一场").select_option("A-today")
    expect(note).to_contain_text("请重新问本人")
    # It is tried again by itself meanwhile: what somebody chooses in stays open.
    write_elsewhere(page)
    expect(page.locator("[data-unsent-list] li")).to_have_count(2)
    row.get_by_role("button", name="换到这一场").tap()
    expect_unsent(page, 1)
    assert events_of(on_phone.running, card_id).count("consent.given") == 1


def test_where_it_is_moved_to_is_told_before_on_pages_that_everybody_can_use(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    page = on_phone.page
    hold_walk_ins(page)
    wait_for_nobody(on_phone, "癸等着", is_shared=True)
    on_phone.open(f"{FORM}/new")
    write_card(page, "子写错")
    expect(page.get_by_role("heading", name="已收下")).to_be_visible()
    on_phone.open("/said")
    row = page.locator("[data-unsent-list] li").filter(has_text="癸*")
    row.get_by_role("button", name="换一场活动").tap()
    row.get_by_label("记到哪一场").select_option("A-today")
    assert_usable(page)
    page.locator("main ul.rows li a").first.tap()
    page.wait_for_url("**/said/*")
    page.get_by_role("link", name="记错了活动").tap()
    page.wait_for_url("**/move")
    page.get_by_label("记到哪一场").select_option("A-clinic")
    page.get_by_role("button", name="换到这一场").tap()
    expect(page.locator(".note.waiting")).to_contain_text("到场：从“社区健康日”撤销")
    assert_usable(page)
    page.get_by_role("button", name="换到这一场").tap()
    expect(page.locator(".receipt.said")).to_contain_text("已收下")
    on_phone.assert_nothing_from_elsewhere()


def assert_usable(page: Page) -> None:
    assert_accessible(page)
    assert_fits(page)
    assert_large_targets(page)
