"""Policies in pages: drafted, agreed to, published by three persons; tried, and then so."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from campaigns.times import rfc3339
from crm.journal.events import JOURNAL
from crm.ledger.tables import REWARD
from crm.policies.asking import try_policy
from crm.policies.document import read
from crm.policies.queries import draft_of
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from crm.web.desk.acts import say
from crm.web.pages import policies
from tests.integration.web.reward_sites import (
    Person,
    event,
    member,
    reach_every_day,
    sale,
    signed_in,
)
from tests.integration.web.sites import RunningSite, running, today

RISKY = """\
policy: risky
effective_from: {starts}
rules:
  - member_kind: doctor
    mode: ALLOWED
    basis: percent
    percent_bp: 3000
    hold_days: 0
    training_required: false
  - member_kind: clerk
    mode: HOLD_FOR_REVIEW
    amount_fen: 3000
    tiers:
      - from_units: 4
        amount_fen: 500
    cap_fen_month: 12000
"""

HARMLESS = """\
policy: harmless
effective_from: {starts}
rules:
  - member_kind: doctor
    mode: TRACK_ONLY
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A clerk and a doctor with sales on several days, one of them returned in part."""
    folder: Path = tmp_path_factory.mktemp("policies")
    with running(folder) as started:
        for name in ("drafter", "publisher"):
            started.user(name, "headquarters")
        started.user("compliance", "compliance")
        started.user("payer", "finance")
        events = [*member("M1"), *member("M2", kind="doctor")]
        for n in range(6):
            events += sale(n, "M1", days_ago=20 + n)
        for n in range(10, 13):
            events += sale(n, "M2", days_ago=n)
        back = {
            **{"return_id": "B1", "purchase_id": "P1", "card_id": "C1"},
            **{"quantity": 1, "reason_code": "changed_mind"},
        }
        started.accept(*events, event("purchase.returned", "card/C1", back, 3))
        reach_every_day(started)
        yield started


def draft(person: Person, text: str, form_id: str | None = None) -> str:
    form_id = form_id or str(uuid4())
    answer = person.post("/policies", form_id=form_id, text=text)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_draft_that_cannot_be_read_is_shown_again_with_every_fault(site: RunningSite) -> None:
    with signed_in(site, "drafter") as person:
        answer = person.post("/policies", form_id=str(uuid4()), text="policy: x\nruls: []")
        assert answer.status_code == 422
        assert "ruls" in answer.text and "rules" in answer.text and "policy: x" in answer.text


def test_a_second_tap_keeps_no_second_draft_and_another_text_of_the_same_form_is_another(
    site: RunningSite,
) -> None:
    text, form_id = HARMLESS.format(starts=today() + timedelta(days=9)), str(uuid4())
    with signed_in(site, "drafter") as person:
        first, again, other = (
            draft(person, each, form_id) for each in (text, text, text.replace("harmless", "mild"))
        )
        assert first == again != other
        assert "mild" in person.get(other).text


def test_a_risky_policy_takes_three_persons_and_comes_out_as_it_was_tried(
    site: RunningSite,
) -> None:
    starts = today() - timedelta(days=23)
    text = RISKY.format(starts=starts.isoformat())
    with signed_in(site, "drafter") as person:
        path = draft(person, text)
        page = person.get(path).text
        for words in ("反不正当竞争法第八条", "第二十五条", "不要求培训", "从过去的日子起生效"):
            assert words in page, words
        assert "/publish" not in page and "/agree" not in page
        form = str(uuid4())
        assert person.post(f"{path}/publish", form_id=form).status_code == 422
        assert person.post(f"{path}/agree", word="so").status_code == 403
    with signed_in(site, "publisher") as person:
        # Without compliance's word nobody publishes it.
        assert person.post(f"{path}/publish", form_id=str(uuid4())).status_code == 422
    with signed_in(site, "compliance") as person:
        assert person.post(f"{path}/agree", word="").status_code == 422
        assert person.post(f"{path}/agree", word="有协议，逐份审核").status_code == 303
        assert person.post(f"{path}/publish", form_id=str(uuid4())).status_code == 403
    with signed_in(site, "publisher") as person:
        days = {"starts": starts.isoformat(), "ends": today().isoformat()}
        # While somebody else tries one, nobody waits: the page says so.
        with policies._TRYING:
            busy = person.post(f"{path}/try", **days)
        assert busy.status_code == 422 and "有人正在试政策" in busy.text
        tried = person.post(f"{path}/try", **days)
        assert tried.status_code == 200 and "M2" in tried.text
        with reading(site.site.engine) as connection:
            trial = try_policy(
                HEADQUARTERS_SCOPE,
                connection,
                site.site.keyring,
                read(text),
                starts,
                today(),
                site.site.now_us(),
            )
        assert person.post(f"{path}/publish", form_id=str(uuid4())).status_code == 303
    reach_every_day(site)
    with reading(site.site.engine) as connection:
        columns = REWARD.c.reward_id, REWARD.c.state, REWARD.c.amount_fen, REWARD.c.marks
        rows = connection.execute(select(*columns).where(REWARD.c.bought_on >= starts)).all()
        said = connection.execute(
            select(JOURNAL.c.plain).where(JOURNAL.c.type == "reward_policy.published")
        ).scalar_one()
    stored = sorted(tuple(row) for row in rows)
    assert stored == sorted(
        (r.reward_id, r.state, r.amount_fen, ",".join(sorted(r.marks))) for r in trial.rewards
    )
    assert {amount for _, _, amount, _ in stored} > {0} and any(m for *_, m in stored)
    assert b"drafted_by" in said and b"agreed_by" in said
    with signed_in(site, "payer") as person:
        page = person.get("/policies").text
        assert "risky" in page and "没有经过两个人" not in page
        assert "29.5" not in person.get("/policies/risky").text


def test_a_draft_that_is_withdrawn_while_it_is_published_is_told_as_published(
    site: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = today() + timedelta(days=30)
    with signed_in(site, "drafter") as drafter, signed_in(site, "publisher") as publisher:
        path = draft(drafter, HARMLESS.format(starts=starts.isoformat()))

        def say_late(*given: Any, **named: Any) -> Any:
            assert drafter.post(f"{path}/withdraw").status_code == 303
            return say(*given, **named)

        monkeypatch.setattr(policies, "say", say_late)
        assert publisher.post(f"{path}/publish", form_id=str(uuid4())).status_code == 303
    with reading(site.site.engine) as connection:
        found = draft_of(HEADQUARTERS_SCOPE, connection, path.rpartition("/")[2])
    assert found is not None and found.state == "published"


def test_a_policy_that_came_in_another_way_is_marked(site: RunningSite) -> None:
    data = {
        **{"policy": "alone", "effective_from": (today() + timedelta(days=9)).isoformat()},
        "rules": [],
    }
    site.accept(event("reward_policy.published", "policy/alone", data, 0) | {"time": _now(site)})
    with signed_in(site, "payer") as person:
        page = person.get("/policies").text
        assert "没有经过两个人" in page
        assert ">自带的" in page and ">default" not in page


def test_a_policy_of_the_first_day_of_the_calendar_has_none_before_it(site: RunningSite) -> None:
    data = {"policy": "oldest", "effective_from": "0001-01-01", "rules": []}
    site.accept(event("reward_policy.published", "policy/oldest", data, 0) | {"time": _now(site)})
    with signed_in(site, "payer") as person:
        assert person.get("/policies").status_code == 200


def _now(site: RunningSite) -> str:
    return rfc3339(site.site.now_us())
