"""Follow-ups are made from their page: every due one is reached, opened, called and done."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from crm.accounts.access import accesses_of_cards
from crm.follow_ups.queries import due_follow_ups
from crm.follow_ups.tables import FOLLOW_UP_OWNER
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.integration.web.person_events import event
from tests.integration.web.sites import RunningSite, card, sign_in, today, token_in

PEOPLE = 55
"""More than a page."""


def trial(number: int) -> list[dict[str, Any]]:
    """A person whose trial began six days ago: the first call is due, and since when."""
    card_id = f"F-{number}"
    phone = "13800000000" if number == 0 else f"137000{number:05}"
    registered = card(card_id, f"钱回访{number}", phone)
    registered["data"] |= {"region": "130102" if number % 2 else "440306", "dealer": "D1"}
    sku = "JX-B2" if number == 4 else "JX-B4"
    started = event("trial.started", card_id, trial_id=f"T-{number}", sku=sku)
    for each, hour in ((registered, 8), (started, 9)):
        day = today() - timedelta(days=6 if number else 12)
        each["time"] = f"{day}T{hour:02}:00:00+08:00"
    return [registered, started]


@pytest.fixture(scope="module", autouse=True)
def people(site: RunningSite) -> dict[str, str]:
    site.accept(*(each for number in range(PEOPLE) for each in trial(number)))
    return {
        name: site.user(name, role)  # type: ignore[arg-type]
        for name, role in (("office", "headquarters"), ("field", "staff"), ("law", "compliance"))
    }


@pytest.fixture
def field(site: RunningSite) -> Iterator[httpx.Client]:
    with site.client() as client:
        sign_in(client, "field")
        yield client


def listed(page: str) -> list[str]:
    return re.findall(r'formaction="(/follow-ups/[^"]+)/open"', page)


def lines(page: str) -> list[str]:
    """Every line of the list, whether there is a number to dial or not."""
    return re.findall(r'name="chosen" value="([^"]+)"', page)


def hidden(page: str, ending: str) -> dict[str, str]:
    form = page[page.index(f'{ending}"') :].partition("</form>")[0]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def test_every_due_one_is_reached_the_most_overdue_first(field: httpx.Client) -> None:
    pages = [field.get(f"/follow-ups?page={page}").text for page in (1, 2)]
    found = [line for page in pages for line in lines(page)]
    assert found[:2] == ["T-0/2", "T-1/1"]
    assert len(found) == len(set(found)) == PEOPLE
    assert f"{PEOPLE} 人" in pages[0]


def test_a_whole_page_of_calls_stays_light(field: httpx.Client) -> None:
    """With what scripts and styles weigh it is to stay below 100,000 bytes."""
    page = field.get("/follow-ups").text
    assert len(lines(page)) == 50 and len(page.encode()) <= 41_000


def test_a_person_is_one_line_the_call_that_became_due_last(field: httpx.Client) -> None:
    found = lines(field.get("/follow-ups").text)
    assert "T-0/2" in found and "T-0/1" not in found


def test_the_list_is_filtered_by_place_dealer_and_product(field: httpx.Client) -> None:
    page = field.get("/follow-ups?sku=JX-B2").text
    assert lines(page) == ["T-4/1"] and "广东省深圳市" in page and "JX-B2" in page
    assert lines(field.get("/follow-ups?sku=JX-B2&region=1301").text) == []
    south = field.get("/follow-ups?region=4403").text
    assert "T-2/1" in lines(south) and "T-1/1" not in lines(south)
    assert lines(field.get("/follow-ups?dealer=D9").text) == []


def test_the_part_that_is_shown_is_taken_away_without_names_and_numbers(
    field: httpx.Client,
) -> None:
    for query, rows in (("whose=all", PEOPLE), ("sku=JX-B2", 1)):
        taken = field.get(f"/follow-ups?{query}&file=csv").text
        assert len(taken.splitlines()) - 1 == rows
        assert "*" in taken and not re.search(r"1[3-9]\d{9}", taken)


def test_the_list_is_sorted_its_columns_chosen_and_its_file_is_what_is_shown(
    field: httpx.Client,
) -> None:
    assert lines(field.get("/follow-ups?sort=sku").text)[0] == "T-4/1"
    asked = "/follow-ups?sort=-region&col=name&col=region&col=act"
    page = field.get(asked).text
    shown = re.findall(r'data-word="地区">([^<]+)</td>', page)
    in_south = ["深圳" in region for region in shown]
    assert in_south == sorted(in_south, reverse=True) and any(in_south)
    assert 'data-word="产品"' not in page
    taken = field.get(f"{asked}&file=csv").text.removeprefix("\ufeff").splitlines()
    english = field.get("/follow-ups", headers={"accept-language": "en"}).text
    assert 'data-word="Due"' in english
    assert taken[0] == "姓名,地区" and [line.split(",")[1] for line in taken[1:51]] == shown


def test_whoever_has_no_number_is_offered_no_call(field: httpx.Client) -> None:
    page = field.get("/follow-ups").text
    assert "/follow-ups/T-0/2" not in listed(page) and "没有能打的电话" in page


def test_name_and_phone_open_by_a_tap_that_is_kept_and_are_dialled(
    site: RunningSite, field: httpx.Client
) -> None:
    page = field.get("/follow-ups/T-1/1").text
    assert "钱回访1" not in page and "tel:" not in page
    opened = field.post("/follow-ups/T-1/1/open", data={"form_token": token_in(page)}).text
    assert "钱回访1" in opened and 'href="tel:+8613700000001"' in opened
    with reading(site.site.engine) as connection:
        looks = accesses_of_cards(HEADQUARTERS_SCOPE, connection, ["F-1"])
    assert sorted(look.field for look in looks) == ["name", "phones"]


def test_whoever_hears_of_a_death_at_a_call_is_one_tap_from_saying_it(field: httpx.Client) -> None:
    page = field.get("/follow-ups/T-1/1").text
    (path,) = re.findall(r'href="(/people/[^"]+/deceased)"', page)
    assert field.get(path).status_code == 200


def test_a_number_that_is_written_in_two_ways_is_dialled_by_one_button(
    site: RunningSite, field: httpx.Client
) -> None:
    again = card("F-3-again", "钱回访3", "+86 137 0000 0003")
    site.accept(again, event("identity.same", "F-3", other_card_id="F-3-again", reason_code="x"))
    page = field.get("/follow-ups/T-3/1").text
    opened = field.post("/follow-ups/T-3/1/open", data={"form_token": token_in(page)}).text
    assert opened.count('href="tel:+8613700000003"') == 1 and "☎ +86" not in opened


def test_a_placeholder_is_no_number(field: httpx.Client) -> None:
    token = token_in(field.get("/follow-ups").text)
    opened = field.post("/follow-ups/T-0/2/open", data={"form_token": token}).text
    assert "tel:" not in opened and "没有能打的电话" in opened


def test_how_it_went_is_one_tap_and_the_next_one_follows(
    site: RunningSite, field: httpx.Client
) -> None:
    page = field.get("/follow-ups/T-2/1").text
    form = hidden(page, "/follow-ups/T-2/1/done")
    said = {**form, "channel": "phone", "outcome": "reached", "note": "用得好"}
    answer = field.post("/follow-ups/T-2/1/done", data=said)
    assert answer.status_code == 303
    following = answer.headers["location"]
    assert following.startswith("/follow-ups/T-20/1?")
    answered = field.get(following).text
    assert "已收下" in answered and "钱**" in answered and "联系上了" in answered
    site.work()
    assert field.get("/follow-ups/T-2/1").status_code == 404
    wrong = field.post("/follow-ups/T-3/1/done", data={**form, "outcome": "asleep"})
    assert wrong.status_code == 422


def test_after_nobody_answered_the_next_one_is_somebody_else(field: httpx.Client) -> None:
    page = field.get("/follow-ups/T-0/2").text
    form = hidden(page, "/follow-ups/T-0/2/done")
    said = {**form, "channel": "phone", "outcome": "not_reached"}
    following = field.post("/follow-ups/T-0/2/done", data=said).headers["location"]
    assert following.startswith("/follow-ups/T-1/1?")
    assert "没联系上" in field.get(following).text


def test_a_call_of_another_day_is_not_listed_until_then(field: httpx.Client) -> None:
    token = token_in(field.get("/follow-ups").text)

    def later(days: int) -> httpx.Response:
        day = (today() + timedelta(days=days)).isoformat()
        data = {"form_token": token, "not_before": day}
        return field.post("/follow-ups/T-10/1/later", data=data)

    assert later(0).status_code == later(91).status_code == 422
    answer = later(3)
    assert answer.status_code == 303 and "再打" in field.get(answer.headers["location"]).text
    assert "T-10/1" not in lines(field.get("/follow-ups").text)


def test_calls_are_given_to_a_colleague_and_stand_in_their_own_list(
    site: RunningSite, field: httpx.Client, people: dict[str, str]
) -> None:
    token = token_in(field.get("/follow-ups").text)
    given = {"form_token": token, "chosen": ["T-5/1", "T-6/1"], "owner": people["office"]}
    assert field.post("/follow-ups/assign", data=given).status_code == 303
    stranger = given | {"owner": people["law"]}
    assert field.post("/follow-ups/assign", data=stranger).status_code == 422
    with site.client() as client:
        sign_in(client, "office")
        mine = client.get("/follow-ups?whose=mine").text
        assert listed(mine) == ["/follow-ups/T-5/1", "/follow-ups/T-6/1"]
        assert "/follow-ups/T-5/1" not in listed(client.get("/follow-ups?whose=nobody").text)
        back = given | {"form_token": token_in(mine), "chosen": "T-5/1", "owner": people["field"]}
        client.post("/follow-ups/assign", data=back)
        assert listed(client.get("/follow-ups?whose=mine").text) == ["/follow-ups/T-6/1"]


def test_a_call_that_nobody_has_to_make_is_given_to_nobody(
    site: RunningSite, field: httpx.Client, people: dict[str, str]
) -> None:
    token = token_in(field.get("/follow-ups").text)
    invented = {"form_token": token, "chosen": ["T-5/" + "9" * 70, "none/1"]}
    answer = field.post("/follow-ups/assign", data=invented | {"owner": people["office"]})
    assert answer.status_code == 303
    with reading(site.site.engine) as connection:
        kept = connection.execute(select(FOLLOW_UP_OWNER.c.trial_id)).scalars().all()
    assert "none" not in kept


def test_nobody_is_listed_whose_card_was_erased(site: RunningSite) -> None:
    site.accept(event("card.erased", "F-11", reason_code="requested_by_person"))
    with reading(site.site.engine) as connection:
        due = due_follow_ups(HEADQUARTERS_SCOPE, connection, today()).rows
    assert "F-11" not in [row.card_id for row in due] and due


def test_nobody_is_listed_who_must_not_be_called(site: RunningSite) -> None:
    site.accept(event("person.deceased", "F-7"), event("consent.refused", "F-8", purpose="archive"))
    with reading(site.site.engine) as connection:
        due = due_follow_ups(HEADQUARTERS_SCOPE, connection, today()).rows
    assert {"F-7", "F-8"}.isdisjoint(row.card_id for row in due)


def test_who_only_looks_is_offered_no_call(site: RunningSite) -> None:
    with site.client() as client:
        sign_in(client, "law")
        page = client.get("/follow-ups").text
        assert listed(page) == [] and 'name="chosen"' not in page
        token = token_in(page)
        path = "/follow-ups/T-9/1/done"
        assert client.post(path, data={"form_token": token}).status_code == 403


def test_what_nobody_saw_to_for_ninety_days_is_no_call_of_today_and_is_listed_apart(
    site: RunningSite, field: httpx.Client
) -> None:
    assert "过期 90 天以上的" not in field.get("/follow-ups").text
    for number, days in ((901, 14 + 89), (902, 14 + 90)):
        for each in trial(number):
            each["time"] = f"{today() - timedelta(days=days)}T08:00:00+08:00"
            site.accept(each)
    site.work()
    page = field.get("/follow-ups").text
    assert "过期 90 天以上的 1" in page
    assert "T-901/3" in lines(page) and "T-902/3" not in lines(page)
    apart = field.get("/follow-ups?whose=lapsed").text
    assert lines(apart) == ["T-902/3"]
    assert "到期的回访 <small>1 人" in apart, "the heading counts what is listed"
