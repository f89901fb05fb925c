"""What is taken away as a workbook can be reckoned with: amounts, numbers, days and moments are
what they are, in every table there is; what is no quantity stays text."""

import csv
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from crm.clock import now_us
from crm.copies.tables import COPY_ROW
from crm.disputes.register import Reply, Said, answer_dispute, say_dispute
from crm.people.tables import CARD
from crm.reward_desk.orders import Payer
from crm.reward_desk.queries import desk_rows
from crm.reward_desk.register import order_file
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import reading
from crm.watch.finding import BURST
from crm.watch.queries import findings
from crm.watch.register import let_go_on
from streams.embedded.worker import Worker
from tests.integration.web.acting import fill_in
from tests.integration.web.person_events import event
from tests.integration.web.reward_sites import member, reach_every_day, reward_of, sale
from tests.integration.web.sites import (
    RunningSite,
    activity_today,
    entered,
    invent_season,
    running,
    today,
    token_in,
)
from tests.integration.web.workbooks import named_tables

MONEY, NUMBER, DAY, MOMENT = "#,##0.00", "#,##0", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
TABLES = {
    "accounts": ("/accounts", {"since": DAY}),
    "tokens": ("/tokens", {"since": DAY}),
    "payment_files": (
        "/rewards/files",
        {
            "made": MOMENT,
            "amount": MONEY,
            **dict.fromkeys(("lines", "ordered", "telling", "paid", "failed"), NUMBER),
        },
    ),
    "members": ("/members", {}),
    "recalls": ("/recalls", {"since": DAY, "due": DAY}),
    "dealers": ("/dealers", {"rows": NUMBER, "open": NUMBER, "overdue": NUMBER}),
    "bases": ("/dealers/D01/bases", {"on": DAY, "since": MOMENT, "expires": DAY}),
    "own-events": ("/said/unsettled", {"received": MOMENT}),
    "rights": ("/rights", {"received": DAY, "due": DAY, "answered": DAY}),
    "disputes": ("/disputes", {"said": DAY, "due": DAY, "answered": DAY}),
    "statement": (
        "/statements",
        {"rewards": NUMBER, **dict.fromkeys(("held", "payable", "settled", "paid", "owed"), MONEY)},
    ),
    "earned": (
        "/members/CL0001/earned",
        {
            "rewards": NUMBER,
            **dict.fromkeys(("held", "payable", "settled", "whole", "paid"), MONEY),
        },
    ),
    "expected": ("/activities/A-soon/expected", {"when": MOMENT}),
    "components": ("/components", {"n": NUMBER}),
    "people": ("/people", {}),
    "transfers": ("/transfers?year={year}", {"on": DAY, "value": MONEY}),
    "follow-ups": ("/follow-ups", {"due": DAY, "late": NUMBER}),
    "audit": ("/audit", {"at": MOMENT}),
    "findings": ("/watch", {"day": DAY, "count": NUMBER, "decided_on": DAY}),
    "events": ("/events", {"received": MOMENT}),
    "activities": ("/activities", {"starts": MOMENT, "reached": NUMBER, "cards": NUMBER}),
    "rewards": (
        "/rewards?state=alarms",
        {
            **dict.fromkeys(("bought", "until"), DAY),
            **dict.fromkeys(("units", "returned", "rule"), NUMBER),
            **dict.fromkeys(("amount", "open", "owes", "paid", "back", "set_off"), MONEY),
        },
    ),
}
"""The name of a table → where its file is, and the columns that hold quantities."""
OWN = ("own-events",)
"""Tables that hold what of the own words is not recorded: nothing here."""
ACTS = ("act",)
"""Columns that tell nothing: buttons."""
TEXT_ALONE = frozenset({"letter_people"})
"""Tables of names, phones and words, which hold no quantity."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("season")
    invent_season(folder, people=60)
    with running(folder) as site:
        site.user("office", "headquarters")
        Worker(site.site.engine, site.site.keyring).until_idle()
        site.token()
        soon = activity_today("A-soon")
        soon["data"] |= {"starts_at": f"{today() + timedelta(days=3)}T09:00:00+08:00"}
        site.accept(soon)
        for client in entered(site, "office"):
            _be_busy(site, client)
            yield client


def _be_busy(site: RunningSite, office: httpx.Client) -> None:
    """Somebody is invited, asks for something, disputes; rows of a dealer are recalled."""
    with reading(site.site.engine) as connection:
        held = select(COPY_ROW.c.dealer).group_by(COPY_ROW.c.dealer).order_by(func.count().desc())
        dealer = connection.execute(held.limit(1)).scalar_one()
        cards = [row.card_id for row in connection.execute(select(CARD.c.card_id).limit(30))]
    site.user("shop", "dealer", dealer)
    for shop in entered(site, "shop"):
        assert shop.get("/copy").status_code == 200
    site.accept(*(event("consent.withdrawn", each, purpose="archive") for each in cards[:29]))
    asked = {"name": cards[29], "kind": "know", "asked_by": "self", "channel": "phone"}
    asked |= {
        "received_on": today().isoformat(),
        "form_token": token_in(office.get("/rights").text),
    }
    assert office.post("/rights", data=asked).status_code == 303
    look = {"step": "send", "asked_only": "", "text": "王"}
    assert fill_in(office, "/invite?to=A-soon", look, "/invite").status_code == 303
    _make_a_payment_file(site, office)
    disputed = Said(str(uuid4()), "CL0001", None, "少算了")
    for_desk = site.site.engine, site.site.keyring
    say_dispute(*for_desk, disputed, now_us())
    answer_dispute(*for_desk, disputed.dispute_id, Reply("declined", "没有少", "law"), now_us())
    bought = [each for n in range(BURST) for each in sale(n, "M-busy")]
    site.accept(*member("M-busy"), *bought)
    with reading(site.site.engine) as connection:
        (burst,) = (
            each for each in findings(HEADQUARTERS_SCOPE, connection) if each.member == "M-busy"
        )
    let_go_on(site.site.engine, burst.key, "law", now_us())


def _make_a_payment_file(site: RunningSite, office: httpx.Client) -> None:
    """Of one reward, which somebody else had approved."""
    site.accept(*member("M-paid"), *sale(90, "M-paid"))
    reward = reward_of(90, "M-paid")
    asked = {"word": "approved", "reward": reward, "form_id": str(uuid4())}
    asked["form_token"] = token_in(office.get("/rights").text)
    assert office.post("/rewards/decide", data=asked).status_code == 303
    reach_every_day(site)
    with reading(site.site.engine) as connection:
        rows = desk_rows(HEADQUARTERS_SCOPE, connection, [reward])
    order_file(site.site.engine, Payer("u-pay", "/phones/u-pay", now_us()), rows)


def path_of(name: str) -> str:
    """Where a table is. year: of the season's half year the one that surely holds some of it, in
    January too."""
    return TABLES[name][0].format(year=(today() - timedelta(days=90)).year)


def sheet_of(office: httpx.Client, name: str) -> tuple[list[str], list[dict[str, Any]], list[Any]]:
    """The keys of a table's columns, the rows of its workbook by key, and the rows as CSV."""
    path = path_of(name)
    page = office.get(path).text
    keys = re.findall(r'name="col" value="([^"]+)"', page) or dict(named_tables())[name]
    asked = {"col": keys, "form_token": token_in(page)}
    by_post = 'class="grid-form wide" method="post"' in page

    def taken(kind: str) -> httpx.Response:
        if by_post:
            return office.post(path, data={**asked, "file": kind})
        joined = "&".join(["", *(f"col={key}" for key in keys), f"file={kind}"])
        return office.get(path + ("" if "?" in path else "?") + joined)

    sheet = load_workbook(BytesIO(taken("xlsx").content)).active
    assert sheet is not None
    told = [key for key in keys if key not in ACTS]
    rows = [dict(zip(told, row, strict=True)) for row in sheet.iter_rows(min_row=2)]
    text = taken("csv").text.removeprefix("\ufeff")
    return told, rows, list(csv.reader(StringIO(text)))[1:]


def test_every_table_that_pages_describe_is_looked_at_here() -> None:
    assert {name for name, _ in named_tables()} == set(TABLES) | TEXT_ALONE


@pytest.mark.parametrize("name", TABLES)
def test_a_workbooks_amounts_numbers_days_and_moments_are_no_texts_and_its_csv_says_the_same(
    office: httpx.Client, name: str
) -> None:
    quantities = TABLES[name][1]
    keys, rows, texts = sheet_of(office, name)
    assert rows or name in OWN
    assert set(quantities) <= set(keys)
    for row in rows:
        for key, cell in row.items():
            wanted = (quantities[key], "nd") if key in quantities else ("@", "s")
            is_so = cell.number_format == wanted[0] and cell.data_type in wanted[1]
            assert cell.value in (None, "") or is_so, (key, cell.value, cell.number_format)
    # That a file was taken away is the latest of what the next one tells.
    assert len(rows) == len(texts) - (name == "audit")
    for row, text in zip(rows, texts[-len(rows) :], strict=True):
        for (key, cell), said in zip(row.items(), text, strict=True):
            if quantities.get(key) == MONEY:
                assert said == f"{cell.value:.2f}"
            elif quantities.get(key) == DAY and cell.value:
                assert isinstance(cell.value, datetime) and said == f"{cell.value:%Y-%m-%d}"
            elif quantities.get(key) == MOMENT:
                assert isinstance(cell.value, datetime) and f"{cell.value:%H:%M}" in said


def test_the_register_calls_a_reward_by_its_number_on_the_page_and_in_its_file(
    office: httpx.Client,
) -> None:
    page = office.get(path_of("transfers")).text
    shown = re.findall(r'<a href="/rewards/[0-9a-f-]{36}">(奖励 [0-9A-F]{8})</a>', page)
    _, rows, texts = sheet_of(office, "transfers")
    told = [row["item"].value for row in rows if row["form"].value == "奖励"]
    assert shown and told == shown == [text[6] for text in texts if text[6].startswith("奖励 ")]


def test_the_register_says_which_of_its_files_name_people_in_full(office: httpx.Client) -> None:
    page = office.get(path_of("transfers")).text
    assert "这张表和它的 CSV、Excel 遮住姓名" in page and "写全名的只有上面两份" in page
    _, rows, _ = sheet_of(office, "transfers")
    assert all("*" in row["name"].value for row in rows)
