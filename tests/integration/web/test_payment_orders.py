"""Payments that were begun: told as stored, once, gone on with, or given up; four eyes."""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from sqlalchemy import select

from campaigns.ids import reward_id
from campaigns.intake import Receipt
from campaigns.times import rfc3339
from crm.accounts.people import Account, find_user
from crm.clock import now_us
from crm.intake.accept import EventIntake
from crm.journal.events import JOURNAL
from crm.journal.outbox import OUTBOX
from crm.reward_desk.orders import TAKE_OVER_US, Payer
from crm.reward_desk.queries import desk_rows, open_orders, order_named
from crm.reward_desk.register import (
    begin_telling,
    end_telling,
    fail_order,
    new_order,
    order_payment,
)
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing
from crm.web.guards.bounds import LARGEST_ANSWER_FORM_BYTES
from tests.integration.web.reward_sites import (
    event,
    member,
    reach_every_day,
    reward_of,
    sale,
    signed_in,
)
from tests.integration.web.sites import RunningSite, running, token_in

SALES = 19
_NEXT = count()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """Approved sales of one clerk; each test takes the next that nobody touched."""
    folder: Path = tmp_path_factory.mktemp("orders")
    with running(folder) as site:
        for name, role in (("chief", "headquarters"), ("deputy", "headquarters")):
            site.user(name, role)  # type: ignore[arg-type]
        site.user("checker", "compliance")
        site.user("payer", "finance")
        site.user("payer2", "finance")
        site.user("auditor", "auditor")
        events = [*member("M1"), *member("M2")]
        for n in range(SALES):
            events += sale(n, "M1", days_ago=45 + n)
        site.accept(*events)
        entered_by_chief(site, 40)
        reach_every_day(site)
        approve(site, "checker", *range(SALES), 40)
        yield site


def entered_by_chief(site: RunningSite, n: int, code: str = "M1") -> None:
    chief = account(site, "chief")
    assert chief.credential is not None
    lines = [orjson.dumps(dict(each, source=chief.source)) for each in sale(n, code)]
    receipts = site.site.intake.accept(lines, chief.credential)
    assert [each.status for each in receipts] == ["accepted"] * len(lines)


def approve(site: RunningSite, by: str, *sales: int, of: str = "M1") -> None:
    with signed_in(site, by) as person:
        fields: dict[str, Any] = {"form_id": str(uuid4()), "word": "approved"}
        rewards = [reward_of(n, of) for n in sales]
        assert person.post("/rewards/decide", **fields, reward=rewards).status_code == 303
    site.work()


def account(site: RunningSite, name: str) -> Account:
    with reading(site.site.engine) as connection:
        found = find_user(connection, name)
    assert found is not None
    return found


def payer(site: RunningSite, name: str, ago_us: int = 0) -> Payer:
    found = account(site, name)
    return Payer(found.actor, found.source, now_us() - ago_us)


def begun(
    site: RunningSite, by: str, ago_us: int = 0, *, is_telling: bool = True
) -> tuple[str, str]:
    """(reward, order) of ¥40.00 under `kept` that somebody began, and then the page went down."""
    reward = reward_of(next(_NEXT), "M1")
    return reward, begun_for(site, by, reward, ago_us, is_telling=is_telling)


def begun_for(
    site: RunningSite, by: str, reward: str, ago_us: int = 0, *, is_telling: bool = False
) -> str:
    order_id = str(uuid4())
    with reading(site.site.engine) as connection:
        (row,) = desk_rows(HEADQUARTERS_SCOPE, connection, [reward])
    who = payer(site, by, ago_us)
    order_payment(site.site.engine, who, row, new_order(row, 4_000, f"kept-{reward}", order_id))
    if is_telling:
        assert begin_telling(site.site.engine, who, order_id) == "begun"
    return order_id


def payments(site: RunningSite, reward: str) -> list[tuple[int, str]]:
    site.work()
    with reading(site.site.engine) as connection:
        told = select(JOURNAL.c.plain).where(
            JOURNAL.c.subject == f"reward/{reward}", JOURNAL.c.type == "reward.paid"
        )
        found = [orjson.loads(plain) for plain in connection.execute(told).scalars()]
    return [(each["amount_fen"], each["reference"]) for each in found]


def state(site: RunningSite, order_id: str) -> str:
    with reading(site.site.engine) as connection:
        found = order_named(HEADQUARTERS_SCOPE, connection, order_id)
    assert found is not None
    return found.state


def paid_event(reward: str, purchase: str, reference: str) -> dict[str, Any]:
    data = {"reward_id": reward, "purchase_id": purchase, "member": "M1"}
    said = {**data, "amount_fen": 4_000, "reference": reference}
    return event("reward.paid", f"reward/{reward}", said, 0) | {"time": rfc3339(now_us())}


def test_a_second_tap_tells_what_was_stored_and_nothing_that_was_typed_since(
    desk: RunningSite,
) -> None:
    reward, order_id = begun(desk, "payer")
    other = reward_of(next(_NEXT), "M1")
    fields = {"form_id": order_id, "amount": "40", "reference": f"kept-{reward}"}
    with signed_in(desk, "payer") as person:
        path = f"/rewards/{reward}/pay"
        for changed in ({"amount": "39"}, {"reference": "new"}):
            assert person.post(path, **{**fields, **changed}).status_code == 422
        assert person.post(f"/rewards/{other}/pay", **fields).status_code == 422
        assert payments(desk, reward) == payments(desk, other) == []
        assert person.post(path, **fields).status_code == 303
    assert payments(desk, reward) == [(4_000, f"kept-{reward}")]


def test_an_id_that_another_record_has_is_not_taken_for_a_payment(desk: RunningSite) -> None:
    reward, form_id = reward_of(next(_NEXT), "M1"), uuid4()
    who = account(desk, "payer")
    assert who.credential is not None
    purchase = f"P{SALES - 1}"
    said = paid_event(reward_id(purchase, "M1", "default"), purchase, "elsewhere")
    said |= {"id": f"{form_id}-1", "source": who.source}
    desk.site.intake.accept([orjson.dumps(said)], who.credential)
    fields = {"form_id": str(form_id), "amount": "40", "reference": "mine"}
    with signed_in(desk, "payer") as person:
        answer = person.post(f"/rewards/{reward}/pay", **fields)
        assert answer.status_code == 422 and "已经用在别的记录上" in answer.text
        assert state(desk, str(form_id)) == "ordered"
        again = person.post(f"/rewards/{reward}/pay", **fields)
        assert again.status_code == 422 and "已经用在别的记录上" in again.text
        given_up = person.post(f"/rewards/{reward}/orders/{form_id}/fail")
        assert given_up.status_code == 303
        anew = {**fields, "form_id": str(uuid4())}
        assert person.post(f"/rewards/{reward}/pay", **anew).status_code == 303
    assert payments(desk, reward) == [(4_000, "mine")]


def test_a_payment_that_was_refused_says_so_and_is_open_again(
    desk: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    reward, form_id = reward_of(next(_NEXT), "M1"), str(uuid4())
    fields = {"form_id": form_id, "amount": "40", "reference": "refused"}

    def refuse(*_: object, **__: object) -> list[Receipt]:
        return [Receipt("refused", "/x", "x", "not_allowed", "$.source")]

    with signed_in(desk, "payer") as person:
        with monkeypatch.context() as patched:
            patched.setattr(EventIntake, "accept", refuse)
            answer = person.post(f"/rewards/{reward}/pay", **fields)
        assert answer.status_code == 422 and "没有记上，这一笔还开着" in answer.text
        assert "接着记" in answer.text and state(desk, form_id) == "ordered"
        assert person.post(f"/rewards/{reward}/orders/{form_id}/tell").status_code == 303
        assert "没记完的付款" not in person.get(f"/rewards/{reward}").text
    assert payments(desk, reward) == [(4_000, "refused")]


@pytest.mark.parametrize("is_telling", [False, True])
def test_who_began_goes_on_at_once_and_anybody_else_after_ten_minutes(
    desk: RunningSite, is_telling: bool
) -> None:
    reward, order_id = begun(desk, "payer", is_telling=is_telling)
    act = f"/rewards/{reward}/orders/{order_id}"
    with signed_in(desk, "payer2") as person:
        page = person.get(f"/rewards/{reward}").text
        assert "没记完的付款" in page and "10 分钟" in page and f"{act}/" not in page
        assert "记为已发放" not in page
        assert person.post(f"{act}/tell").status_code == 422
        assert person.post(f"{act}/fail").status_code == 422
    assert payments(desk, reward) == []
    with signed_in(desk, "payer") as person:
        page = person.get(f"/rewards/{reward}").text
        assert f"{act}/tell" in page and (f"{act}/fail" in page) != is_telling
        assert person.post(f"{act}/tell").status_code == 303
    assert payments(desk, reward) == [(4_000, f"kept-{reward}")]


def test_what_was_left_is_given_up_by_another_and_the_reward_can_be_paid_again(
    desk: RunningSite,
) -> None:
    reward, order_id = begun(desk, "payer", TAKE_OVER_US)
    with signed_in(desk, "payer2") as person:
        act = f"/rewards/{reward}/orders/{order_id}"
        page = person.get(f"/rewards/{reward}").text
        assert f"{act}/tell" in page and f"{act}/fail" in page
        assert person.post(f"{act}/fail").status_code == 303
        assert "记为已发放" in person.get(f"/rewards/{reward}").text
        fields = {"form_id": str(uuid4()), "amount": "40", "reference": "anew"}
        assert person.post(f"/rewards/{reward}/pay", **fields).status_code == 303
        # What was given up is told by nobody any more.
        assert person.post(f"{act}/tell").status_code == 422
    assert payments(desk, reward) == [(4_000, "anew")]


@pytest.mark.parametrize("act", ["tell", "fail"])
@pytest.mark.parametrize("table", ["journal", "outbox"])
def test_what_was_told_before_the_page_went_down_is_not_told_again_nor_given_up(
    desk: RunningSite, act: str, table: str
) -> None:
    engine, who = desk.site.engine, payer(desk, "payer")
    reward, order_id = begun(desk, "payer", TAKE_OVER_US)
    with reading(engine) as connection:
        order = order_named(HEADQUARTERS_SCOPE, connection, order_id)
    assert order is not None
    if table == "journal":
        said = paid_event(reward, order.purchase_id, order.reference)
        said |= {"id": order.event_id, "source": who.source}
        credential = account(desk, "payer").credential
        assert credential is not None
        desk.site.intake.accept([orjson.dumps(said)], credential)
    else:
        row = {"source": who.source, "id": order.event_id, "subject": f"reward/{reward}"}
        kept = {"content_hash": b"", "received_us": 0, "actor": who.actor, "message": b""}
        with writing(engine) as connection:
            connection.execute(OUTBOX.insert().values(row | kept))
    before = payments(desk, reward)
    with signed_in(desk, "payer2") as person:
        assert person.post(f"/rewards/{reward}/orders/{order_id}/{act}").status_code == 303
    assert payments(desk, reward) == before
    assert state(desk, order_id) == "paid"


def file_of(site: RunningSite, reward: str) -> tuple[str, str]:
    """(its address, the bank's line without the result) of a file with one payment."""
    with signed_in(site, "payer") as person:
        made = person.post("/rewards/files", reward=[reward])
        assert made.status_code == 303, made.text
        path = made.headers["location"]
        lines = person.get(f"{path}/csv").content.decode("utf-8-sig").splitlines()
    return path, f"{lines[0]},结果\n{lines[1]}"


def answered(site: RunningSite, by: str, file: tuple[str, str], result: str) -> tuple[int, str]:
    with signed_in(site, by) as person:
        answer = person.post(f"{file[0]}/answer", answer=f"{file[1]},{result}")
    return answer.status_code, answer.text


def test_who_approved_or_entered_neither_pays_nor_fails_a_line_of_a_banks_answer(
    desk: RunningSite,
) -> None:
    approved_by_checker = reward_of(40, "M1")  # entered by chief
    file = file_of(desk, approved_by_checker)
    for result in ("成功", "失败"):
        assert answered(desk, "chief", file, result)[0] == 403
    with signed_in(desk, "deputy") as person:
        assert "等银行回单" in person.get(file[0]).text
    status, page = answered(desk, "deputy", file, "失败")
    assert status == 200 and "没付成，可以重新付" in page
    assert payments(desk, approved_by_checker) == []


def test_of_a_reward_that_is_gone_who_entered_it_ends_no_line_either(desk: RunningSite) -> None:
    entered_by_chief(desk, 41, "M2")
    reach_every_day(desk)
    approve(desk, "deputy", 41, of="M2")
    reward = reward_of(41, "M2")
    file = file_of(desk, reward)
    void = {"of_source": account(desk, "chief").source, "of_id": "purchase.made-C41"}
    void["reason_code"] = "typed_wrong"
    desk.accept(event("event.voided", "card/C41", void, 0) | {"time": rfc3339(now_us())})
    with reading(desk.site.engine) as connection:
        assert desk_rows(HEADQUARTERS_SCOPE, connection, [reward]) == []
    for by in ("chief", "deputy"):
        for result in ("成功", "失败"):
            assert answered(desk, by, file, result)[0] == 403, (by, result)
    assert answered(desk, "payer2", file, "成功")[0] == 200
    assert len(payments(desk, reward)) == 1
    with reading(desk.site.engine) as connection:
        (row,) = desk_rows(HEADQUARTERS_SCOPE, connection, [reward])
    assert not row.has_purchase and not row.may_pay(account(desk, "chief").actor)


def test_what_was_begun_for_a_reward_that_is_gone_is_listed_and_told_or_given_up(
    desk: RunningSite,
) -> None:
    for n in (43, 44):
        entered_by_chief(desk, n, "M2")
    reach_every_day(desk)
    approve(desk, "deputy", 43, 44, of="M2")
    orders = {n: begun_for(desk, "payer", reward_of(n, "M2")) for n in (43, 44)}
    for n in orders:
        void = {"of_source": account(desk, "chief").source, "of_id": f"purchase.made-C{n}"}
        void["reason_code"] = "typed_wrong"
        desk.accept(event("event.voided", f"card/C{n}", void, 0) | {"time": rfc3339(now_us())})
    told, left = (f"/rewards/{reward_of(n, 'M2')}/orders/{order}" for n, order in orders.items())
    for by in ("chief", "deputy", "auditor"):
        with signed_in(desk, by) as person:
            page = person.get("/rewards/files").text
            assert "它的奖励已经没有了" in page and told not in page and left not in page
            assert person.post(f"{told}/tell").status_code == 403
            assert person.post(f"{left}/fail").status_code == 403
    with signed_in(desk, "payer") as person:
        page = person.get("/rewards/files").text
        for path in (told, left):
            assert f'action="{path}/tell"' in page and f'action="{path}/fail"' in page
        assert person.post(f"{told}/tell").headers["location"].startswith("/rewards/files?said=")
        assert person.post(f"{left}/fail").headers["location"] == "/rewards/files"
        assert "它的奖励已经没有了" not in person.get("/rewards/files").text
    assert [len(payments(desk, reward_of(n, "M2"))) for n in orders] == [1, 0]


def test_a_line_that_could_not_be_told_is_shown_as_such_and_can_be_answered_again(
    desk: RunningSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    reward = reward_of(next(_NEXT), "M1")
    file = file_of(desk, reward)

    def refuse(*_: object, **__: object) -> list[Receipt]:
        return [Receipt("refused", "/x", "x", "not_allowed", "$.source")]

    with monkeypatch.context() as patched:
        patched.setattr(EventIntake, "accept", refuse)
        status, page = answered(desk, "payer", file, "成功")
    assert status == 200 and "没有收下，没有记" in page and "已记为发放" not in page
    assert "已记为发放" in answered(desk, "payer2", file, "成功")[1]
    assert len(payments(desk, reward)) == 1


def test_what_somebody_is_telling_of_a_file_is_neither_told_nor_failed_by_another(
    desk: RunningSite,
) -> None:
    reward = reward_of(next(_NEXT), "M1")
    file = file_of(desk, reward)
    with signed_in(desk, "payer2") as person:
        page = person.get(f"/rewards/{reward}").text
        assert f'href="{file[0]}"' in page and "/orders/" not in page
    with reading(desk.site.engine) as connection:
        (order,) = open_orders(HEADQUARTERS_SCOPE, connection, reward)
    assert begin_telling(desk.site.engine, payer(desk, "payer"), order.order_id) == "begun"
    for result in ("成功", "失败"):
        assert "别人正在记这一笔" in answered(desk, "payer2", file, result)[1]
    assert payments(desk, reward) == []


def test_of_what_was_begun_only_a_refusal_opens_it_again_and_a_failure_never_takes_back_a_payment(
    desk: RunningSite,
) -> None:
    engine, who = desk.site.engine, payer(desk, "payer")
    reward, order_id = begun(desk, "payer")
    # Another's end is no end of what this one began.
    assert not end_telling(engine, payer(desk, "payer2"), order_id)
    assert state(desk, order_id) == "telling"
    assert not end_telling(engine, who, order_id) and state(desk, order_id) == "ordered"
    with signed_in(desk, "payer") as person:
        assert person.post(f"/rewards/{reward}/orders/{order_id}/tell").status_code == 303
    assert fail_order(engine, payer(desk, "payer2"), order_id) == "told"
    assert state(desk, order_id) == "paid"


def test_who_may_see_no_names_takes_no_file_that_names_payees(desk: RunningSite) -> None:
    file = file_of(desk, reward_of(next(_NEXT), "M1"))
    files = (f"{file[0]}/csv", "/transfers/open-payments", "/transfers/efpia")
    with signed_in(desk, "auditor") as person:
        pages = [person.get(path) for path in ("/transfers", file[0], "/rewards/files")]
        assert [page.status_code for page in pages] == [200, 200, 200]
        for path in files:
            assert person.get(path).status_code == 403
            assert not any(f'href="{path}' in page.text for page in pages)
        assert not any(re.search("赵小店|康民药店,", page.text) for page in pages)
    with signed_in(desk, "payer") as person:
        assert f'href="{files[0]}' in person.get(file[0]).text
        assert all(person.get(path).status_code == 200 for path in files)


def test_the_banks_answer_is_given_as_a_file_or_pasted_and_not_both(desk: RunningSite) -> None:
    reward = reward_of(next(_NEXT), "M1")
    path, answer = file_of(desk, reward)
    whole = "回单.csv", f"代付结果\n{answer},成功\n".encode("gb18030")
    legacy = "a.xls", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)

    def sent(pasted: str, name: str, data: bytes) -> httpx.Response:
        fields = {"form_token": token_in(person.get(path).text), "answer": pasted}
        return person.client.post(f"{path}/answer", data=fields, files={"file": (name, data)})

    with signed_in(desk, "payer") as person:
        for refused in (sent("", "", b""), sent(f"{answer},成功", *whole)):
            assert refused.status_code == 422 and "两样只要一样" in refused.text
        refused = sent("", *legacy)
        assert refused.status_code == 422 and "旧版 .xls" in refused.text
        assert sent("", "a.csv", b" " * LARGEST_ANSWER_FORM_BYTES).status_code == 413
        assert "等银行回单" in person.get(path).text
        taken = sent("", *whole)
    assert taken.status_code == 200 and "已记为发放" in taken.text
    assert len(payments(desk, reward)) == 1
