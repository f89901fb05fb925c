"""What a member earned over months: every month, and all of them together."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from crm.members.asking import earned_by_month
from crm.members.earned import Earned, next_month, together
from crm.members.queries import statements
from crm.scope import HEADQUARTERS_SCOPE, OutOfScope, Scope, dealer_scope
from crm.storage.database import reading
from tests.integration.web.reward_sites import (
    Person,
    event,
    member,
    reward_of,
    rewarding,
    sale,
    signed_in,
)
from tests.integration.web.sites import RunningSite, today

AGO = {"paid": 100, "in part": 70, "payable": 68, "held": 5, "blocked": 6}
"""What becomes of each sale → how many days ago it was made."""


def paid(n: int, code: str, amount_fen: int, days_ago: int) -> dict[str, object]:
    """A payment of a sale's reward."""
    data = {"reward_id": reward_of(n, code), "purchase_id": f"P{n}", "member": code}
    data |= {"amount_fen": amount_fen, "reference": f"F{n}"}  # type: ignore[dict-item]
    return event("reward.paid", f"reward/{data['reward_id']}", data, days_ago)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """M1 sold five times: paid, paid in part, payable, held; M2 is not trained."""
    events = [*member("M1"), *member("M2", trained=False), *member("M9", dealer="D2")]
    for n, days_ago in enumerate(list(AGO.values())[:4], 1):
        events += sale(n, "M1", days_ago)
    events += [*sale(5, "M2", AGO["blocked"]), *sale(6, "M9", AGO["paid"])]
    with rewarding(tmp_path_factory.mktemp("earned"), *events, field="staff") as started:
        with signed_in(started, "chief") as person:
            rewards = [reward_of(n, "M1") for n in (1, 2, 3)]
            form = {"form_id": str(uuid4()), "word": "approved", "reward": rewards}
            assert person.post("/rewards/decide", **form).status_code == 303
        started.work()
        started.accept(paid(1, "M1", 4_000, 20), paid(2, "M1", 1_000, 20))
        yield started


def month_of(days_ago: int) -> date:
    return (today() - timedelta(days=days_ago)).replace(day=1)


def months(site: RunningSite, code: str, scope: Scope = HEADQUARTERS_SCOPE) -> list[Earned]:
    with reading(site.site.engine) as connection:
        first, after = month_of(100), next_month(month_of(0))
        return earned_by_month(scope, connection, code, first, after)


def test_every_month_stands_there_once_and_all_of_them_come_to_the_whole(
    site: RunningSite,
) -> None:
    found = months(site, "M1")
    names = [each.month for each in found if each.month]
    assert (
        len(names) == len(found)
        and names == sorted(set(names))
        and names[0] == month_of(100)
        and names[-1] == month_of(0)
    )
    whole = together(None, found)
    # Paid whole, and in part; the rest of that, and one that is approved; one that is held.
    assert (whole.settled_fen, whole.payable_fen, whole.held_fen) == (5_000, 7_000, 4_000)
    assert (whole.rewards, whole.paid_fen, whole.whole_fen) == (4, 5_000, 16_000)
    by_month = {each.month: each for each in found}
    assert by_month[month_of(100)].settled_fen == 4_000
    assert by_month[month_of(20)].paid_fen == 5_000


def test_what_is_blocked_is_counted_and_is_no_money(site: RunningSite) -> None:
    whole = together(None, months(site, "M2"))
    assert (whole.rewards, whole.blocked, whole.whole_fen) == (1, 1, 0)


def test_a_member_months_are_those_of_the_statements(site: RunningSite) -> None:
    with reading(site.site.engine) as connection:
        for each in months(site, "M1"):
            assert each.month is not None
            stated = statements(HEADQUARTERS_SCOPE, connection, each.month, next_month(each.month))
            row = next((row for row in stated if row.member == "M1"), None)
            told = (each.rewards, each.held_fen, each.payable_fen, each.settled_fen, each.paid_fen)
            if row is None:
                assert not any(told)
            else:
                assert told == (
                    *(row.rewards, row.held_fen, row.payable_fen, row.settled_fen, row.paid_fen),
                )


def test_a_dealer_sees_what_its_own_member_earned_and_nobody_elses(site: RunningSite) -> None:
    assert months(site, "M1", dealer_scope("D1")) == months(site, "M1")
    assert months(site, "M9", dealer_scope("D1")) == []
    with pytest.raises(OutOfScope):
        months(site, "M1", Scope(frozenset({"members"})))
    with signed_in(site, "dealer") as person:
        assert person.get("/members/M1/earned").status_code == 200
        assert person.get("/members/M9/earned").status_code == 404
    with signed_in(site, "field") as person:
        assert person.get("/members/M1/earned").status_code == 403
        assert "/earned" not in person.get("/members/M1").text


@pytest.mark.parametrize("name", ["chief", "payer", "dealer"])
def test_the_page_says_what_is_paid_and_pending_with_a_picture_and_each_month_leads_to_its_list(
    site: RunningSite, name: str
) -> None:
    with signed_in(site, name) as person:
        assert 'href="/members/M1/earned"' in person.get("/members/M1").text
        page = person.get("/members/M1/earned").text
        text = " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
        assert "已发放 ¥50.00" in text and "还没发 ¥110.00 可发放 ¥70.00 · 冻结期 ¥40.00" in text
        assert page.count('class="settled"') == len(months(site, "M1")) + 1  # and the key
        of_month = f"/members/M1?month={month_of(100):%Y-%m}"
        assert of_month in page and reward_of(1, "M1") in person.get(of_month).text


def test_what_is_not_paid_is_named_with_its_number(site: RunningSite) -> None:
    with signed_in(site, "chief") as person:
        page = person.get("/members/M2/earned").text
    assert "不符合 1 份" in " ".join(re.sub(r"<[^>]+>", "", page).split())
    assert 'class="months"' not in page


def rows_taken(person: Person, path: str) -> list[list[str]]:
    answer = person.get(path)
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_a_span_is_chosen_and_taken_away_with_its_whole(site: RunningSite) -> None:
    since, month = f"{month_of(70):%Y-%m}", f"{month_of(68):%Y-%m}"
    span = f"/members/M1/earned?since={since}&month={month}"
    with signed_in(site, "payer") as person:
        page = person.get(span).text
        rows = rows_taken(person, f"{span}&file=csv")
        book = load_workbook(io.BytesIO(person.get(f"{span}&file=xlsx").content))
        # Named the other way round it is the same span.
        other = rows_taken(person, f"/members/M1/earned?since={month}&month={since}&file=csv")
    assert f'<option value="{since}" selected>' in page
    assert rows == other and rows[-1][0] == "合计"
    heads = dict(zip(rows[0], rows[-1], strict=True))
    assert (heads["份数"], heads["可发放"], heads["已发放"]) == ("2", "70.00", "10.00")
    written = [[str(cell) for cell in row] for row in book.active.values]
    assert written[-1][0] == "合计" and len(written) == len(rows)


def test_statements_of_several_months_are_the_sum_of_each(site: RunningSite) -> None:
    since, month = f"{month_of(100):%Y-%m}", f"{month_of(0):%Y-%m}"
    with signed_in(site, "payer") as person:
        page = person.get(f"/statements?since={since}&month={month}").text
    assert f"/members/M1/earned?since={since}&amp;month={month}" in page
    line = page.partition("/members/M1/earned")[2].partition("</tr>")[0]
    assert "¥70.00" in line and "¥50.00" in line and "¥40.00" in line


@pytest.mark.parametrize("asked", ["since=0001-01&month=2026-01", "since=x", "month=9999-12"])
def test_no_odd_month_breaks_the_page(site: RunningSite, asked: str) -> None:
    with signed_in(site, "payer") as person:
        for page in ("/members/M1/earned", "/statements"):
            assert person.get(f"{page}?{asked}").status_code == 200
