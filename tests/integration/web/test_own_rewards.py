"""A member sees the own rewards by a link: short-lived, ended by a tap, nothing of patients."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from campaigns.ids import short_number
from campaigns.times import DAY_US, shanghai_day
from crm.accounts.tables import ACCOUNT_CHANGE
from crm.clock import now_us
from crm.disputes.dispute import MOST_OPEN
from crm.disputes.register import Said, say_dispute
from crm.disputes.tables import MEMBER_DISPUTE
from crm.members.register import GOOD_DAYS, Giver, make_link
from crm.members.tables import MEMBER_LINK
from crm.storage.database import reading
from tests.integration.web.own_links import given, kept, opened, said
from tests.integration.web.reward_sites import (
    member,
    reward_of,
    rewarding,
    sale,
    signed_in,
)
from tests.integration.web.sites import RunningSite


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """Two sales of one member, one of another."""
    events = [*member("M1"), *member("M2"), *sale(1, "M1"), *sale(2, "M1"), *sale(3, "M2")]
    with rewarding(tmp_path_factory.mktemp("own"), *events, auditor="auditor") as site:
        yield site


def test_a_member_sees_its_rewards_and_months_and_nothing_of_patients_or_of_others(
    desk: RunningSite,
) -> None:
    with signed_in(desk, "chief") as person:
        path = given(person)
        page = person.get("/members/M1").text
        assert path not in page and "打开过 0 次" in page
    answer = opened(desk, path)
    # A link is drawn by chance: any two letters may stand in it.
    page = answer.text.replace(path, "")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    for mine in (1, 2):
        assert short_number(reward_of(mine, "M1")) in page
    assert page.count('name">¥40.00') == 2 and page.count("¥80.00") == 2
    hidden = ("李桂", "李*", "P1", "C1", "139000", "M2", short_number(reward_of(3, "M2")), "康民")
    assert not [each for each in hidden if each in page]
    assert "M1" not in page.partition("</title>")[0]
    with signed_in(desk, "chief") as person:
        assert "打开过 1 次" in person.get("/members/M1").text


def test_a_new_link_ends_the_one_before_and_a_tap_ends_it_for_good(desk: RunningSite) -> None:
    with signed_in(desk, "chief") as person:
        first, second = given(person), given(person)
        assert opened(desk, first).status_code == 410
        assert opened(desk, second).status_code == 200
        assert person.post("/members/M1/link/end").status_code == 200
        assert opened(desk, second).status_code == 410
        assert "停用链接" not in person.get("/members/M1").text
    with reading(desk.site.engine) as connection:
        said = connection.execute(
            select(ACCOUNT_CHANGE.c.what).where(ACCOUNT_CHANGE.c.subject == "M1")
        ).scalars()
        assert list(said)[-3:] == ["link_made", "link_made", "link_ended"]
        kept = connection.execute(select(MEMBER_LINK.c.secret_sha256)).scalars()
        assert second.rpartition("/")[2] not in list(kept)


def test_a_link_opens_nothing_after_its_days(desk: RunningSite) -> None:
    then = now_us() - GOOD_DAYS * DAY_US
    somebody = Giver("somebody", None)
    secret = make_link(desk.site.engine, "M2", somebody, then)
    assert opened(desk, f"/own/{secret}").status_code == 410
    secret = make_link(desk.site.engine, "M2", somebody, then + DAY_US)
    assert opened(desk, f"/own/{secret}").status_code == 200


def test_links_are_given_by_who_sees_the_money_and_speaks_of_the_member(desk: RunningSite) -> None:
    for name in ("payer", "auditor"):
        with signed_in(desk, name) as person:
            assert person.post("/members/M1/link").status_code == 403
            assert '/members/M1/link"' not in person.get("/members/M1").text
    # Enrolled by the company: the dealer sees it, and speaks of it no more than of others'.
    with signed_in(desk, "dealer") as person:
        assert person.post("/members/M1/link").status_code == 403
        assert '/members/M1/link"' not in person.get("/members/M1").text


def test_a_dispute_is_kept_sealed_answered_once_by_nobody_who_had_a_hand_and_read_by_its_member(
    desk: RunningSite,
) -> None:
    reward = reward_of(1, "M1")
    with signed_in(desk, "chief") as person:
        path = given(person)
        fields = {"form_id": str(uuid4()), "word": "approved", "reward": reward}
        assert person.post("/rewards/decide", **fields).status_code == 303
    desk.work()
    with desk.client() as client:
        assert said(client, path, reward=reward, text="").status_code == 422
        assert said(client, path, reward=reward, text="这次买的是 3 件").status_code == 303
        # Another member's reward is none of this one's.
        other = reward_of(3, "M2")
        assert said(client, path, reward=other, text="那一份也不对").status_code == 303
    second, first = kept(desk, "M1")
    assert (first.reward_id, second.reward_id) == (reward, None)
    assert first.due_on > shanghai_day(now_us()) and not first.is_overdue(first.due_on)
    assert first.is_overdue(first.due_on + timedelta(days=1))
    with reading(desk.site.engine) as connection:
        sealed = connection.execute(select(MEMBER_DISPUTE.c.text_sealed)).scalars()
        assert not [each for each in sealed if "买".encode() in each]
    answer = f"/disputes/{first.dispute_id}/answer"
    fields = {"outcome": "upheld", "answer": "核对过，改成 3 件。"}
    with signed_in(desk, "auditor") as person:
        assert "M1" in person.get("/disputes").text
        page = person.get(f"/disputes/{first.dispute_id}").text
        assert "这次买的是" not in page and answer not in page
        assert person.post(answer, **fields).status_code == 403
    with signed_in(desk, "chief") as person:
        assert 'href="/disputes"><b>2</b>' in person.get("/").text
        page = person.get(f"/disputes/{first.dispute_id}").text
        assert "这次买的是 3 件" in page and answer not in page and "请别人来答复" in page
        assert person.post(answer, **fields).status_code == 403
    with signed_in(desk, "payer") as person:
        assert "会员异议 2" in person.get("/rewards").text
        assert answer in person.get(f"/disputes/{first.dispute_id}").text
        assert person.post(answer, outcome="upheld", answer="").status_code == 422
        assert person.post(answer, **fields).status_code == 303
        assert person.post(answer, outcome="declined", answer="再想想").status_code == 422
        assert "会员异议 1" in person.get("/rewards").text
    page = opened(desk, path).text
    assert "核对过，改成 3 件。" in page and "认同" in page and "再想想" not in page


def test_a_second_tap_disputes_once_and_five_wait_at_a_time(desk: RunningSite) -> None:
    with signed_in(desk, "chief") as person:
        path = given(person, "M2")
    form_id = str(uuid4())
    with desk.client() as client:
        for _ in range(2):
            assert said(client, path, text="不对", form_id=form_id).status_code == 303
        assert len(kept(desk, "M2")) == 1
        answers = [said(client, path, text=f"不对 {n}").status_code for n in range(5)]
    assert answers == [303, 303, 303, 303, 422]
    assert len(kept(desk, "M2")) == MOST_OPEN


def test_other_words_from_a_form_that_was_sent_before_are_another_dispute(
    desk: RunningSite,
) -> None:
    site, form_id = desk.site, str(uuid4())
    for text in ("少算了一件", "还有上个月的", "还有上个月的"):
        say_dispute(site.engine, site.keyring, Said(form_id, "M3", None, text), now_us())
    assert sorted(str(each.text) for each in kept(desk, "M3")) == ["少算了一件", "还有上个月的"]


def test_who_guesses_waits_and_so_does_the_network(desk: RunningSite) -> None:
    with signed_in(desk, "chief") as person:
        path = given(person)
    answers = [opened(desk, f"/own/guess-{n}").status_code for n in range(8)]
    assert answers[0] == 410 and answers[-1] == 429
    waiting = opened(desk, path)
    assert waiting.status_code == 429 and int(waiting.headers["retry-after"]) > 0
    assert "打开得太频繁了" in waiting.text
