"""Letters about an activity, and on paper: which activity they say, what a run leaves behind."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from campaigns.ids import person_id
from crm.archives.queries import people_at
from crm.clock import now_us
from crm.letters.judging import Errand, Judged, judge
from crm.letters.queries import letter_templates, occasions
from crm.letters.tables import LETTER_BATCH
from crm.letters.ways import Ways
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.integration.web.acting import form_in
from tests.integration.web.letter_sites import (
    BATCH,
    Clock,
    filled_in,
    invited,
    left_out,
    noon_us,
    with_ways,
)
from tests.integration.web.person_events import consent, event, fields
from tests.integration.web.sites import RunningSite, card, entered, running

CLOCK = Clock()
GUESTS = [f"G-{n}" for n in range(4)]
ADDRESS = "北京市朝阳区甲路 1 号"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    folder: Path = tmp_path_factory.mktemp("guests")
    with running(folder) as plain:
        plain.user("office", "headquarters")
        plain.user("plans", "planning")
        cards = [card(name, f"宾{name[2:]}号", f"1370007{n:04}") for n, name in enumerate(GUESTS)]
        cards[0]["data"]["contact"]["address"] = ADDRESS
        plain.accept(*cards, *(consent(name, purpose="marketing") for name in GUESTS))
        with with_ways(plain, CLOCK, Ways(None, None, "http://127.0.0.1:9/", True)) as found:
            yield found


@pytest.fixture
def office(site: RunningSite) -> Iterator[httpx.Client]:
    CLOCK.at_us = noon_us()
    yield from entered(site, "office")


def looked_at(client: httpx.Client, whom: str, **typed: str) -> httpx.Response:
    return filled_in(client, whom, **{"way": "print", "step": "", **typed})


def test_an_invitation_says_which_activity_when_where_and_who_holds_it(
    site: RunningSite, office: httpx.Client
) -> None:
    whom = invited(site, "A-says", GUESTS[:2], title="秋季健康讲座", venue="西城活动室")
    page = office.get(f"{BATCH}?whom={whom}").text
    assert '<option value="activity-invitation" selected>' in page
    seen = looked_at(office, whom, template="activity-invitation").text
    assert "金夕请您和家人来参加“秋季健康讲座”" in seen
    assert "地点：西城活动室" in seen and " 09:00" in seen.partition("时间：")[2][:20]
    assert "没有写是哪一场活动" not in seen
    assert "没有写是哪一场活动" in looked_at(office, whom, template="invitation").text


def test_a_letter_about_an_activity_reaches_nobody_who_is_invited_to_none(
    site: RunningSite, office: httpx.Client
) -> None:
    address = f"/people/{person_id('G-3')}/letter"
    typed = {"template": "activity-invitation", "language": "zh-CN", "way": "print"}
    refused = office.post(address, data={**fields(office.get(address).text), **typed})
    assert refused.status_code == 422 and "没有请此人参加" in refused.text
    with reading(site.site.engine) as connection:
        of = (HEADQUARTERS_SCOPE, connection)
        template = next(
            each for each in letter_templates(*of) if each.name == "activity-invitation"
        )
        person = people_at(*of, site.site.keyring, [person_id("G-3")], noon_us())[person_id("G-3")]
    errand = Errand(template, "zh-CN", "print", noon_us(), site.site.keeper)
    assert judge(person, errand, None, noon_us()) == "no_activity"
    invited(site, "A-alone", ["G-3"], title="义诊日")
    seen = office.post(address, data={**fields(office.get(address).text), **typed})
    assert "来参加“义诊日”" in seen.text


def test_whoever_may_write_is_led_from_the_activity_to_its_letters(
    site: RunningSite, office: httpx.Client
) -> None:
    invited(site, "A-led", [])
    link = f"{BATCH}?whom=invited:A-led"
    pages = ("/activities/A-led", "/activities/A-led/expected")
    assert not any(link in office.get(page).text for page in pages), "nobody is invited"
    office.post("/invite", data=_invites(office, "A-led", "G-1"))
    assert all(link in office.get(page).text for page in pages)
    for client in entered(site, "plans"):
        assert link not in client.get("/activities/A-led").text
    assert "不发信" not in office.get("/invite").text


def _invites(client: httpx.Client, to: str, name: str) -> dict[str, str]:
    form = form_in(client.get(f"/invite?to={to}&who={person_id(name)}").text, "/invite")
    return {**form, "to": to, "chosen": person_id(name), "step": "send"}


def test_a_print_run_is_said_before_listed_after_and_made_again_the_same(
    site: RunningSite, office: httpx.Client
) -> None:
    whom = invited(site, "A-run", GUESTS[:3])
    before = looked_at(office, whom).text
    assert "按下“打印”就算送出了" in before and "打印 3 封" in before
    made = looked_at(office, whom, step="send")
    with reading(site.site.engine) as connection:
        kept = select(LETTER_BATCH.c.batch_id).where(LETTER_BATCH.c.whom == whom)
        batch_id = connection.execute(kept).scalar_one()
    address = f"{BATCH}/{batch_id}/print"
    after = looked_at(office, whom).text
    assert left_out(after) == {"这一次已经发过": 3} and "再印一次" in after
    CLOCK.at_us += 3 * 86_400_000_000
    for client in entered(site, "office"):
        again = client.post(address, data=form_in(client.get(BATCH).text, address))
        assert again.headers["content-type"] == "application/pdf"
        assert again.content == made.content, "the same letters, of the day they were made"
        site.accept(event("person.deceased", "G-2"))
        page = client.get(f"{BATCH}/{batch_id}").text
        fewer = client.post(address, data=form_in(page, address))
        assert b"/Count 3" in made.content and b"/Count 2" in fewer.content
        assert "印好了" in page and '<span class="end">3</span>' in page


def test_a_letter_on_paper_has_the_postal_address_of_whoever_has_one(site: RunningSite) -> None:
    invited(site, "A-post", GUESTS[:2])
    with reading(site.site.engine) as connection:
        of = (HEADQUARTERS_SCOPE, connection)
        template = letter_templates(*of)[1]
        people = people_at(*of, site.site.keyring, list(map(person_id, GUESTS[:2])), noon_us())
        about = occasions(*of, ["invited:A-post"])["invited:A-post"]
    for way in ("print", "sms"):
        errand = Errand(template, "zh-CN", way, noon_us(), site.site.keeper)
        found = [judge(people[person_id(name)], errand, about, noon_us()) for name in GUESTS[:2]]
        lines = [each.letter.to for each in found if isinstance(each, Judged)]
        assert lines == [(ADDRESS, "宾0号") if way == "print" else (), ()]


def test_nobody_is_asked_any_more_to_what_was_called_off_meanwhile(
    site: RunningSite, office: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    monkeypatch.setattr(Ways, "message", lambda *of: taken.append(of[4]))
    whom = invited(site, "A-off", GUESTS[:2])
    CLOCK.at_us = now_us()
    asked = filled_in(office, whom, way="sms", template="activity-invitation")
    cancelled = event("activity.cancelled", "A-off", activity_id="A-off", reason_code="venue")
    cancelled["subject"] = "activity/A-off"
    del cancelled["data"]["card_id"]
    site.accept(cancelled)
    CLOCK.at_us = noon_us() + 86_400_000_000
    assert site.site.postman.step() == 2 and not taken
    for client in entered(site, "office"):
        page = client.get(asked.headers["location"]).text
        assert "不送的：轮到时活动已经取消" in page
        assert "这场活动已取消。" in looked_at(client, whom).text
        # Who writes to its guests afterwards means to.
        filled_in(client, whom, way="sms")
    assert site.site.postman.step() == 2 and len(taken) == 2


def of_activity(type_name: str, name: str, number: str, **data: str) -> dict[str, Any]:
    said = event(type_name, name, **data) | {"id": number, "subject": f"activity/{name}"}
    del said["data"]["card_id"]
    return said


def test_a_cancellation_that_is_taken_back_says_nothing_of_since_when_there_is_none(
    site: RunningSite, office: httpx.Client
) -> None:
    invited(site, "A-twice", GUESTS[:1])
    off = {"activity_id": "A-twice", "reason_code": "venue"}

    def since() -> int | None:
        name = "invited:A-twice"
        with reading(site.site.engine) as connection:
            return occasions(HEADQUARTERS_SCOPE, connection, {name})[name].off_us

    site.accept(of_activity("activity.cancelled", "A-twice", "off-1", **off))
    first = since()
    site.accept(of_activity("activity.cancelled", "A-twice", "off-2", **off))
    void = {"of_source": "/hq/console", "of_id": "off-2", "reason_code": "duplicate_entry"}
    site.accept(of_activity("event.voided", "A-twice", "no-off-2", **void))
    assert first is not None and since() == first
