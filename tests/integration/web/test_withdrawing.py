"""A consent is taken back on the person's page, where it stands."""

from collections.abc import Iterator

import httpx
import pytest

from campaigns.ids import person_id, short_number
from tests.integration.web.acting import forms
from tests.integration.web.person_events import consent
from tests.integration.web.sites import RunningSite, card, sign_in, token_in
from tests.integration.web.standings import known_of, standings

PERSON = person_id("C-back")


@pytest.fixture(scope="module", autouse=True)
def people(site: RunningSite) -> None:
    for name, role in (("field", "staff"), ("audit", "auditor")):
        site.user(name, role)  # type: ignore[arg-type]


@pytest.fixture
def field(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        sign_in(client, "field")
        yield client


def agreed(site: RunningSite, card_id: str, name: str, phone: str) -> None:
    """A card, to be shared with D1."""
    shared = consent(card_id, purpose="share_with_dealer", dealer="D1", categories=["identity"])
    site.accept(card(card_id, name, phone), consent(card_id), shared)


def said(site: RunningSite, card_id: str) -> list[str]:
    """Every word, in its order."""
    return [word["word"] for word in known_of(site, card_id)["consents"]]


def withdrawals(page: str, name: str) -> dict[str, dict[str, str]]:
    return {form["purpose"]: form for form in forms(page, f"/people/{name}/withdraw")}


def test_staff_take_back_what_stands_and_nothing_else_and_a_second_tap_says_it_once(
    site: RunningSite, field: httpx.Client
) -> None:
    agreed(site, "C-back", "孙回头", "13700003331")
    form = withdrawals(field.get(f"/people/{PERSON}").text, PERSON)["share_with_dealer"]
    answer = field.post(f"/people/{PERSON}/withdraw", data=form)
    page = field.get(answer.headers["location"]).text
    number = form["form_id"][:8].upper()
    assert f"回执号 {number}" in page and "撤回同意 · 交给经销商" in page
    # It is not recorded yet: the page says so, and offers no second withdrawal.
    consents = page.partition("<h2>同意</h2>")[2].partition("每一句同意的凭据")[0]
    assert consents.count("正在处理") == 1
    assert withdrawals(page, PERSON).keys() == {"archive"}
    assert number in field.get("/said").text
    found = {"form_token": token_in(page), "text": number}
    assert "撤回同意" in field.post("/search", data=found).text
    field.post(f"/people/{PERSON}/withdraw", data=form)
    site.work()
    assert said(site, "C-back").count("withdrawn") == 1
    states = standings(site, "C-back")
    assert states["share_with_dealer", "D1"] == "withdrawn"
    assert states["archive", None] == "given"
    page = field.get(f"/people/{PERSON}").text
    assert withdrawals(page, PERSON).keys() == {"archive"}


def test_whoever_only_looks_sees_no_button_and_is_refused(site: RunningSite) -> None:
    agreed(site, "C-law", "周只看", "13700003332")
    name = person_id("C-law")
    with site.client() as client:
        sign_in(client, "audit")
        page = client.get(f"/people/{name}").text
        assert withdrawals(page, name) == {}
        asked = {"form_token": token_in(page), "form_id": "x", "purpose": "archive", "dealer": ""}
        assert client.post(f"/people/{name}/withdraw", data=asked).status_code == 403
    site.work()
    assert standings(site, "C-law")["archive", None] == "given"


def test_what_does_not_stand_is_not_taken_back(site: RunningSite, field: httpx.Client) -> None:
    site.accept(card("C-none", "吴没有", "13700003333"), consent("C-none"))
    name = person_id("C-none")
    form = withdrawals(field.get(f"/people/{name}").text, name)["archive"]
    field.post(f"/people/{name}/withdraw", data=form | {"purpose": "club"})
    assert field.post("/people/nobody/withdraw", data=form).status_code == 404
    site.work()
    assert standings(site, "C-none") == {("archive", None): "given"}


def test_what_is_taken_back_on_several_cards_of_one_person_says_on_which(
    site: RunningSite, field: httpx.Client
) -> None:
    for card_id in ("C-two-1", "C-two-2"):
        agreed(site, card_id, "葛双卡", "13711112299")
    person = person_id("C-two-1")
    page = field.get(f"/people/{person}").text
    form = withdrawals(page, person)["share_with_dealer"]
    answer = field.post(f"/people/{person}/withdraw", data=form)
    site.work()
    receipt = field.get(answer.headers["location"]).text
    for card_id in ("C-two-1", "C-two-2"):
        assert f"葛*卡 {short_number(card_id)}" in receipt
