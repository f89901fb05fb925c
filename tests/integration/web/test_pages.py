"""The pages' guards: sign-in, forms, roles; what is hidden, and what opening it leaves behind."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from campaigns.ids import person_id
from crm.accounts.access import accesses_of_cards
from crm.accounts.people import add_user
from crm.accounts.roles import AccountInvalid, scope_of
from crm.activities.happened import attendees, signed_in_us
from crm.scope import HEADQUARTERS_SCOPE, OutOfScope
from crm.storage.database import reading
from crm.web.view.templates import STATIC_FOLDER, static_url
from tests.integration.web.person_events import refusal
from tests.integration.web.sites import (
    PASSWORD,
    RunningSite,
    activity_today,
    card,
    sign_in,
    today,
    token_in,
)

PAGES = ("/", "/people", "/log", "/me", "/activities", "/follow-ups", "/events", "/season/1")


@pytest.fixture(scope="module", autouse=True)
def people(site: RunningSite) -> None:
    site.user("office", "headquarters")
    site.user("field", "staff")
    site.user("law", "compliance")
    site.user("shop", "dealer", "D1")
    site.accept(activity_today(), {**activity_today("A-other"), "id": "plan-other"})
    site.accept(
        {
            **activity_today("A-other"),
            "type": "jinxi.activity.changed.v1",
            "data": {"activity_id": "A-other", "dealer": "D2"},
        }
    )
    site.accept(with_health(card("C-open")), card("C-closed", "赵不见", "13700001111"))
    site.accept(refusal("C-closed"))


def with_health(event: dict[str, object]) -> dict[str, object]:
    data = event["data"]
    assert isinstance(data, dict)
    health = {"conditions": ["高血压"], "medicines": ["氨氯地平"]}
    return {**event, "data": {**data, "health": health}}


@pytest.fixture
def visitor(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        yield client


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        assert sign_in(client, "office").status_code == 303
        yield client


def reveal(client: httpx.Client, card_id: str, field: str) -> httpx.Response:
    address = f"/people/{person_id(card_id)}"
    form = {"form_token": token_in(client.get("/me").text), "card_id": card_id, "field": field}
    return client.post(f"{address}/reveal", data=form, headers={"accept": "application/json"})


@pytest.mark.parametrize("path", [*PAGES, f"/people/{person_id('C-open')}", "/log/A-today"])
def test_without_signing_in_every_page_leads_to_the_sign_in(
    visitor: httpx.Client, path: str
) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")
    assert "王" not in answer.text


def test_every_answer_carries_the_headers_that_guard_it(visitor: httpx.Client) -> None:
    for path in ("/sign-in", "/health", "/no-such-page", "/static/style.css"):
        headers = visitor.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_a_script_is_sent_without_what_only_readers_need(visitor: httpx.Client) -> None:
    written = (STATIC_FOLDER / "queue.js").read_text()
    sent = visitor.get(static_url("queue.js"))
    assert sent.headers["content-type"].startswith("text/javascript")
    lines = [line.lstrip() for line in written.splitlines()]
    kept = [line for line in lines if not line.startswith("//")]
    assert sent.text.splitlines() == kept
    again = {"if-none-match": sent.headers["etag"]}
    assert visitor.get(static_url("queue.js"), headers=again).status_code == 304


def test_what_broke_is_answered_with_the_same_guards_and_signs_nobody_out(
    site: RunningSite, office: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr("crm.web.guards.visit.account_of", broken)
        # The server ends the connection after what broke: it is not to be used again.
        last = {"Connection": "close"}
        page = office.get("/me", headers=last)
        patch.setattr("crm.web.api.events.event_status", broken)
        token = {"Authorization": f"Bearer {site.token()}"}
        problem = office.get("/v1/events?source=a&id=b", headers=token | last)
    assert "刚才没有成功" in page.text
    for answer in (page, problem):
        assert answer.status_code == 500
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
    assert office.get("/me").status_code == 200


def test_what_a_script_fetches_gives_a_browser_no_new_session(visitor: httpx.Client) -> None:
    assert "set-cookie" in visitor.get("/sign-in").headers
    visitor.cookies.clear()
    for mode in ("cors", "same-origin", "no-cors"):
        answer = visitor.get("/sign-in", headers={"Sec-Fetch-Mode": mode})
        assert "set-cookie" not in answer.headers


def test_a_form_of_another_session_changes_nothing(office: httpx.Client) -> None:
    for form in ({}, {"form_token": "0" * 32}):
        answer = office.post("/sign-out", data=form)
        assert answer.status_code == 409
    assert office.get("/me").status_code == 200


def test_signing_out_ends_the_session(office: httpx.Client) -> None:
    token = token_in(office.get("/me").text)
    assert office.post("/sign-out", data={"form_token": token}).status_code == 303
    assert office.get("/me").status_code == 303


def test_an_archive_shows_masks_until_a_tap(office: httpx.Client) -> None:
    page = office.get(f"/people/{person_id('C-open')}").text
    assert "王*英" in page
    assert "139****5678" in page
    for hidden in ("王桂英", "13912345678", "高血压", "氨氯地平"):
        assert hidden not in page


def test_who_must_name_a_person_elsewhere_reads_the_number_on_the_archive(
    site: RunningSite, office: httpx.Client
) -> None:
    address = f"/people/{person_id('C-open')}"
    assert f"<code>{person_id('C-open')}</code>" in office.get(address).text
    with site.client() as client:
        sign_in(client, "field")
        assert "<code>" not in client.get(address).text


def test_a_tap_opens_one_field_and_is_logged_before(
    site: RunningSite, office: httpx.Client
) -> None:
    assert reveal(office, "C-open", "conditions").json() == {"value": "高血压"}
    with reading(site.site.engine) as connection:
        log = accesses_of_cards(scope_of("compliance"), connection, ["C-open"])
    assert (log[0].field, log[0].card_id) == ("conditions", "C-open")
    assert log[0].actor.startswith("u-")
    page = office.get(f"/people/{person_id('C-open')}").text
    assert "office" in page.split("谁点开过")[1]


def test_without_script_a_tap_opens_that_health_field_alone(office: httpx.Client) -> None:
    address = f"/people/{person_id('C-open')}"
    form = {"form_token": token_in(office.get("/me").text), "card_id": "C-open"}
    page = office.post(f"{address}/reveal", data={**form, "field": "medicines"}).text
    assert "氨氯地平" in page
    assert "高血压" not in page


def test_what_is_no_hidden_field_opens_nothing(office: httpx.Client) -> None:
    assert reveal(office, "C-open", "__class__").status_code == 404
    assert reveal(office, "C-open", "address").status_code == 404


def test_the_access_log_is_for_headquarters_and_compliance(site: RunningSite) -> None:
    with reading(site.site.engine) as connection, pytest.raises(OutOfScope):
        accesses_of_cards(scope_of("staff"), connection, ["C-open"])


def test_a_restricted_name_is_shown_to_compliance_alone(site: RunningSite) -> None:
    seen = {}
    for name in ("office", "field", "law"):
        with site.client() as client:
            sign_in(client, name)
            page = client.get(f"/people/{person_id('C-closed')}").text
            seen[name] = ("赵*见" in page, reveal(client, "C-closed", "name").status_code)
    assert seen == {"office": (False, 404), "field": (False, 404), "law": (True, 200)}


def test_compliance_looks_and_logs_nothing(site: RunningSite) -> None:
    with site.client() as client:
        sign_in(client, "law")
        assert client.get("/log/A-today").status_code == 403
        assert 'href="/log"' not in client.get("/").text


def test_a_dealer_sees_its_own_activities_and_no_archive(site: RunningSite) -> None:
    with site.client() as client:
        sign_in(client, "shop")
        assert client.get("/").status_code == 200
        assert client.get("/activities/A-today").status_code == 200
        assert client.get("/activities/A-other").status_code == 404
        assert client.get("/log/A-other/new").status_code == 404
        for path in ("/people", f"/people/{person_id('C-open')}", "/season/1", "/follow-ups"):
            assert client.get(path).status_code == 403


def test_what_is_searched_for_stands_in_no_address(office: httpx.Client) -> None:
    token = token_in(office.get("/people").text)
    answer = office.post("/people", data={"form_token": token, "text": "桂英"})
    assert "王*英" in answer.text
    assert "%E6" not in str(answer.url)
    assert 'method="post"' in answer.text


@pytest.mark.parametrize("text", ["5678", "13912345678"])
def test_a_whole_phone_finds_whom_its_end_finds(office: httpx.Client, text: str) -> None:
    token = token_in(office.get("/people").text)
    answer = office.post("/people", data={"form_token": token, "text": text})
    assert f'href="/people/{person_id("C-open")}"' in answer.text


@pytest.mark.parametrize("page", ["0", "9" * 30])
def test_a_page_that_no_list_has_is_no_trouble_of_the_site(office: httpx.Client, page: str) -> None:
    assert office.get(f"/events?page={page}").status_code == 200


def test_a_signing_in_that_was_taken_back_is_none(site: RunningSite) -> None:
    came = {
        **card("C-back"),
        "id": "came-C-back",
        "type": "jinxi.activity.attended.v1",
        "data": {"card_id": "C-back", "activity_id": "A-today"},
    }
    void = {
        **came,
        "id": "void-C-back",
        "type": "jinxi.event.voided.v1",
        "data": {
            "of_source": came["source"],
            "of_id": came["id"],
            "reason_code": "did_not_happen",
        },
    }
    person = person_id("C-back")

    def signed_in() -> tuple[bool, bool]:
        with reading(site.site.engine) as connection:
            return (
                person in signed_in_us(HEADQUARTERS_SCOPE, connection, "A-today", [person]),
                person in attendees(HEADQUARTERS_SCOPE, connection, "A-today"),
            )

    site.accept(card("C-back", "查来去", "13722223333"), came)
    assert signed_in() == (True, True)
    site.accept(void)
    assert signed_in() == (False, False)


def test_a_list_turns_over_after_fifty(site: RunningSite, office: httpx.Client) -> None:
    site.accept(*(card(f"C-many-{n}", f"李{n}", f"13{n:09d}") for n in range(60)))
    token = token_in(office.get("/people").text)
    first = office.get("/people").text
    second = office.post("/people", data={"form_token": token, "page": "2"}).text
    assert first.count('href="/people/') == 50
    assert second.count('href="/people/') == 13
    assert "第 2 页" in second


def test_no_account_has_a_short_password_or_the_name_of_another(site: RunningSite) -> None:
    with pytest.raises(AccountInvalid):
        add_user(site.site.engine, "short", "1234567", ("staff",))
    with pytest.raises(AccountInvalid):
        add_user(site.site.engine, "office", PASSWORD, ("staff",))
    with pytest.raises(AccountInvalid):
        add_user(site.site.engine, "nobody's", PASSWORD, ("dealer",))


def test_passwords_and_tokens_are_kept_as_hashes_alone(site: RunningSite) -> None:
    token = site.token()
    folder = site.site.engine.url.database
    assert folder is not None
    for file in (folder, f"{folder}-wal"):
        with open(file, "rb") as stream:
            bytes_kept = stream.read()
        assert PASSWORD.encode() not in bytes_kept
        assert token.encode() not in bytes_kept


def test_the_next_days_activities_are_opened_before_leaving_for_where_there_is_no_network(
    site: RunningSite,
) -> None:
    later = activity_today("A-later")
    later["data"] |= {
        "title": "后天的村里讲座",
        "starts_at": f"{today() + timedelta(days=2)}T09:00:00+08:00",
    }
    site.accept(later)
    with site.client() as client:
        sign_in(client, "field")
        chosen = client.get("/log?choose=true").text.partition("后面几天的活动")[2]
        assert 'href="/log/A-later"' in chosen and "出发前" in chosen
        assert client.get("/log/A-later/new").status_code == 200
        assert 'value="A-later"' in client.get("/unsent").text
