"""An old person signs on the phone's glass, and the drawing proves the consent."""

import contextlib
import re

import pytest
from playwright.sync_api import Page, expect

from campaigns.ids import person_id
from crm.archives.queries import archive
from crm.attachments.store import AttachmentStore
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.functional.journeys import Journey
from tests.functional.phones import (
    FORM,
    expect_unsent,
    no_network,
    stand_ready,
    write_card,
    written_cards,
)
from tests.integration.web.sites import card

pytestmark = pytest.mark.browser


def test_a_closed_fold_inside_an_open_one_says_that_it_can_be_opened(on_phone: Journey) -> None:
    on_phone.enter()
    on_phone.open("/log/A-today/new")
    page = on_phone.page
    page.get_by_text("同意", exact=True).first.tap()
    spoken = page.locator("details", has_text="先把告知书念给本人听").locator("details").first
    sign = "fold => getComputedStyle(fold.querySelector('summary'), '::before').content"
    assert spoken.evaluate(sign) == '"+"'
    spoken.locator("summary").tap()
    assert spoken.evaluate(sign) == '"−"'


def agree_and_sign(page: Page) -> None:
    page.get_by_text("同意", exact=True).first.tap()
    page.get_by_label("建立档案", exact=True).check()
    glass = page.locator("canvas[data-signature]")
    glass.scroll_into_view_if_needed()
    box = glass.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60, steps=8)
    page.mouse.up()
    expect(page.get_by_text("已有凭据")).to_be_visible()


def test_what_is_drawn_on_the_glass_is_kept_as_evidence(on_phone: Journey) -> None:
    name, running = "C-glass", on_phone.running
    running.accept(card(name, "单手书", "13911117777"))
    on_phone.enter()
    on_phone.open(f"/log/A-today/person/{person_id(name)}")
    page = on_phone.page
    agree_and_sign(page)
    page.get_by_role("button", name="提交").tap()
    expect(page.locator("[data-receipt]")).to_be_visible()
    running.work()
    with reading(running.site.engine) as connection:
        known = archive(
            HEADQUARTERS_SCOPE, connection, running.site.keyring, name, running.site.now_us()
        )
    assert known is not None
    (word,) = [said for said in known["consents"] if said["purpose"] == "archive"]
    assert (word["method"], word["evidence_kept"]) == ("screen", True)
    kept = AttachmentStore(running.site.keyring).get(name, word["evidence_sha256"])
    assert kept is not None
    assert kept.content.startswith(b"\x89PNG")
    on_phone.assert_nothing_from_elsewhere()


@pytest.mark.parametrize("has_network", [True, False])
def test_signed_paper_is_photographed_in_the_hall_and_kept_as_evidence(
    on_phone: Journey, has_network: bool
) -> None:
    stand_ready(on_phone)
    on_phone.open(f"{FORM}/new")
    page, before = on_phone.page, written_cards(on_phone.running)
    page.locator("body[data-wired] [name=name]").wait_for()
    with contextlib.nullcontext() if has_network else no_network(on_phone):
        page.get_by_label("姓名").fill("纸上签")
        page.get_by_text("同意", exact=True).first.tap()
        page.get_by_label("建立档案", exact=True).check()
        page.get_by_label("怎样同意").select_option("paper")
        expect(page.locator("canvas[data-signature]")).to_be_hidden()
        paper = page.screenshot(type="jpeg")
        page.get_by_label("拍下签了字的纸").set_input_files(
            {"name": "paper.jpg", "mimeType": "image/jpeg", "buffer": paper}
        )
        expect(page.get_by_text("已有凭据")).to_be_visible()
        page.get_by_role("button", name="提交").tap()
        expect(page.get_by_role("heading", name=re.compile("已收下|已保存"))).to_be_visible()
    expect_unsent(page, 0)
    on_phone.running.work()
    (subject,) = written_cards(on_phone.running) - before
    name = subject.removeprefix("card/")
    with reading(on_phone.running.site.engine) as connection:
        known = archive(
            *(HEADQUARTERS_SCOPE, connection, on_phone.running.site.keyring, name),
            on_phone.running.site.now_us(),
        )
    assert known is not None
    (word,) = known["consents"]
    assert (word["method"], word["evidence_kept"]) == ("paper", True)


def test_what_was_drawn_proves_no_other_way_of_consenting(on_phone: Journey) -> None:
    on_phone.enter()
    on_phone.open(f"{FORM}/new")
    page = on_phone.page
    page.locator("body[data-wired] [name=name]").wait_for()
    agree_and_sign(page)
    page.get_by_label("怎样同意").select_option("voice")
    expect(page.locator("[data-sign]")).to_be_hidden()
    assert page.locator("[name=signature]").input_value() == ""


def test_a_form_that_is_opened_again_says_that_it_was_signed(on_phone: Journey) -> None:
    on_phone.enter()
    on_phone.open(f"{FORM}/new")
    page = on_phone.page
    page.locator("body[data-wired] [name=name]").wait_for()
    agree_and_sign(page)
    write_card(page, "", "13700006666")
    expect(page.get_by_role("alert")).to_contain_text("姓名")
    on_phone.open("/unsent")
    page.get_by_role("button", name="打开修改").tap()
    expect(page.get_by_label("手机")).to_have_value("13700006666")
    expect(page.get_by_text("已有凭据")).to_be_visible()
    expect(page.locator("canvas[data-signature]")).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="不要了").tap()
    expect_unsent(page, 0)
