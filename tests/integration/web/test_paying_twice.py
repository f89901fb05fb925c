"""No reward is paid twice and no debt set off twice, however many pay, and quickly looked up."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import event as listened
from sqlalchemy import select

from campaigns.catalogue import wire_name
from campaigns.intake import HEADQUARTERS
from campaigns.times import rfc3339
from crm.clock import now_us
from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.events import JOURNAL, last_position
from crm.journal.outbox import OUTBOX
from crm.reward_desk.desk import DeskRow
from crm.reward_desk.orders import Payer
from crm.reward_desk.queries import desk_rows
from crm.reward_desk.register import PaymentTaken, new_order, order_file, order_payment
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing
from tests.integration.web.reward_sites import (
    Person,
    event,
    member,
    reach_every_day,
    reward_of,
    sale,
    signed_in,
)
from tests.integration.web.sites import RunningSite, running

SALES = 12
TAKEN = "正有人在付，或刚刚付过"
_NEXT = count()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """Sales of one clerk, each worth ¥40.00."""
    folder: Path = tmp_path_factory.mktemp("twice")
    with running(folder) as site:
        site.user("checker", "compliance")
        site.user("payer", "finance")
        site.user("payer2", "finance")
        events = member("M1")
        for n in range(SALES):
            events += sale(n, "M1", days_ago=45 + n)
        site.accept(*events)
        reach_every_day(site)
        with signed_in(site, "checker") as person:
            rewards = [reward_of(n, "M1") for n in range(SALES)]
            fields = {"form_id": str(uuid4()), "word": "approved", "reward": rewards}
            assert person.post("/rewards/decide", **fields).status_code == 303
        site.work()
        yield site


def row_of(site: RunningSite, reward: str) -> DeskRow:
    with reading(site.site.engine) as connection:
        (row,) = desk_rows(HEADQUARTERS_SCOPE, connection, [reward])
    return row


def tell(site: RunningSite, row: DeskRow, amount_fen: int, reference: str) -> None:
    """A machine tells of a payment; nothing is recorded yet."""
    data = {"reward_id": row.reward_id, "purchase_id": row.purchase_id, "member": row.member}
    said = {**data, "amount_fen": amount_fen, "reference": reference}
    paid = event("reward.paid", f"reward/{row.reward_id}", said, 0, reference)
    lines = [orjson.dumps(paid | {"time": rfc3339(now_us())})]
    (receipt,) = site.site.intake.accept(lines, HEADQUARTERS)
    assert receipt.status == "accepted"


def paid(site: RunningSite, reward: str) -> list[int]:
    """All that was said to be paid of it, in fen, in order."""
    site.work()
    with reading(site.site.engine) as connection:
        told = select(JOURNAL.c.plain).where(
            JOURNAL.c.subject == f"reward/{reward}", JOURNAL.c.type == "reward.paid"
        )
        found = connection.execute(told.order_by(JOURNAL.c.position)).scalars()
        return [orjson.loads(plain)["amount_fen"] for plain in found]


def pay(person: Person, reward: str, amount: str, **more: str) -> tuple[int, str]:
    fields = {"form_id": str(uuid4()), "amount": amount, "reference": f"slip-{reward}", **more}
    answer = person.post(f"/rewards/{reward}/pay", **fields)
    return answer.status_code, answer.text


def assert_taken(site: RunningSite, row: DeskRow) -> None:
    """Neither way of ordering takes it, whatever a page would have said before."""
    who, engine = Payer("u-x", "/phones/u-x", now_us()), site.site.engine
    with pytest.raises(PaymentTaken):
        order_payment(engine, who, row, new_order(row, row.open_fen, "stale"))
    with pytest.raises(PaymentTaken):
        order_file(engine, who, [row])


def test_what_is_in_a_banks_file_is_not_paid_by_itself_though_something_was_paid_of_it_since(
    desk: RunningSite,
) -> None:
    reward = reward_of(next(_NEXT), "M1")
    with signed_in(desk, "payer") as person:
        path = person.post("/rewards/files", reward=[reward]).headers["location"]
        tell(desk, row_of(desk, reward), 1_000, "part")
        desk.work()
        assert "记为已发放" not in person.get(f"/rewards/{reward}").text
        status, page = pay(person, reward, "30")
        assert status == 422 and TAKEN in page
        again = person.post("/rewards/files", reward=[reward])
        assert again.status_code == 409 and TAKEN in again.text
        assert_taken(desk, row_of(desk, reward))
        lines = person.get(f"{path}/csv").content.decode("utf-8-sig").splitlines()
        person.post(f"{path}/answer", answer=f"{lines[0]},结果\n{lines[1]},成功")
    assert paid(desk, reward) == [1_000, 4_000]


def test_what_was_told_and_is_not_recorded_yet_is_paid_by_no_other_way(desk: RunningSite) -> None:
    reward = reward_of(next(_NEXT), "M1")
    before = row_of(desk, reward)
    tell(desk, before, 4_000, "machine")
    with signed_in(desk, "payer") as person:
        assert "记为已发放" not in person.get(f"/rewards/{reward}").text
        status, page = pay(person, reward, "40", asked="nothing_due")
        assert status == 422 and TAKEN in page
        made = person.post("/rewards/files", reward=[reward])
        assert made.status_code == 409 and TAKEN in made.text
    assert_taken(desk, before)
    assert paid(desk, reward) == [4_000]
    # Recorded since: who looked before does not see it.
    assert_taken(desk, before)


def test_what_waits_to_be_carried_to_the_journal_is_paid_by_no_other_way(desk: RunningSite) -> None:
    free, reward = (row_of(desk, reward_of(next(_NEXT), "M1")) for _ in range(2))
    engine = desk.site.engine
    kept = {"content_hash": b"", "received_us": 0, "actor": "u-y", "source": "/x"}
    for row, kind in ((reward, "reward.paid"), (free, "reward.approved")):
        message = orjson.dumps({"type": wire_name(kind)})
        waiting = {"id": row.reward_id, "subject": f"reward/{row.reward_id}", "message": message}
        with writing(engine) as connection:
            connection.execute(OUTBOX.insert().values(kept | waiting))
    assert_taken(desk, reward)
    order_payment(engine, Payer("u-x", "/x", now_us()), free, new_order(free, 4_000, "free"))


def test_a_payment_that_could_not_be_recorded_is_not_made_again(desk: RunningSite) -> None:
    row = row_of(desk, reward_of(next(_NEXT), "M1"))
    tell(desk, row, 4_000, "not-recorded")
    with writing(desk.site.engine) as connection:
        letter = {"position": last_position(connection), "subject": "", "error": "", "failed_us": 0}
        connection.execute(DEAD_LETTER.insert().values(letter))
    assert_taken(desk, row)
    with signed_in(desk, "payer2") as person:
        status, page = pay(person, row.reward_id, "40")
        assert status == 422 and TAKEN in page
        made = person.post("/rewards/files", reward=[row.reward_id])
        assert made.status_code == 409 and TAKEN in made.text


def test_payments_on_their_way_are_found_without_reading_all_that_were_ever_ordered(
    desk: RunningSite,
) -> None:
    asked: list[tuple[str, Any]] = []

    def listen(_1: Any, _2: Any, statement: str, values: Any, *_: Any) -> None:
        if "payment_order" in statement:
            asked.append((statement, values))

    with reading(desk.site.engine) as connection:
        listened.listen(connection, "before_cursor_execute", listen)
        assert desk_rows(HEADQUARTERS_SCOPE, connection, [reward_of(0, "M1")])
        listened.remove(connection, "before_cursor_execute", listen)
        plans = [
            row.detail
            for statement, values in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert len(asked) == 2
    assert not [each for each in plans if each.startswith("SCAN payment_order")], plans
