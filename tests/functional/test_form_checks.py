"""The phone's own checks: the same as the server's, and made without network."""

from random import Random
from typing import Any

import pytest
from playwright.sync_api import expect

from campaigns.times import shanghai_day
from crm.clock import now_us
from crm.holdings.queries import Held
from crm.web.view.form_faults import HEALTH_CLOSED, HEALTH_REFUSED, MEMBER_CLOSED
from crm.web.view.form_fields import described
from crm.web.view.forms import Fault, checked
from tests.functional.journeys import Journey
from tests.functional.phones import FORM, expect_unsent, no_network, stand_ready
from tests.unit.crm.web.form_entries import STAFF, entry
from tests.unit.crm.web.form_values import TICKS, VALUES

pytestmark = pytest.mark.browser

_MORE = {
    "id_number": ("11010519491231002X", "11010519491231002x", "110105194912310021", "123"),
    "phone": ("+86 138-1234-5678", "１３８１２３４５６７８", "010-1234567", "13812345678"),
    "born": ("1950.3", "1950-2-30", "１９５０年", "19500302", "1950-3-2", "2019", "1899"),
    "quantity": ("2台", "1.0", "12.8"),
    "sex": ("male", "female"),
    "price": ("¥1,234.5", "693元", "69.3", "1,23"),
}
FORMS = 300


def typed_forms() -> list[dict[str, str]]:
    random = Random(7)
    values = {name: (*VALUES.get(name, ()), *_MORE.get(name, ())) for name in {**VALUES, **_MORE}}
    forms = []
    for _ in range(FORMS):
        typed = {n: random.choice(v) for n, v in sorted(values.items()) if random.random() < 0.4}
        typed |= {tick: "1" for tick in TICKS if random.random() < 0.4}
        typed["by"] = random.choice(("self", "guardian", "agent"))
        typed["method"] = random.choice(("screen", "paper"))
        typed["purchase_sku"] = "JX-B4"
        forms.append(typed)
    return forms


WHO = ((None, None), ("C1", None), ("C1", True), ("C1", False))
"""A new card, and a known person: never asked about readings, who agreed, who said no."""


def found_by_server(
    typed: dict[str, str], card: str | None, health: bool | None
) -> list[list[str]]:
    filled = {**typed, "trial_of": "T1", "return_of": "P1", "trial_sku": "JX-B4"}
    held = Held(said={} if health is None else {"health": health})
    is_closed = "referral" in typed and typed.get("member") == "M-1"
    known = [Fault("member", MEMBER_CLOSED)] if is_closed else []
    looked_at = checked(entry(card, **filled), "/phones/u-1", STAFF, now_us(), held, known)
    own = (
        "out_of_range",
        "not_filled",
        "missing_field",
        HEALTH_REFUSED,
        HEALTH_CLOSED,
        MEMBER_CLOSED,
    )
    faults = [str(fault.field) for fault in looked_at.faults if fault.reason in own]
    return [sorted(faults), sorted(set(looked_at.codes))]


def test_the_phone_finds_what_the_server_finds(on_phone: Journey) -> None:
    on_phone.enter()
    on_phone.open(f"{FORM}/new")
    script = on_phone.page.locator("link[href$='checks.js']").get_attribute("href")
    about: dict[str, Any] = described("zh-CN", shanghai_day(now_us()), ["M-1"])
    forms = typed_forms()
    for card, health in WHO:
        found = on_phone.page.evaluate(
            """async ([script, about, forms, isNew, health]) => {
              const { look } = await import(script);
              return forms.map((typed) => {
                const read = (name) => typed[name] ?? "";
                const extra = { isNew, health, isSigned: false };
                const { faults, doubts } = look(about, read, extra);
                return [faults.map(([field]) => field).sort(), doubts.map(([code]) => code).sort()];
              });
            }""",
            [script, about, forms, card is None, {True: "yes", False: "no", None: ""}[health]],
        )
        for typed, (faults, codes) in zip(forms, found, strict=True):
            wanted_faults, wanted_codes = found_by_server(typed, card, health)
            # What the door would warn of it does not come to see in a form that has faults.
            doors = {"phone_unusual", "id_number_unverified"} if wanted_faults else set()
            assert faults == wanted_faults, typed
            assert set(codes) - doors == set(wanted_codes) - doors, typed


def test_without_network_what_is_wrong_is_said_beside_its_field_and_what_is_odd_is_asked_once(
    on_phone: Journey,
) -> None:
    stand_ready(on_phone)
    on_phone.open(f"{FORM}/new")
    page = on_phone.page
    with no_network(on_phone):
        page.locator("body[data-wired] [name=name]").wait_for()
        page.get_by_label("姓名").fill("王桂英")
        page.locator("summary", has_text="量血压").tap()
        page.locator("#systolic_mmhg").fill("999")
        page.locator("#diastolic_mmhg").fill("85")
        page.get_by_role("button", name="提交").tap()
        expect(page.locator("#systolic_mmhg-check")).to_contain_text("40–350")
        expect_unsent(page, 0)
        page.locator("#systolic_mmhg").fill("80")
        page.get_by_role("button", name="提交").tap()
        expect(page.locator(".note.waiting").first).to_contain_text("没有写反吗")
        page.get_by_role("button", name="提交").tap()
        expect_unsent(page, 1)
    expect_unsent(page, 0)
    on_phone.assert_nothing_from_elsewhere()


def test_what_stands_under_a_heading_that_is_not_ticked_is_asked_about_and_stays(
    on_phone: Journey,
) -> None:
    on_phone.enter()
    on_phone.open(f"{FORM}/new")
    page = on_phone.page
    page.locator("body[data-wired] [name=name]").wait_for()
    page.get_by_label("姓名").fill("李国强")
    page.locator("summary", has_text="购买产品").tap()
    page.locator("#quantity").fill("1")
    page.locator("#price").fill("693")
    page.get_by_role("button", name="提交").tap()
    expect(page.locator(".note.waiting").first).to_contain_text("没有勾“买了产品”")
    page.get_by_label("买了产品").check()
    page.get_by_role("button", name="提交").tap()
    expect(page.locator(".receipt")).to_contain_text("购买")
