"""Nobody answers for a reward that they had a hand in, also once the reward is gone."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import orjson
import pytest

from campaigns.times import rfc3339
from crm.accounts.people import Account, find_user
from crm.clock import now_us
from crm.reward_desk.orders import Payer
from crm.reward_desk.queries import desk_rows
from crm.reward_desk.register import new_order, order_payment
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from tests.integration.web.own_links import given, kept, said
from tests.integration.web.reward_sites import (
    event,
    member,
    reach_every_day,
    reward_of,
    rewarding,
    sale,
    signed_in,
)
from tests.integration.web.sites import RunningSite

_ANSWER = {"outcome": "declined", "answer": "转介绍已经作废了"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A desk of four, and members without a sale."""
    folder = tmp_path_factory.mktemp("gone")
    others = {"deputy": "headquarters", "checker": "compliance"}
    members = (each for n in range(1, 5) for each in member(f"M{n}"))
    with rewarding(folder, *members, **others) as site:  # type: ignore[arg-type]
        yield site


def _account(site: RunningSite, name: str) -> Account:
    with reading(site.site.engine) as connection:
        found = find_user(connection, name)
    assert found is not None
    return found


def _enter(site: RunningSite, by: str, *events: dict[str, Any]) -> None:
    account = _account(site, by)
    assert account.credential is not None
    lines = [orjson.dumps({**each, "source": account.source}) for each in events]
    receipts = site.site.intake.accept(lines, account.credential)
    assert [each.status for each in receipts] == ["accepted"] * len(lines)
    reach_every_day(site)


def _void(site: RunningSite, by: str, subject: str, event_id: str) -> None:
    named = {"of_source": _account(site, by).source, "of_id": event_id}
    void = event("event.voided", subject, {**named, "reason_code": "typed_wrong"}, 0)
    site.accept({**void, "id": f"void-{event_id}", "time": rfc3339(now_us())})
    reach_every_day(site)


def _disputed(site: RunningSite, n: int, code: str) -> str:
    """The page of a dispute of the reward, by its member."""
    with signed_in(site, "deputy") as person:
        path = given(person, code)
    with site.client() as client:
        assert said(client, path, text="少算了", reward=reward_of(n, code)).status_code == 303
    (dispute,) = kept(site, code)
    return f"/disputes/{dispute.dispute_id}"


def _answered(site: RunningSite, by: str, page: str) -> int:
    with signed_in(site, by) as person:
        offered = f'action="{page}/answer"' in person.get(page).text
        status = person.post(f"{page}/answer", **_ANSWER).status_code
    assert offered is (status == 303)
    return status


def _is_gone(site: RunningSite, n: int, code: str) -> bool:
    with reading(site.site.engine) as connection:
        return not desk_rows(HEADQUARTERS_SCOPE, connection, [reward_of(n, code)])


@pytest.mark.parametrize("kind", ["referral", "purchase"])
def test_who_entered_a_reward_that_is_gone_answers_no_dispute_of_it(
    desk: RunningSite, kind: str
) -> None:
    n, code = {"referral": (71, "M1"), "purchase": (72, "M2")}[kind]
    events = sale(n, code)
    own = {"referral": "referral.made", "purchase": "purchase.made"}[kind]
    desk.accept(*(each for each in events if f".{own}." not in each["type"]))
    _enter(desk, "chief", *(each for each in events if f".{own}." in each["type"]))
    page = _disputed(desk, n, code)
    _void(desk, "chief", f"card/C{n}", f"{own}-C{n}")
    assert _is_gone(desk, n, code)
    assert _answered(desk, "chief", page) == 403
    assert _answered(desk, "payer", page) == 303


def test_who_approved_a_reward_that_is_gone_answers_no_dispute_of_it(desk: RunningSite) -> None:
    desk.accept(*sale(73, "M3"))
    reach_every_day(desk)
    page = _disputed(desk, 73, "M3")
    with signed_in(desk, "checker") as person:
        fields = {"form_id": str(uuid4()), "word": "approved", "reward": reward_of(73, "M3")}
        assert person.post("/rewards/decide", **fields).status_code == 303
    # What was said counts before it is recorded, and when what it was said of is gone.
    assert _answered(desk, "checker", page) == 403
    desk.work()
    void = {"of_source": "/hq/console", "of_id": "purchase.made-C73", "reason_code": "typed_wrong"}
    desk.accept(event("event.voided", "card/C73", void, 0))
    reach_every_day(desk)
    assert _is_gone(desk, 73, "M3")
    assert _answered(desk, "checker", page) == 403
    assert _answered(desk, "payer", page) == 303


def test_who_entered_the_referral_on_another_card_of_the_person_ends_no_payment_of_what_is_gone(
    desk: RunningSite,
) -> None:
    registered, referred, *bought = sale(74, "M4")
    again = dict(registered, id="again", subject="card/C75")
    again["data"] = {**registered["data"], "card_id": "C75"}
    elsewhere = dict(referred, subject="card/C75", data={**referred["data"], "card_id": "C75"})
    desk.accept(registered, again, *bought)
    _enter(desk, "chief", elsewhere)
    reward = reward_of(74, "M4")
    with reading(desk.site.engine) as connection:
        (row,) = desk_rows(HEADQUARTERS_SCOPE, connection, [reward])
    account, order_id = _account(desk, "payer"), str(uuid4())
    payer = Payer(account.actor, account.source, now_us() - 3_600_000_000)
    order = new_order(row, row.amount_fen, "kept-74", order_id)
    order_payment(desk.site.engine, payer, row, order)
    _void(desk, "chief", "card/C75", referred["id"])
    assert _is_gone(desk, 74, "M4")
    for by, status in (("chief", 403), ("payer", 303)):
        with signed_in(desk, by) as person:
            path = f"/rewards/{reward}/orders/{order_id}/fail"
            assert person.post(path).status_code == status, by


def test_who_approved_pays_nothing_also_before_the_approval_is_recorded(desk: RunningSite) -> None:
    desk.accept(*sale(76, "M4"))
    reach_every_day(desk)
    reward = reward_of(76, "M4")
    with signed_in(desk, "deputy") as person:
        fields = {"form_id": str(uuid4()), "word": "approved", "reward": reward}
        assert person.post("/rewards/decide", **fields).status_code == 303
        assert f'action="/rewards/{reward}/pay"' not in person.get(f"/rewards/{reward}").text
        paid = {"form_id": str(uuid4()), "amount": "1", "reference": "R76"}
        assert person.post(f"/rewards/{reward}/pay", **paid).status_code == 403


def test_who_paid_approves_nothing_also_before_the_payment_is_recorded(desk: RunningSite) -> None:
    desk.accept(*sale(77, "M4"))
    reach_every_day(desk)
    reward = reward_of(77, "M4")
    word: dict[str, str] = {"word": "rejected", "reward": reward, "reason": "receipt_differs"}
    with signed_in(desk, "deputy") as person:
        answer = person.post("/rewards/decide", form_id=str(uuid4()), **word)
        assert answer.status_code == 303
    desk.work()
    approved = {"word": "approved", "reward": reward}
    with signed_in(desk, "chief") as person:
        paid = {"amount": "1", "reference": "R77", "asked": "nothing_due"}
        assert (
            person.post(f"/rewards/{reward}/pay", form_id=str(uuid4()), **paid).status_code == 303
        )
        answer = person.post("/rewards/decide", form_id=str(uuid4()), **approved)
        assert answer.status_code == 422
