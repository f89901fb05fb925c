"""One bank account for several members: known by the bank's answer, as a digest, until decided."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from crm.watch.finding import Finding
from crm.watch.queries import findings, watched
from crm.watch.tables import PAID_ACCOUNT
from tests.integration.web.reward_sites import (
    event,
    member,
    reach_every_day,
    reward_of,
    sale,
    signed_in,
)
from tests.integration.web.sites import RunningSite, running

ACCOUNT, OTHER_ACCOUNT = "6222020200112233445", "6217000010002000300"
SALES = {"M1": (0, 1), "M2": (2, 3), "M3": (4,), "M4": (5, 6)}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """M1, M2 and M4 of three pharmacies, M3 of that of M1; M4 is a patient too. All approved."""
    folder: Path = tmp_path_factory.mktemp("accounts")
    with running(folder) as site:
        site.user("chief", "headquarters")
        site.user("checker", "compliance")
        site.user("payer", "finance")
        events = sale(90, "M9")[:1]
        for code, institution in (("M1", "甲"), ("M2", "乙"), ("M3", "甲"), ("M4", "丙")):
            enrolled, trained = member(code)
            own = {"card_id": "C90"} if code == "M4" else {}
            data = {**enrolled["data"], "institution": f"{institution}药店", **own}
            events += [{**enrolled, "data": data}, trained]
        for code, numbers in SALES.items():
            for n in numbers:
                events += sale(n, code, days_ago=45 + n)
        site.accept(*events)
        reach_every_day(site)
        with signed_in(site, "chief") as person:
            rewards = [reward_of(n, code) for code, numbers in SALES.items() for n in numbers]
            fields = {"form_id": str(uuid4()), "word": "approved", "reward": rewards}
            assert person.post("/rewards/decide", **fields).status_code == 303
        site.work()
        yield site


def ordered(site: RunningSite, members: Iterable[str], place: int) -> tuple[str, list[list[str]]]:
    """(address, cells) of a file with one reward of each member."""
    with signed_in(site, "payer") as person:
        rewards = [reward_of(SALES[code][place], code) for code in members]
        made = person.post("/rewards/files", reward=rewards)
        assert made.status_code == 303, made.text
        path = made.headers["location"]
        text = person.get(f"{path}/csv").content.decode("utf-8-sig")
    return path, [line.split(",") for line in text.splitlines()]


def answered(site: RunningSite, file: tuple[str, list[list[str]]], accounts: dict[str, str]) -> str:
    """The page after the bank's answer: all was paid, into these accounts by member."""
    path, (heading, *lines) = file
    account, code = heading.index("收款账户"), heading.index("会员编号")
    said = [",".join([*heading, "结果"])]
    for line in lines:
        into = accounts[line[code]]
        said.append(",".join([*line[:account], into, *line[account + 1 :], "成功"]))
    with signed_in(site, "payer") as person:
        page = person.post(f"{path}/answer", answer="\n".join(said)).text
    site.work()
    return page


def paid_into(site: RunningSite, accounts: dict[str, str], place: int = 0) -> str:
    """A reward of each member ordered and paid; returns the page of the answer."""
    return answered(site, ordered(site, accounts, place), accounts)


def found(site: RunningSite) -> dict[str, Finding]:
    with reading(site.site.engine) as connection:
        told = findings(HEADQUARTERS_SCOPE, connection)
    return {each.member: each for each in told if each.kind == "one_account"}


def test_two_pharmacies_paid_into_one_account_are_held_until_somebody_has_looked(
    desk: RunningSite,
) -> None:
    page = paid_into(desk, {"M1": ACCOUNT, "M2": "6222 0202 0011 2233 445", "M3": ACCOUNT})
    assert "3 笔认得出" in page and ACCOUNT not in page
    told = found(desk)
    assert {code: each.others for code, each in told.items()} == {
        "M1": ("M2",),
        "M2": ("M1", "M3"),
        "M3": ("M2",),
    }
    open_one = reward_of(SALES["M1"][1], "M1")
    assert open_one in told["M1"].reward_ids
    with reading(desk.site.engine) as connection:
        assert open_one in watched(HEADQUARTERS_SCOPE, connection, ["M1"])
    with signed_in(desk, "payer") as person:
        assert person.post("/rewards/files", reward=[open_one]).status_code == 409
    with signed_in(desk, "checker") as person:
        page = person.get("/watch").text
        assert "M2 的奖励和 M1、M3 的付进了同一个银行账户" in page
        assert told["M2"].references[0] in page
        assert person.post("/watch/decide", key=told["M1"].key).status_code == 303
    with reading(desk.site.engine) as connection:
        assert open_one not in watched(HEADQUARTERS_SCOPE, connection, ["M1"])
        assert watched(HEADQUARTERS_SCOPE, connection, ["M2"])


def test_what_was_decided_of_an_account_holds_for_later_payments_but_not_for_another_member(
    desk: RunningSite,
) -> None:
    paid_into(desk, {"M1": ACCOUNT}, 1)
    assert found(desk)["M1"].decided_by
    paid_into(desk, {"M4": ACCOUNT})
    assert found(desk)["M1"].others == ("M2", "M4")
    assert found(desk)["M1"].decided_by is None


def test_a_masked_account_is_said_to_be_so_and_told_again_in_full_it_is_noted(
    desk: RunningSite,
) -> None:
    with signed_in(desk, "checker") as person:
        for each in found(desk).values():
            person.post("/watch/decide", key=each.key)
    file = ordered(desk, ["M2"], 1)
    assert "1 笔的账号带星号或看不全" in answered(desk, file, {"M2": "6217****0300"})
    of_m2 = select(func.count()).where(PAID_ACCOUNT.c.member == "M2")
    with reading(desk.site.engine) as connection:
        before = connection.execute(of_m2).scalar_one()
    assert "1 笔认得出" in answered(desk, file, {"M2": OTHER_ACCOUNT})
    assert "之前已经记过" in answered(desk, file, {"M2": ACCOUNT})
    with reading(desk.site.engine) as connection:
        assert connection.execute(of_m2).scalar_one() == before + 1


def test_no_account_stands_in_the_files_and_nothing_of_whose_card_is_erased(
    desk: RunningSite,
) -> None:
    of_m4 = select(PAID_ACCOUNT.c.order_id).where(PAID_ACCOUNT.c.member == "M4")
    with reading(desk.site.engine) as connection:
        assert connection.execute(of_m4).all()
    folder = Path(desk.site.engine.url.database or "").parent
    assert all(ACCOUNT.encode() not in file.read_bytes() for file in folder.glob("*.db*"))
    desk.accept(event("card.erased", "card/C90", {"card_id": "C90", "reason_code": "asked"}, 0))
    with reading(desk.site.engine) as connection:
        assert not connection.execute(of_m4).all()
    paid_into(desk, {"M4": OTHER_ACCOUNT}, 1)
    with reading(desk.site.engine) as connection:
        assert not connection.execute(of_m4).all()
