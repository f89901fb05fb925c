"""Field staff that is given regions sees the activities there, and no others."""

import re
from collections.abc import Iterator
from html import unescape
from uuid import uuid4

import httpx
import pytest

from campaigns.ids import person_id
from campaigns.times import rfc3339
from crm.accounts.people import add_user, find_user
from crm.accounts.roles import RegionsInvalid, checked_regions, scope_of
from crm.clock import now_us
from crm.invitations.register import invite
from crm.letters.batch import Batch
from crm.letters.register import start_batch
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing
from tests.integration.web.person_events import event
from tests.integration.web.sites import (
    PASSWORD,
    RunningSite,
    activity_today,
    card,
    entered,
    token_in,
)
from tests.integration.web.walk_ins import written_down

HERE, ELSEWHERE = "A-beijing", "A-shanghai"
LISTS = ("/activities", "/calendar", "/log")


@pytest.fixture(scope="module", autouse=True)
def two_places(site: RunningSite) -> None:
    here, there = activity_today(HERE), activity_today(ELSEWHERE)
    there["data"] |= {"region": "310115"}
    site.accept(here, there)
    site.user("office", "headquarters")
    site.user("everywhere", "staff")
    add_user(site.site.engine, "beijing", PASSWORD, ("staff",), regions=("110000",), is_demo=True)


@pytest.fixture
def beijing(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "beijing")


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "office")


@pytest.mark.parametrize("path", LISTS)
def test_staff_with_regions_is_shown_the_activities_there_alone(
    site: RunningSite, beijing: httpx.Client, path: str
) -> None:
    assert HERE in beijing.get(path).text and ELSEWHERE not in beijing.get(path).text
    for everywhere in entered(site, "everywhere"):
        page = everywhere.get(path).text
        assert HERE in page and ELSEWHERE in page


def test_it_finds_no_others(beijing: httpx.Client) -> None:
    found = said(beijing, "/search", text="社区健康日").text
    assert HERE in found and ELSEWHERE not in found


@pytest.mark.parametrize(
    "path",
    [
        *("/activities/{}", "/activities/{}/attended", "/activities/{}/cards"),
        *("/activities/{}/expected", "/activities/{}/held", "/activities/{}/cards.pdf"),
        *("/activities/{}/poster", "/activities/{}/poster.pdf", "/sheets/{}", "/sheets/{}/blank"),
        *("/log/{}", "/log/{}/new", "/log/{}/list", "/log/{}/scan", "/log/{}/expected"),
        "/log/{}/card/5ca0aaaa-0000-4000-8000-000000000001",
    ],
)
def test_an_activity_elsewhere_is_not_there_for_it(beijing: httpx.Client, path: str) -> None:
    assert beijing.get(path.format(ELSEWHERE)).status_code == 404
    assert beijing.get(path.format("A-nowhere")).status_code == 404


def test_it_is_told_why_there_are_no_others(beijing: httpx.Client) -> None:
    assert "只列出你负责地区的活动：北京市" in beijing.get("/log").text
    assert "只列出你负责地区的活动：北京市" in beijing.get("/activities").text


def test_nobody_writes_down_an_activity_that_they_would_not_see(beijing: httpx.Client) -> None:
    _, refused = written_down(beijing, region="上海市浦东新区")
    assert refused.status_code == 422 and "你负责的是北京市" in refused.text
    _, taken = written_down(beijing, region="北京市朝阳区")
    assert "data-receipt" in taken.text


def test_a_walk_in_elsewhere_is_not_there_for_it_either_recorded_or_not(
    site: RunningSite, beijing: httpx.Client
) -> None:
    for everywhere in entered(site, "everywhere"):
        there, _ = written_down(everywhere, region="上海市浦东新区")
        here, _ = written_down(everywhere, region="北京市朝阳区")
    for _ in ("accepted", "recorded"):
        assert beijing.get(f"/log/W-{there}").status_code == 404
        assert beijing.get(f"/log/W-{here}").status_code == 200
        site.work()


def said(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    token = token_in(client.get("/me").text)
    return client.post(path, data={"form_token": token, **fields})


def test_headquarters_gives_regions_as_people_write_them(
    site: RunningSite, office: httpx.Client
) -> None:
    actor = site.user("moves", "staff")
    path = f"/accounts/{actor}/roles"
    wrong = said(office, path, role_staff="1", regions="北京市、月亮上")
    assert wrong.status_code == 422 and "月亮上：没有找到这个地区" in unescape(wrong.text)
    assert 'value="北京市、月亮上"' in wrong.text
    both = said(office, path, role_staff="1", role_planning="1", regions="北京市")
    assert both.status_code == 422 and "地区只给现场工作人员" in both.text
    assert said(office, path, role_staff="1", regions="石家庄市 110000").status_code == 303
    with reading(site.site.engine) as connection:
        found = find_user(connection, "moves")
    assert found is not None and found.scope.regions == ("110000", "130100")
    assert "北京市、河北省石家庄市" in office.get(f"/accounts/{actor}").text
    assert "北京市、河北省石家庄市" in office.get("/audit?kind=changed").text


def test_who_is_invited_works_where_the_invitation_says(
    site: RunningSite, office: httpx.Client
) -> None:
    page = said(office, "/accounts", role_staff="1", regions="上海市").text
    link = page.partition("/join/")[2].partition('"')[0]
    with site.client() as client:
        form = {"form_token": token_in(client.get(f"/join/{link}").text), "name": "shanghai"}
        form |= dict.fromkeys(("password", "password_again"), "eleven-quiet-herons")
        assert client.post(f"/join/{link}", data=form).status_code == 303
    with reading(site.site.engine) as connection:
        found = find_user(connection, "shanghai")
    assert found is not None and found.scope.regions == ("310000",)


def test_regions_bound_nobody_who_has_another_role_as_well() -> None:
    assert scope_of("staff", regions=("110000",)).regions == ("110000",)
    assert scope_of("staff", "planning", regions=("110000",)).regions == ()


@pytest.mark.parametrize(
    ("roles", "regions"),
    [(("finance",), ["110000"]), (("staff",), ["999999"]), (("staff", "auditor"), ["110000"])],
)
def test_regions_that_are_none_or_fit_no_role_are_refused(
    roles: tuple[str, ...], regions: list[str]
) -> None:
    with pytest.raises(RegionsInvalid):
        checked_regions(roles, regions)


def as_shown(page: httpx.Response) -> str:
    """What is told, whatever was asked for and whichever form it is."""
    return as_shown_in(page.text)


def as_shown_in(page: str) -> str:
    told = page.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"<[^>]+>", "", told)


@pytest.fixture(scope="module")
def guests(site: RunningSite, two_places: None) -> tuple[str, str]:
    """Somebody who came to the activity elsewhere, and is invited to both."""
    site.accept(
        card("C-guest", "孟晓棠", "13700004410"),
        event("activity.attended", "C-guest", activity_id=ELSEWHERE),
    )
    name = person_id("C-guest")
    with writing(site.site.engine) as connection:
        for each in (HERE, ELSEWHERE):
            invite(HEADQUARTERS_SCOPE, connection, each, [name], actor="u-1", now_us=now_us())
    return name, "孟*棠"


def test_who_is_found_is_told_of_the_invitations_here_alone(
    beijing: httpx.Client, guests: tuple[str, str]
) -> None:
    page = beijing.get(f"/people/{guests[0]}").text
    assert f"/activities/{HERE}" in page and f"/activities/{ELSEWHERE}" not in page


def test_nobody_is_invited_because_of_an_activity_that_the_inviter_does_not_see(
    beijing: httpx.Client, guests: tuple[str, str]
) -> None:
    unseen, nowhere = (
        said(beijing, "/invite", to=HERE, step="look", came_to=each)
        for each in (ELSEWHERE, "A-nowhere")
    )
    assert unseen.status_code == nowhere.status_code == 422
    assert as_shown(unseen) == as_shown(nowhere)


def test_letters_go_to_nobody_because_of_an_activity_that_the_writer_does_not_see(
    site: RunningSite, beijing: httpx.Client, guests: tuple[str, str]
) -> None:
    asked = {"template": "invitation", "language": "zh-CN", "way": "print"}
    here, unseen, nowhere = (
        said(beijing, "/letters/batch", **asked, whom=f"invited:{each}")
        for each in (HERE, ELSEWHERE, "A-nowhere")
    )
    assert here.status_code == 200 and unseen.status_code == nowhere.status_code == 422
    assert as_shown(unseen) == as_shown(nowhere)


@pytest.fixture(scope="module")
def letters(site: RunningSite, guests: tuple[str, str]) -> None:
    """Letters on their way to those who are invited, here and elsewhere."""
    for place in (HERE, ELSEWHERE):
        whom = f"invited:{place}"
        batch = Batch(f"letters-{place}", "invitation", 0, "zh-CN", "sms", whom, now_us(), "u-1")
        with writing(site.site.engine) as connection:
            start_batch(HEADQUARTERS_SCOPE, connection, batch, {guests[0]: whom})


@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize("then", ["", "/people/waiting"])
def test_letters_about_an_activity_elsewhere_are_not_there_for_it(
    beijing: httpx.Client, then: str
) -> None:
    assert beijing.get(f"/letters/batch/letters-{HERE}{then}").status_code == 200
    assert beijing.get(f"/letters/batch/letters-{ELSEWHERE}{then}").status_code == 404
    listed = beijing.get("/letters/batch").text
    assert f"letters-{HERE}" in listed and f"letters-{ELSEWHERE}" not in listed


@pytest.mark.parametrize("path", ["/log/{}", "/activities/{}", "/sheets/{}"])
def test_whoever_opens_an_activity_elsewhere_is_told_of_the_own_regions_whether_or_not_it_is_there(
    beijing: httpx.Client, path: str
) -> None:
    pages = [beijing.get(path.format(each)) for each in (ELSEWHERE, "A-nowhere")]
    assert [page.status_code for page in pages] == [404, 404]
    assert "负责地区（北京市）" in pages[0].text and as_shown(pages[0]) == as_shown(pages[1])


def test_a_form_that_waited_on_the_phone_hears_why_it_cannot_go(beijing: httpx.Client) -> None:
    """What a phone keeps as the reason stands in an alert."""
    page = said(beijing, f"/log/{ELSEWHERE}/submit", form_id="f", attended="1").text
    alert = page.partition('role="alert">')[2].partition("<")[0]
    assert "请总部在你的账号里加上那个地区" in alert


@pytest.mark.parametrize("path", ["/", "/calendar", "/search"])
def test_wherever_activities_are_listed_it_is_told_which(beijing: httpx.Client, path: str) -> None:
    page = said(beijing, path, text="月亮").text if path == "/search" else beijing.get(path).text
    assert "只列出你负责地区的活动：北京市" in page


def test_the_invitation_tells_whom_it_is_for_where_they_will_work(
    site: RunningSite, office: httpx.Client
) -> None:
    page = said(office, "/accounts", role_staff="1", regions="上海市").text
    link = page.partition("/join/")[2].partition('"')[0]
    with site.client() as client:
        assert "负责地区：上海市" in client.get(f"/join/{link}").text


def test_headquarters_is_told_what_regions_do_not_bind(office: httpx.Client) -> None:
    assert "接口令牌是给机器的，不按地区" in office.get("/accounts").text


def test_what_was_written_elsewhere_is_moved_without_a_number_in_the_place_of_a_name(
    site: RunningSite, office: httpx.Client
) -> None:
    """Who is given regions afterwards does not see the activity any more, only the own words."""
    actor = site.user("changes", "staff")
    for client in entered(site, "changes"):
        form = {"form_id": str(uuid4()), "written_at": rfc3339(now_us()), "name": "詹光"}
        assert "data-receipt" in said(client, f"/log/{ELSEWHERE}/submit", attended="1", **form).text
    site.work()
    given = said(office, f"/accounts/{actor}/roles", role_staff="1", regions="北京市")
    assert given.status_code == 303
    for client in entered(site, "changes"):
        page = client.get(f"/said/{form['form_id']}/move").text
        assert "你现在看不到的活动" in page and ELSEWHERE not in as_shown_in(page)
        assert HERE in page
