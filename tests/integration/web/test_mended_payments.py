"""A payment that could not be recorded blocks until it was taken back; then the new word counts."""

from collections.abc import Iterator
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from campaigns.intake import HEADQUARTERS, Credential
from campaigns.times import rfc3339
from crm.clock import now_us
from crm.journal.dead_letters import DEAD_LETTER
from crm.journal.events import last_position
from crm.reward_desk.desk import DeskRow
from crm.reward_desk.on_its_way import being_paid, owed_by, taken_back
from crm.reward_desk.orders import Order, Payer
from crm.reward_desk.queries import desk_rows
from crm.reward_desk.register import (
    PaymentTaken,
    begin_telling,
    end_telling,
    new_order,
    order_payment,
)
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading, writing
from tests.integration.web.mending import mend
from tests.integration.web.reward_sites import event, member, reach_every_day, reward_of, sale
from tests.integration.web.reward_sites import signed_in as person_of
from tests.integration.web.sites import RunningSite, entered

SALES, IN_DEBT = 4, 4
PHONE = "/phones/u-x"
_NEXT = count()


@pytest.fixture(scope="module", autouse=True)
def desk(site: RunningSite) -> None:
    """Sales of two clerks, each worth ¥40.00; the second clerk owes ¥20.00 back."""
    site.user("office", "headquarters")
    site.user("checker", "compliance")
    sales = {n: "M1" if n < SALES else "M2" for n in range(SALES + IN_DEBT)}
    site.accept(*member("M1"), *member("M2"))
    site.accept(*(each for n in sales for each in sale(n, sales[n], days_ago=60 + n)))
    reach_every_day(site)
    with person_of(site, "checker") as person:
        rewards = [reward_of(n, code) for n, code in sales.items()]
        fields = {"form_id": str(uuid4()), "word": "approved", "reward": rewards}
        assert person.post("/rewards/decide", **fields).status_code == 303
    site.work()
    for n in (SALES, SALES + 1):
        site.accept(now(paid(reward_of(n, "M2"), f"P{n}", "M2", 4_000, f"whole-{n}")))
    site.accept(now(half_back(SALES)))


@pytest.fixture(scope="module")
def office(site: RunningSite) -> Iterator[httpx.Client]:
    yield from entered(site, "office")


def now(wire: dict[str, Any]) -> dict[str, Any]:
    return wire | {"time": rfc3339(now_us())}


def half_back(n: int) -> dict[str, Any]:
    """One of the two things of a sale comes back."""
    said = {"return_id": f"r{n}", "card_id": f"C{n}", "purchase_id": f"P{n}", "quantity": 1}
    return event("purchase.returned", f"card/C{n}", said | {"reason_code": "changed_mind"}, 0)


def paid(reward: str, purchase: str, code: str, amount_fen: int, said_as: str) -> dict[str, Any]:
    of_whom = {"reward_id": reward, "purchase_id": purchase, "member": code}
    said = {**of_whom, "amount_fen": amount_fen, "reference": said_as}
    return event("reward.paid", f"reward/{reward}", said, 0, said_as)


def void_of(wire: dict[str, Any]) -> dict[str, Any]:
    said = {"of_source": wire["source"], "of_id": wire["id"], "reason_code": "typed_wrong"}
    return now(event("event.voided", wire["subject"], said, 0, f"void-{uuid4()}"))


def row_of(site: RunningSite, reward: str) -> DeskRow:
    with reading(site.site.engine) as connection:
        (row,) = desk_rows(HEADQUARTERS_SCOPE, connection, [reward])
    return row


def is_blocked(site: RunningSite, reward: str) -> bool:
    with reading(site.site.engine) as connection:
        return bool(being_paid(connection, [reward]))


def owes(site: RunningSite, code: str) -> int:
    with reading(site.site.engine) as connection:
        return owed_by(connection, {code})[code]


def journal(
    site: RunningSite, wire: dict[str, Any], who: Credential = HEADQUARTERS, *, dies: bool = False
) -> None:
    """Into the journal and no further; of what dies the recorder makes a dead letter."""
    (receipt,) = site.site.intake.accept([orjson.dumps(wire)], who)
    assert receipt.status == "accepted"
    if dies:
        with writing(site.site.engine) as connection:
            letter = {"position": last_position(connection), "subject": "", "error": "x"}
            connection.execute(DEAD_LETTER.insert().values(letter | {"failed_us": 0}))
        site.recorder.forget()


def dead_order(site: RunningSite, reward: str) -> tuple[DeskRow, Order, dict[str, Any]]:
    """An order of what is open, less what is owed, whose event could not be recorded."""
    payer, row = Payer("u-x", PHONE, now_us()), row_of(site, reward)
    order = new_order(row, row.open_fen - row.member_owes_fen, f"slip-{next(_NEXT)}")
    order_payment(site.site.engine, payer, row, order)
    assert begin_telling(site.site.engine, payer, order.order_id) == "begun"
    said = paid(reward, row.purchase_id, row.member, order.amount_fen, order.reference)
    wire = now(said | {"source": PHONE, "id": f"{order.order_id}-1"})
    journal(site, wire, dies=True)
    assert end_telling(site.site.engine, payer, order.order_id)
    site.work()
    return row, order, wire


def test_a_mended_payment_blocks_the_open_rest_of_its_reward_no_longer(
    site: RunningSite, office: httpx.Client
) -> None:
    reward = reward_of(0, "M1")
    wire = now(paid(reward, "P0", "M1", 1_000, "part"))
    journal(site, wire, dies=True)
    site.work()
    assert is_blocked(site, reward)
    _, answer = mend(office, wire)
    assert answer.status_code == 303
    site.work()
    row = row_of(site, reward)
    assert (row.paid_fen, row.open_fen, row.ordered) == (1_000, 3_000, False)
    rest = new_order(row, row.open_fen, "rest")
    order_payment(site.site.engine, Payer("u-x", PHONE, now_us()), row, rest)


def test_until_the_new_word_is_recorded_it_blocks_as_the_old_one_did(
    site: RunningSite, office: httpx.Client
) -> None:
    reward = reward_of(1, "M1")
    _, _, wire = dead_order(site, reward)
    journal(site, now(paid(reward, "P1", "M1", 1_000, "again")))
    journal(site, void_of(wire))
    with reading(site.site.engine) as connection:
        assert taken_back(connection, [reward])
    assert is_blocked(site, reward)
    site.work()
    assert not is_blocked(site, reward)


def test_a_payment_that_could_not_be_recorded_and_was_taken_back_can_be_made_again(
    site: RunningSite,
) -> None:
    row, _, wire = dead_order(site, reward_of(2, "M1"))
    payer = Payer("u-y", "/phones/u-y", now_us())
    with pytest.raises(PaymentTaken):
        order_payment(site.site.engine, payer, row, new_order(row, 4_000, "too early"))
    site.accept(void_of(wire))
    order_payment(site.site.engine, payer, row, new_order(row, 4_000, "once more"))


def test_who_may_not_take_a_payment_back_frees_nothing(site: RunningSite) -> None:
    reward = reward_of(3, "M1")
    _, _, wire = dead_order(site, reward)
    colleague = Credential("staff", actor="u-y", sources=("/phones/u-y",))
    journal(site, void_of(wire) | {"source": "/phones/u-y"}, colleague)
    assert is_blocked(site, reward)
    elsewhere = reward_of(2, "M1")
    journal(site, void_of(wire) | {"subject": f"reward/{elsewhere}"})
    site.work()
    assert is_blocked(site, reward)


def test_what_a_mended_payment_set_off_hides_no_later_debt(
    site: RunningSite, office: httpx.Client
) -> None:
    reward = reward_of(SALES + 2, "M2")
    assert owes(site, "M2") == 2_000
    _, order, wire = dead_order(site, reward)
    assert (order.set_off_fen, owes(site, "M2")) == (2_000, 0)
    _, answer = mend(office, wire)
    assert answer.status_code == 303
    # Journaled, not recorded: the debt is set off by a word that is still on its way.
    assert owes(site, "M2") == 0
    site.work()
    assert (row_of(site, reward).paid_fen, owes(site, "M2")) == (2_000, 0)
    site.accept(now(half_back(SALES + 1)))
    assert owes(site, "M2") == 2_000
    assert row_of(site, reward_of(SALES + 3, "M2")).member_owes_fen == 2_000
