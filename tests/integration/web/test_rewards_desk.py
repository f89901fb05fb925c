"""The rewards' desk: three people decide, pay and look; what is doubtful is asked about before."""

import csv
import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import func, select

from campaigns.ids import reward_id
from campaigns.intake import HEADQUARTERS, Credential
from campaigns.times import rfc3339
from crm.accounts.people import find_user
from crm.clock import now_us
from crm.journal.events import JOURNAL
from crm.ledger.tables import LEDGER_ENTRY
from crm.reward_desk.bank_file import digest
from crm.reward_desk.queries import desk_rows, queue_page
from crm.reward_desk.queues import QUEUES, queues
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.integration.web.reward_sites import (
    Person,
    event,
    member,
    reach_every_day,
    reward_of,
    sale,
    signed_in,
)
from tests.integration.web.sites import RunningSite, running, today

SALES = 20


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """Twenty sales of one trained clerk; of an untrained, a doctor, a consumer one each."""
    folder: Path = tmp_path_factory.mktemp("desk")
    with running(folder) as site:
        site.user("chief", "headquarters")
        site.user("deputy", "headquarters")
        site.user("checker", "compliance")
        site.user("payer", "finance")
        site.user("payer2", "finance")
        site.user("dealer", "dealer", "D1")
        site.user("other", "dealer", "D2")
        events = [*member("M1"), *member("M2", trained=False), *member("M3", kind="doctor")]
        events += [*member("M4", kind="consumer"), *sale(32, "M4"), *member("M5")]
        for n in (60, 61, 62, 63):
            events += sale(n, "M5", days_ago=40 + n % 20)
        for n in range(SALES):
            events += sale(n, "M1", days_ago=45 + n)
        site.accept(*events, *sale(30, "M2"), *sale(31, "M3"), *sale(34, "M1", days_ago=5))
        site.accept(*sale(35, "M1", days_ago=6))
        referred_late(site, 33, "M1")
        reach_every_day(site)
        yield site


def referred_late(site: RunningSite, n: int, code: str) -> None:
    """A sale that was received when it was made, and its referral only now."""
    registered, referred, bought = sale(n, code)
    then = [orjson.dumps(each | {"receivedat": each["time"]}) for each in (registered, bought)]
    site.site.intake.accept(then, HEADQUARTERS, history=True)
    site.accept(referred)


def form_id() -> str:
    return str(uuid4())


def approve(site: RunningSite, by: str, *sales: int, of: str = "M1") -> None:
    with signed_in(site, by) as person:
        rewards = [reward_of(n, of) for n in sales]
        answer = person.post("/rewards/decide", form_id=form_id(), word="approved", reward=rewards)
        assert answer.status_code == 303, answer.text
    site.work()


def pay(person: Person, n: int, amount: str, reference: str, *, of: str = "M1", **more: str) -> int:
    fields = {"form_id": form_id(), "amount": amount, "reference": reference, **more}
    return person.post(f"/rewards/{reward_of(n, of)}/pay", **fields).status_code


def state(site: RunningSite, reward: str) -> tuple[str, int, int]:
    with reading(site.site.engine) as connection:
        (row,) = desk_rows(HEADQUARTERS_SCOPE, connection, [reward])
    return row.state, row.open_fen, row.paid_fen


def payments(site: RunningSite, reward: str) -> int:
    with reading(site.site.engine) as connection:
        told = select(func.count()).where(
            JOURNAL.c.subject == f"reward/{reward}", JOURNAL.c.type == "reward.paid"
        )
        return int(connection.execute(told).scalar_one())


def test_a_list_is_approved_at_once_and_stands_then_under_what_can_be_paid(
    desk: RunningSite,
) -> None:
    with signed_in(desk, "checker") as person:
        page = person.get("/rewards?state=to_decide").text
        assert page.count('name="reward"') == SALES + 6
        assert "批准所选" in page and "做成付款文件" not in page
    approve(desk, "checker", 0, 1, 2)
    assert state(desk, reward_of(0, "M1")) == ("payable", 4000, 0)
    with signed_in(desk, "payer") as person:
        page = person.get("/rewards?state=payable").text
        assert page.count('name="reward"') == 3 and "批准所选" not in page


def test_each_queue_has_as_many_rewards_as_its_number_says(desk: RunningSite) -> None:
    with reading(desk.site.engine) as connection:
        for queue in queues(HEADQUARTERS_SCOPE, connection, today()):
            rows = queue_page(HEADQUARTERS_SCOPE, connection, queue.name, today(), limit=1_000)
            assert len(rows) == queue.count, queue.name


def test_a_queue_is_taken_away_as_it_is_shown_with_names_masked(desk: RunningSite) -> None:
    with signed_in(desk, "payer") as person:
        page = person.get("/rewards?state=to_decide").text
        assert 'name="state" value="to_decide"' in page and 'name="file" value="csv"' in page
        taken = person.get("/rewards?state=to_decide&file=csv").text.splitlines()
        whole = person.get("/rewards?state=to_decide&file=xlsx")
    assert len(taken) - 1 == int(re.findall(r"<h2>[^<]*<small>(\d+)", page)[0])
    assert "40.00" in taken[1] and whole.content.startswith(b"PK")


def test_a_tile_of_the_first_page_opens_its_own_list(desk: RunningSite) -> None:
    with signed_in(desk, "checker") as person:
        tiles = re.findall(r'href="/rewards\?(\w+)=(\w+)"><b>(\d+)</b>', person.get("/").text)
        assert tiles
        for name, value, count in tiles:
            assert (name, value in QUEUES) == ("state", True)
            assert person.get(f"/rewards?{name}={value}").text.count('name="reward"') == int(count)


def test_what_waits_for_a_person_alone_stands_in_no_hold_and_says_no_day_that_is_past(
    desk: RunningSite,
) -> None:
    over, lasts, late = (reward_of(n, "M1") for n in (18, 34, 33))
    with signed_in(desk, "checker") as person:
        held = person.get("/rewards?state=held").text
        assert lasts in held and "冻结到" in held and over not in held
        to_decide = person.get("/rewards?state=to_decide").text
        assert over in to_decide and lasts in to_decide and late not in to_decide
        page = person.get(f"/rewards/{over}").text
        assert "</strong> 待审批" in page and "冻结到" not in page
        assert "</strong> 待审批 · 冻结期" in person.get(f"/rewards/{lasts}").text


def test_what_waits_for_an_approval_says_so_in_its_queue_and_its_file_held_or_not(
    desk: RunningSite,
) -> None:
    with signed_in(desk, "checker") as person:
        page = person.get("/rewards?state=to_decide").text
        text = person.get("/rewards?state=to_decide&file=csv").text.removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    told = re.findall(r'data-word="状态">([^<]*)</td>', page)
    assert {"待审批", "待审批 · 冻结期"} == set(told) == {row["状态"] for row in rows}
    assert told == [row["状态"] for row in rows]
    assert "政策" not in rows[0]
    with signed_in(desk, "checker") as person:
        chosen = person.get("/rewards?state=to_decide&col=member&col=policy").text
    assert set(re.findall(r'data-word="政策">([^<]*)</td>', chosen)) == {"自带的"}


def test_a_queue_is_sorted_filtered_and_its_file_is_what_is_shown(desk: RunningSite) -> None:
    with signed_in(desk, "checker") as person:
        for sort, rising in (("bought", True), ("-bought", False)):
            asked = f"/rewards?state=to_decide&sort={sort}&col=member&col=bought"
            text = person.get(f"{asked}&file=csv").text.removeprefix("\ufeff")
            days = [row["哪天买的"] for row in csv.DictReader(io.StringIO(text))]
            assert days == sorted(days, reverse=not rising) and len(set(days)) > 1
        part = person.get("/rewards?state=to_decide&member=M1").text
        codes = re.findall(r'<a href="/rewards/[0-9a-f-]+">([^<]*)</a>', part)
        assert set(codes) == {"M1"} and f"<small>{len(codes)}</small></h2>" in part
        assert 'name="reward"' not in person.get("/rewards?state=to_decide&member=NO").text


def test_what_was_referred_too_late_waits_in_a_list_of_its_own_and_is_freed_from_there(
    desk: RunningSite,
) -> None:
    late = reward_of(33, "M1")
    with signed_in(desk, "checker") as person:
        page = person.get("/rewards?state=late").text
        assert late in page and page.count('name="reward"') == 1
        assert 'data-word="冻结到"' not in page
        fields = {"form_id": form_id(), "word": "approved", "reward": late}
        assert person.post("/rewards/decide", **fields).status_code == 303
    desk.work()
    assert state(desk, late) == ("payable", 4_000, 0)


@pytest.mark.parametrize("sold", [19, 35])
def test_who_has_approved_is_offered_no_second_approval_neither_at_once_nor_later(
    desk: RunningSite, sold: int
) -> None:
    """Neither where the hold is over nor where it lasts."""
    reward = reward_of(sold, "M1")
    with signed_in(desk, "chief") as person:
        assert 'value="approved"' in person.get(f"/rewards/{reward}").text
        fields = {"form_id": form_id(), "word": "approved", "reward": reward}
        assert person.post("/rewards/decide", **fields).status_code == 303
        page = person.get(f"/rewards/{reward}").text
        assert 'name="word"' not in page and "刚说过的还没记完" in page
        assert f'value="{reward}"' not in person.get("/rewards?state=to_decide").text
        desk.work()
        page = person.get(f"/rewards/{reward}").text
        assert 'value="approved"' not in page and "刚说过的还没记完" not in page
        assert "这一份你批准过" in page and "收回批准，改为驳回" in page


def test_whatever_was_rejected_may_be_approved_again(desk: RunningSite) -> None:
    gift = reward_of(32, "M4")
    with signed_in(desk, "checker") as person:
        for word, became in (("rejected", "rejected"), ("approved", "payable")):
            fields = {
                "form_id": form_id(),
                "word": word,
                "reward": gift,
                "reason": "receipt_differs",
            }
            assert person.post("/rewards/decide", **fields).status_code == 303
            desk.work()
            assert state(desk, gift)[0] == became


def test_a_rejection_has_one_of_the_reasons_and_its_member_reads_it(
    desk: RunningSite,
) -> None:
    desk.accept(*member("M6"), *sale(70, "M6"))
    reach_every_day(desk)
    gift = reward_of(70, "M6")
    with signed_in(desk, "checker") as person:
        fields = {"form_id": form_id(), "word": "rejected", "reward": gift}
        for reason in ("", "患者王秀英说没买"):
            refused = person.post("/rewards/decide", **fields, reason=reason)
            assert refused.status_code == 422 and "请选驳回的理由" in refused.text
        taken = person.post("/rewards/decide", **fields, reason="receipt_differs")
        assert taken.status_code == 303
        desk.work()
        assert "购买凭证对不上" in person.get(f"/rewards/{gift}").text
    with signed_in(desk, "chief") as person:
        made = person.post("/members/M6/link").text
        (address,) = re.findall(r"(/own/[\w-]+)", made)[:1]
        own = person.get(address).text
        assert "购买凭证对不上" in own and "已驳回 · " in own.partition("<select")[2]


def test_nobody_pays_what_they_approved_and_the_button_is_not_there(desk: RunningSite) -> None:
    approve(desk, "chief", 3)
    with signed_in(desk, "chief") as person:
        assert "记为已发放" not in person.get(f"/rewards/{reward_of(3, 'M1')}").text
        assert pay(person, 3, "40.00", "own") == 403
    assert payments(desk, reward_of(3, "M1")) == 0
    with signed_in(desk, "deputy") as person:
        assert "记为已发放" in person.get(f"/rewards/{reward_of(3, 'M1')}").text


def test_nobody_approves_what_they_entered(desk: RunningSite) -> None:
    with signed_in(desk, "chief") as person:
        actor = re.search(r'data-actor="([^"]+)"', person.get("/me").text)
        assert actor
    mine = [dict(each, source=f"/phones/{actor[1]}") for each in sale(40, "M1")]
    credential = _credential(desk, "chief")
    desk.site.intake.accept([orjson.dumps(each) for each in mine], credential)
    reach_every_day(desk)
    with signed_in(desk, "chief") as person:
        page = person.get(f"/rewards/{reward_of(40, 'M1')}").text
        assert 'value="approved"' not in page and "是你录入的" in page
        fields = {"word": "approved", "reward": reward_of(40, "M1"), "form_id": form_id()}
        answer = person.post("/rewards/decide", **fields)
        assert answer.status_code == 422 and "不能由你决定" in answer.text
    assert state(desk, reward_of(40, "M1"))[0] == "held"


def _credential(site: RunningSite, name: str) -> Credential:
    with reading(site.site.engine) as connection:
        found = find_user(connection, name)
    assert found is not None and found.credential is not None
    return found.credential


def test_more_than_is_payable_is_asked_about_before_and_recorded_only_when_said_again(
    desk: RunningSite,
) -> None:
    approve(desk, "checker", 60, of="M5")
    reward = reward_of(60, "M5")
    with signed_in(desk, "payer") as person:
        fields = {"form_id": form_id(), "amount": "90", "reference": "bank-60"}
        path = f"/rewards/{reward}/pay"
        asked = person.post(path, **fields)
        assert asked.status_code == 422 and "金额比可发放的多" in asked.text
        assert payments(desk, reward) == 0
        again = person.post(path, **fields, asked="beyond_payable")
        assert again.status_code == 303
    desk.work()
    assert state(desk, reward) == ("paid", 0, 9_000)
    with signed_in(desk, "payer") as person:
        page = person.get("/rewards?state=owed_back").text
        assert "¥50.00" in page and "¥90.00" in page


def test_what_a_member_owes_back_is_set_off_against_the_next_file_and_comes_to_nothing(
    desk: RunningSite,
) -> None:
    """M5 was paid ¥50.00 too much just before."""
    approve(desk, "checker", 61, 62, of="M5")
    rewards = [reward_of(n, "M5") for n in (61, 62)]
    with signed_in(desk, "payer") as person:
        page = person.get(f"/rewards/{rewards[0]}").text
        assert "这位会员应退回 ¥50.00，不比这一份少" in page
        assert pay(person, 61, "40", "bank-61", of="M5") == 422
        alone = person.post("/rewards/files", reward=rewards[0])
        assert alone.status_code == 409 and "先不付" in alone.text
        made = person.post("/rewards/files", reward=rewards)
        path = made.headers["location"]
        page = person.get(path).text
        assert page.count("¥15.00") == 2 and page.count("应退回的抵扣了 ¥25.00") == 2
        lines = person.get(f"{path}/csv").content.decode("utf-8-sig").splitlines()
        answer = "\n".join([f"{lines[0]},结果", *(f"{line},成功" for line in lines[1:])])
        assert person.post(f"{path}/answer", answer=answer).text.count("已记为发放") == 2
    desk.work()
    assert [state(desk, reward) for reward in rewards] == [("paid", 0, 1_500)] * 2
    with signed_in(desk, "payer") as person:
        assert ">M5</a>" not in person.get("/rewards?state=owed_back").text
        page = person.get(f"/rewards/{rewards[0]}").text
        assert "已抵扣 ¥25.00" in page and "<td>抵扣</td>" in page
        page = person.get(f"/rewards/{reward_of(60, 'M5')}").text
        assert "应退回的已抵扣" in page and "应退回 ¥50.00" not in page


def test_a_payment_alone_is_asked_about_before_it_pays_in_full_to_who_owes_back(
    desk: RunningSite,
) -> None:
    with signed_in(desk, "payer") as person:
        assert pay(person, 60, "10", "bank-60b", of="M5", asked="nothing_due") == 303
    approve(desk, "checker", 63, of="M5")
    reward = reward_of(63, "M5")
    with signed_in(desk, "payer") as person:
        page = person.get(f"/rewards/{reward}").text
        assert "这位会员应退回 ¥10.00：付 ¥30.00" in page and 'value="30.00"' in page
        assert pay(person, 63, "40", "bank-63", of="M5") == 422
        assert pay(person, 63, "30", "bank-63", of="M5") == 303
    desk.work()
    assert state(desk, reward) == ("paid", 0, 3_000)
    with signed_in(desk, "payer") as person:
        assert ">M5</a>" not in person.get("/rewards?state=owed_back").text


def test_a_reference_that_was_used_is_asked_about(desk: RunningSite) -> None:
    approve(desk, "checker", 5, 6)
    with signed_in(desk, "payer") as person:
        assert pay(person, 5, "40", "same") == 303
        assert pay(person, 6, "40", "same") == 422
        assert pay(person, 6, "40", "same", asked="reference_used") == 303
    desk.work()
    with signed_in(desk, "payer") as person:
        page = person.get("/rewards?state=alarms").text
        assert reward_of(5, "M1") in page and reward_of(6, "M1") in page


def test_a_tracked_or_blocked_reward_is_paid_only_after_a_question_and_stands_among_the_alarms(
    desk: RunningSite,
) -> None:
    for reward in (reward_of(30, "M2"), reward_of(31, "M3")):
        with signed_in(desk, "payer") as person:
            fields = {"form_id": form_id(), "amount": "20", "reference": f"odd-{reward[:8]}"}
            assert person.post(f"/rewards/{reward}/pay", **fields).status_code == 422
            assert payments(desk, reward) == 0
            said = person.post(f"/rewards/{reward}/pay", **fields, asked="nothing_due")
            assert said.status_code == 303
        desk.work()
        with signed_in(desk, "payer") as person:
            assert reward in person.get("/rewards?state=alarms").text


def test_of_many_who_pay_the_same_at_one_moment_one_does(desk: RunningSite) -> None:
    approve(desk, "checker", 7)

    def click(n: int) -> int:
        with signed_in(desk, "payer" if n % 2 else "payer2") as person:
            return pay(person, 7, "40", f"race-{n}")

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(click, range(6)))
    assert answers == [303, 422, 422, 422, 422, 422]
    assert payments(desk, reward_of(7, "M1")) == 1


def test_a_second_tap_on_one_form_pays_once(desk: RunningSite) -> None:
    approve(desk, "checker", 8)
    with signed_in(desk, "payer") as person:
        fields = {"form_id": form_id(), "amount": "40", "reference": "tap"}
        path = f"/rewards/{reward_of(8, 'M1')}/pay"
        assert person.post(path, **fields).status_code == 303
        person.post(path, **fields)
    assert payments(desk, reward_of(8, "M1")) == 1


def test_a_payment_file_has_the_digest_of_its_bytes_and_the_banks_answer_ends_each_line_once(
    desk: RunningSite,
) -> None:
    approve(desk, "checker", 9, 10, 11)
    rewards = [reward_of(n, "M1") for n in (9, 10, 11)]
    with signed_in(desk, "payer") as person:
        made = person.post("/rewards/files", reward=rewards)
        assert made.status_code == 303
        path = made.headers["location"]
        content = person.get(f"{path}/csv").content
        assert digest(content) in person.get(path).text
        lines = content.decode("utf-8-sig").splitlines()
        assert len(lines) == 4 and "康民药店" in lines[1] and "用人单位" in lines[1]
        # What is on its way can be put into no second file.
        assert person.post("/rewards/files", reward=rewards).status_code == 409
        results = ("成功", "失败", "成功")
        told = [f"{line},{result}" for line, result in zip(lines[1:], results, strict=True)]
        told[2] = told[2].replace("40.00", "41.00")
        answer = "\n".join([f"{lines[0]},结果", *told, "M1,JXUNKNOWN,x,本人,x,1.00,x,9,成功"])
        page = person.post(f"{path}/answer", answer=answer)
        assert page.status_code == 200
        for sentence in ("已记为发放", "没付成", "金额和付款文件不一样", "没有这个付款编号"):
            assert sentence in page.text
        twice = person.post(f"{path}/answer", answer=answer)
        assert "之前已经记过" in twice.text
        endless = f'{lines[0]},结果\n"{"1" * 150_000}'
        assert "拆不成一行一行" in person.post(f"{path}/answer", answer=endless).text
        missing = person.post(f"{path}/answer", answer="付款编号,结果\nx,成功")
        assert missing.status_code == 422 and "金额（元）" in missing.text
    desk.work()
    paid = sorted(payments(desk, reward) for reward in rewards)
    assert paid == [0, 0, 1]


def test_a_file_names_no_account_and_says_by_what_finance_finds_it(desk: RunningSite) -> None:
    approve(desk, "checker", 16)
    with signed_in(desk, "payer") as person:
        made = person.post("/rewards/files", reward=reward_of(16, "M1"))
        content = person.get(f"{made.headers['location']}/csv").content.decode("utf-8-sig")
        headings, line = list(csv.DictReader(io.StringIO(content))), content.splitlines()[1]
        assert headings[0]["会员编号"] == "M1" and line.startswith("M1,")
        assert headings[0]["收款账户"] == "财务供应商名录，按会员编号查"
        assert "文件里没有银行账户" in person.get(made.headers["location"]).text


def test_what_is_not_cash_goes_into_no_file_for_a_bank_and_is_recorded_as_handed_over(
    desk: RunningSite,
) -> None:
    approve(desk, "checker", 17)
    gift, cash = reward_of(32, "M4"), reward_of(17, "M1")
    assert state(desk, gift) == ("payable", 1_000, 0)
    with signed_in(desk, "payer") as person:
        assert gift not in person.get("/rewards?state=payable").text
        page = person.get("/rewards?state=to_hand_over").text
        assert gift in page and 'name="reward"' not in page and "付款文件</button>" not in page
        assert person.post("/rewards/files", reward=gift).status_code == 409
        made = person.post("/rewards/files", reward=[gift, cash])
        lines = person.get(f"{made.headers['location']}/csv").text.splitlines()
        assert len(lines) == 2 and "M4" not in lines[1]
        page = person.get(f"/rewards/{gift}").text
        assert "记为已交付" in page and "签收单号" in page and "银行流水号" not in page
        fields = {"form_id": form_id(), "amount": "10", "reference": "slip-1"}
        assert person.post(f"/rewards/{gift}/pay", **fields).status_code == 303
    desk.work()
    assert state(desk, gift) == ("paid", 0, 1_000)


def test_a_payment_that_was_taken_back_can_be_made_again(desk: RunningSite) -> None:
    approve(desk, "checker", 12)
    reward = reward_of(12, "M1")
    with signed_in(desk, "payer") as person:
        assert pay(person, 12, "40", "wrong") == 303
    desk.work()
    with reading(desk.site.engine) as connection:
        said = select(JOURNAL.c.source, JOURNAL.c.id).where(
            JOURNAL.c.subject == f"reward/{reward}", JOURNAL.c.type == "reward.paid"
        )
        source, event_id = connection.execute(said).one()
    void = {"of_source": source, "of_id": event_id, "reason_code": "typed_wrong"}
    desk.accept(event("event.voided", f"reward/{reward}", void, 0) | {"time": _now()})
    assert state(desk, reward) == ("payable", 4000, 0)
    with signed_in(desk, "payer2") as person:
        assert pay(person, 12, "40", "right") == 303
    desk.work()
    assert state(desk, reward) == ("paid", 0, 4000)


def _now() -> str:
    return rfc3339(now_us())


def test_a_dealer_sees_its_members_alone_and_no_patient(desk: RunningSite) -> None:
    with signed_in(desk, "dealer") as person:
        page = person.get("/rewards?state=to_decide").text
        assert ">M1</a>" in page and "档案卡" not in page and 'name="reward"' not in page
        assert person.get(f"/rewards/{reward_of(13, 'M1')}").status_code == 200
        assert person.get("/rewards/files").status_code == 403
    with signed_in(desk, "other") as person:
        assert ">M1</a>" not in person.get("/rewards?state=to_decide").text
        assert person.get(f"/rewards/{reward_of(13, 'M1')}").status_code == 404


def test_a_dealer_sees_why_its_members_reward_is_what_it_is_and_no_event_behind_it(
    desk: RunningSite,
) -> None:
    reward = reward_of(13, "M1")
    with signed_in(desk, "dealer") as person:
        page = person.get(f"/rewards/{reward}").text
    for told in ("为什么是这么多", "怎样才能发放", "按哪一条政策"):
        assert told in page
    for closed in ("从哪些事件来", "这位患者的全部转介绍", "看档案和同意", "/event?", "/people/"):
        assert closed not in page
    with signed_in(desk, "payer") as person:
        assert "从哪些事件来" in person.get(f"/rewards/{reward}").text


def test_a_dealer_reads_no_name_of_the_companys_people(desk: RunningSite) -> None:
    approve(desk, "checker", 14)
    with signed_in(desk, "payer") as person:
        assert pay(person, 14, "40", "named") == 303
        desk.work()
        page = person.get(f"/rewards/{reward_of(14, 'M1')}").text
        assert "checker" in page and "payer" in page
    with reading(desk.site.engine) as connection:
        (row,) = desk_rows(HEADQUARTERS_SCOPE, connection, [reward_of(14, "M1")])
    with signed_in(desk, "dealer") as person:
        page = person.get(f"/rewards/{reward_of(14, 'M1')}").text
    hidden = {"checker", "payer", *row.entered_by, *row.approved_by, *row.paid_by}
    assert not [name for name in hidden if name in page]
    assert page.count("公司或其他经销商") == 1 and page.count("<dd>公司</dd>") == 2


def test_only_a_purchase_that_is_gone_is_said_to_be_missing(desk: RunningSite) -> None:
    """Also for a dealer, who sees no patient; and where the purchase is another member's."""
    with signed_in(desk, "dealer") as person:
        page = person.get("/rewards?state=to_decide").text
        assert 'data-word="几件">2</td>' in page and "没有对应的购买" not in page
    stands, gone = reward_id("P15", "M2", "default"), reward_id("P50", "M1", "default")
    desk.accept(*sale(50, "M1"))
    for reward, purchase, code in ((stands, "P15", "M2"), (gone, "P50", "M1")):
        data = {"reward_id": reward, "purchase_id": purchase, "member": code, "amount_fen": 100}
        said = event("reward.paid", f"reward/{reward}", {**data, "reference": f"r-{purchase}"}, 0)
        desk.accept(said | {"time": _now()})
    void = {"of_source": "/hq/console", "of_id": "purchase.made-C50", "reason_code": "typed_wrong"}
    desk.accept(event("event.voided", "card/C50", void, 0) | {"time": _now()})
    for name in ("payer", "dealer"):
        with signed_in(desk, name) as person:
            page = person.get(f"/rewards/{stands}").text
            assert "这次购买不归这位会员" in page and "没有对应的购买" not in page
            page = person.get(f"/rewards/{gone}").text
            assert "没有对应的购买" in page and "这次购买不归这位会员" not in page


def test_a_reward_explains_itself_event_by_event_and_fen_by_fen(desk: RunningSite) -> None:
    with signed_in(desk, "payer") as person:
        page = person.get(f"/rewards/{reward_of(4, 'M1')}").text
    for text in ("¥20.00 × 2 件", "¥40.00", "算这一次"):
        assert text in page, text
    steps = re.findall(r'facts from">[^<]* · (N\d+)</span>', page)
    assert len(steps) == len(set(steps)) >= 3, "each step has the number of its own event"
    with signed_in(desk, "checker") as person:
        assert "购买那天以前没有合格的培训" in person.get(f"/rewards/{reward_of(30, 'M2')}").text
        assert "没有什么能让它变成可发放" in person.get(f"/rewards/{reward_of(31, 'M3')}").text


def test_the_ledger_still_sums_to_zero(desk: RunningSite) -> None:
    with reading(desk.site.engine) as connection:
        assert connection.execute(select(func.sum(LEDGER_ENTRY.c.amount_fen))).scalar_one() == 0


def test_a_tile_tells_what_the_rows_behind_it_come_to(desk: RunningSite) -> None:
    """Payments of what is tracked or blocked are due in nothing: they are owed back in full."""
    told = {
        "to_decide": lambda row: row.amount_fen,
        "payable": lambda row: row.open_fen,
        "to_hand_over": lambda row: row.open_fen,
        "held": lambda row: row.amount_fen,
        "paid": lambda row: row.paid_fen,
        "owed_back": lambda row: row.owed_back_fen - row.set_off_fen,
        "alarms": lambda row: row.paid_fen,
    }
    with reading(desk.site.engine) as connection:
        all_queues = queues(HEADQUARTERS_SCOPE, connection, today())
        found = {queue.name: queue.amount_fen for queue in all_queues}
        for name, amount_fen in found.items():
            rows = queue_page(HEADQUARTERS_SCOPE, connection, name, today(), limit=1_000)
            shown = sum(map(told[name], rows)) if name in told else None
            assert amount_fen == shown, name
    assert found["owed_back"] and found["alarms"] and found["payable"]
    with signed_in(desk, "payer") as person:
        page = person.get("/rewards").text
    tiles = page.partition('class="tiles"')[2].partition("</ul>")[0]
    assert f"¥{found['owed_back'] / 100:,.2f}" in tiles
    assert f"已付 ¥{found['alarms'] / 100:,.2f}" in tiles


def test_a_dealer_is_shown_no_column_that_is_empty_or_the_same_in_each_row(
    desk: RunningSite,
) -> None:
    with signed_in(desk, "dealer") as own, signed_in(desk, "chief") as company:
        heads = [
            re.findall(r'<th scope="col"[^>]*>(?:<button[^>]*>)?([^<]+)', each.get("/rewards").text)
            for each in (own, company)
        ]
    assert {"为谁", "经销商"} <= {head.strip() for head in heads[1]}
    assert "金额" in {head.strip() for head in heads[0]}
    assert not {"为谁", "经销商"} & {head.strip() for head in heads[0]}


@pytest.mark.parametrize(("name", "finds"), [("payer", True), ("dealer", True), ("other", False)])
def test_a_reward_is_found_by_the_number_that_its_member_reads_by_whoever_sees_it(
    desk: RunningSite, name: str, finds: bool
) -> None:
    found = reward_of(31, "M3")
    with signed_in(desk, name) as person:
        page = person.post("/search", text=found[:8].upper()).text
        assert (f"/rewards/{found}" in page) is finds
        if finds:
            assert person.get(f"/rewards/{found}").status_code == 200
