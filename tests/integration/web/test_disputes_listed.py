"""What members dispute is a table to take away: what waits, what was answered, and how late."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest

from campaigns.times import DAY_US
from crm.clock import now_us
from crm.disputes.dispute import due_after
from crm.disputes.register import Reply, Said, answer_dispute, say_dispute
from tests.integration.web.reward_sites import member, rewarding, signed_in
from tests.integration.web.sites import RunningSite, today

_IDS = tuple(f"{n}2345678-1234-4234-8234-123456789012" for n in (1, 2))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """Of two months ago one dispute that waits, and one that was answered yesterday."""
    folder = tmp_path_factory.mktemp("disputes")
    with rewarding(folder, *member("M1"), *member("M2"), looker="auditor") as site:
        of, then = (site.site.engine, site.site.keyring), now_us() - 60 * DAY_US
        for form_id, code in zip(_IDS, ("M1", "M2"), strict=True):
            said = Said(form_id, code, None, "这次买的是 3 件")
            say_dispute(*of, said, then)
        reply = Reply("upheld", "已改", "payer")
        answer_dispute(*of, said.dispute_id, reply, now_us() - DAY_US)
        yield site


def test_who_looks_takes_away_when_each_dispute_was_answered_and_what_is_overdue(
    desk: RunningSite,
) -> None:
    with signed_in(desk, "looker") as looker:
        page = looker.get("/disputes").text
        file = looker.get("/disputes?file=csv").text.removeprefix("\ufeff")
    due_on, answered = due_after(today() - timedelta(days=60)), today() - timedelta(days=1)
    assert "过期了：" in page and f"晚了 {(answered - due_on).days} 天" in page
    waits, done = csv.DictReader(StringIO(file))
    assert (waits["会员"], waits["答复"], waits["哪天答复的"]) == ("M1", "还没有答复", "")
    assert (done["会员"], done["答复"], done["谁答复的"]) == ("M2", "认同", "payer")
    assert (done["期限"], done["哪天答复的"]) == (due_on.isoformat(), answered.isoformat())
    assert "3 件" not in page + file


def test_a_list_of_disputes_that_was_taken_away_is_called_so_in_the_audit(
    desk: RunningSite,
) -> None:
    with signed_in(desk, "looker") as looker:
        looker.get("/disputes?file=xlsx")
        assert "会员异议" in looker.get("/audit?file=csv").text
