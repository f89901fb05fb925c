"""The page on which headquarters decides between two words on a field."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from campaigns.ids import person_id
from campaigns.intake import Credential
from campaigns.times import DAY_US, SECOND_US, rfc3339
from crm.accounts.access import accesses_of_cards
from crm.archives.queries import open_conflicts
from crm.clock import now_us
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.examples import an_event, written
from tests.integration.web.acting import forms
from tests.integration.web.sites import RunningSite, card, sign_in, token_in


@pytest.fixture(scope="module", autouse=True)
def people(site: RunningSite) -> None:
    for name, role in (("field", "staff"), ("law", "compliance"), ("office", "headquarters")):
        site.user(name, role)  # type: ignore[arg-type]


HOMES = ({"contact": {"address": "和平路1号"}}, {"contact": {"address": "和平路2号"}})


def disagree(
    site: RunningSite, card_id: str, said: tuple[dict[str, Any], dict[str, Any]] = HOMES
) -> None:
    """A dealer and staff correct a new card, the address unless something else is named."""
    dealer = Credential("dealer", "t-dealer", "D1")
    site.site.intake.accept([written(card(card_id))], dealer)
    now = rfc3339(now_us() // SECOND_US * SECOND_US)
    for role, changes in zip(("dealer", "staff"), said, strict=True):
        corrected = an_event(
            "card.corrected",
            {"card_id": card_id, **changes},
            id=f"{role}-{card_id}",
            source=f"/{role}",
            time=now,
        )
        by = Credential(role, f"t-{role}", "D1" if role == "dealer" else None)  # type: ignore[arg-type]
        site.site.intake.accept([written(corrected)], by)
    site.work()


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        sign_in(client, "office")
        yield client


def test_the_words_open_by_a_tap_that_is_logged_and_one_of_them_is_chosen(
    site: RunningSite, office: httpx.Client
) -> None:
    disagree(site, "C-two")
    page = office.get("/conflicts").text
    assert "和平路" not in page
    (opening,) = forms(page, "/conflicts/open")
    opened = office.post("/conflicts/open", data=opening).text
    assert "和平路1号" in opened
    assert "和平路2号" in opened
    with reading(site.site.engine) as connection:
        looks = accesses_of_cards(HEADQUARTERS_SCOPE, connection, ["C-two"])
    assert [look.field for look in looks] == ["conflict"]
    (choice,) = [f for f in forms(opened, "/conflicts/decide") if f["source"] == "/dealer"]
    assert office.post("/conflicts/decide", data=choice).status_code == 303
    site.work()
    assert forms(office.get("/conflicts").text, "/conflicts/open") == []
    archive = office.get(f"/people/{person_id('C-two')}").text
    assert "说法不一" in archive
    reveal = {"form_token": choice["form_token"], "card_id": "C-two", "field": "address"}
    shown = office.post(f"/people/{person_id('C-two')}/reveal", data=reveal)
    assert "和平路1号" in shown.text


def test_only_headquarters_decides_and_staff_sees_nothing(site: RunningSite) -> None:
    disagree(site, "C-who")
    answers = {}
    for name in ("field", "law"):
        with site.client() as client:
            sign_in(client, name)
            page = client.get("/conflicts")
            answers[name] = page.status_code
            for form in forms(page.text, "/conflicts/open"):
                opened = client.post("/conflicts/open", data=form)
                assert forms(opened.text, "/conflicts/decide") == []
                forced = {**form, "source": "/dealer", "event_id": "dealer-C-who"}
                assert client.post("/conflicts/decide", data=forced).status_code == 403
    assert answers == {"field": 403, "law": 200}


def test_the_home_page_of_headquarters_counts_what_waits_for_it(
    site: RunningSite, office: httpx.Client
) -> None:
    disagree(site, "C-count")
    waiting = len(forms(office.get("/conflicts").text, "/conflicts/open"))
    tile = re.search(r'<a href="/conflicts"><b>(\d+)</b>', office.get("/").text)
    assert tile
    assert int(tile[1]) == waiting


def test_words_of_health_open_for_nobody_and_are_not_decided_while_health_is_refused(
    site: RunningSite, office: httpx.Client
) -> None:
    ills = ({"health": {"conditions": ["脑梗后遗"]}}, {"health": {"conditions": ["帕金森"]}})
    disagree(site, "C-ill", ills)
    named = {"card_id": "C-ill", "field": "health.conditions"}
    with site.client() as law:
        sign_in(law, "law")
        for client in (office, law):
            form = named | {"form_token": token_in(client.get("/conflicts").text)}
            assert "帕金森" in client.post("/conflicts/open", data=form).text
        refused = {"card_id": "C-ill", "purpose": "health"}
        site.accept(an_event("consent.refused", refused, id="no-more"))
        for client in (office, law):
            page = client.get("/conflicts").text
            assert "病症、用药和测量都不给看" in page
            assert "C-ill" not in [each["card_id"] for each in forms(page, "/conflicts/open")]
            form = named | {"form_token": token_in(page)}
            assert client.post("/conflicts/open", data=form).status_code == 404
        word = {"source": "/staff", "event_id": "staff-C-ill", "form_id": "a" * 36}
        form |= word | {"form_token": token_in(office.get("/conflicts").text)}
        assert office.post("/conflicts/decide", data=form).status_code == 404
    with reading(site.site.engine) as connection:
        asked = connection, site.site.keyring, site.site.now_us(), "C-ill"
        (found,) = open_conflicts(HEADQUARTERS_SCOPE, *asked)
    assert found.words == () and found.health_closed and not found.restricted


def test_a_card_of_a_phone_whose_clock_is_ahead_keeps_no_other_conflict_back(
    site: RunningSite,
) -> None:
    disagree(site, "C-ahead")
    with reading(site.site.engine) as connection:
        for at_us, how_many in ((now_us(), 1), (now_us() - 2 * DAY_US, 0)):
            asked = connection, site.site.keyring, at_us, "C-ahead"
            assert len(list(open_conflicts(HEADQUARTERS_SCOPE, *asked))) == how_many
