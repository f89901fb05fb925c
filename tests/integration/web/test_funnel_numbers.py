"""Every number of the funnels' pages is the length of the list behind it, and the same everywhere.

Over funnels as people save them, by every breakdown, for whoever looks.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from io import BytesIO, StringIO
from itertools import count, pairwise
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from campaigns.season import SEASON_DAYS
from crm.clock import now_us
from crm.funnels.definition import ChainKind, EntryRule
from crm.funnels.document import Document
from crm.funnels.few import is_few
from crm.funnels.fields import DIMENSIONS
from crm.funnels.own_copy import NOT_IN_COPIES
from crm.funnels.queries import OUTCOME_CHAIN, Funnels
from crm.funnels.register import Owner, save_funnel
from crm.invitations.queries import cards_that_stand
from crm.scope import HEADQUARTERS_SCOPE, Scope, dealer_scope
from crm.storage.database import reading
from crm.web.view.funnel_words import dimension_word
from streams.embedded.worker import Worker
from tests.integration.feed.dealers import event
from tests.integration.web.sites import (
    RunningSite,
    invent_season,
    running,
    sign_in,
    today,
    token_in,
)
from tests.profiles import examples

STEPS = (
    *("activity.attended", "activity.attended:kind=free_clinic", "clinic.consulted"),
    *("consent.given:purpose=archive", "trial.started", "trial.ended", "follow_up.done"),
    *("purchase.made", "referral.received", "referral.given"),
)
SCOPES = {"office": HEADQUARTERS_SCOPE, "shop": dealer_scope("D01")}
NAMES = (f"存好的第 {number} 个" for number in count(1))
_LISTS = 5
"""So many lists of a page are opened, beside those of its steps."""

Cell = tuple[str, str]
"""A cell of a table: what stands there, and where it leads."""


@dataclass(frozen=True)
class House:
    """A site with whoever looks at its funnels signed in."""

    site: RunningSite
    actors: dict[str, str]
    clients: dict[str, httpx.Client]

    def saved(self, name: str, scope: Scope, document: Document) -> str:
        """The address of a funnel that somebody saves and shares."""
        owner = Owner(scope, self.actors[name], now_us())
        found = save_funnel(self.site.site.engine, owner, next(NAMES), document, shared=True)
        return f"saved={found.funnel_id}"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("season")
    invent_season(folder, people=80)
    with running(folder) as site:
        Worker(site.site.engine, site.site.keyring).until_idle()
        _be_odd(site)
        actors = {"office": site.user("office", "headquarters")}
        actors["market"] = site.user("market", "marketing")
        actors["shop"] = site.user("shop", "dealer", "D01")
        clients = {name: site.client() for name in actors}
        for name, client in clients.items():
            assert sign_in(client, name).status_code == 303
        yield House(site, actors, clients)
        for client in clients.values():
            client.close()


def _be_odd(site: RunningSite) -> None:
    """Of those who came one is erased, one restricted, and two turn out to be one."""
    document = Document(STEPS[:1], last_days=SEASON_DAYS + 1)
    columns = Funnels(site.site.engine)
    with columns.columns_now(HEADQUARTERS_SCOPE) as found:
        assert len(found.people) > 20
    people = columns.answer(HEADQUARTERS_SCOPE, document.funnel(today())).people[0]
    cards = _cards_of(site, sorted(people)[:4])
    withdrawn = {"card_id": cards[1], "purpose": "archive"}
    same = {"card_id": cards[2], "other_card_id": cards[3], "reason_code": "asked"}
    site.accept(
        event("consent.withdrawn", f"card/{cards[1]}", withdrawn),
        event("identity.same", f"card/{cards[2]}", same),
        event("card.erased", f"card/{cards[0]}", {"card_id": cards[0], "reason_code": "asked"}),
    )


def _cards_of(site: RunningSite, people: list[str]) -> list[str]:
    with reading(site.site.engine) as connection:
        return [cards_that_stand(HEADQUARTERS_SCOPE, connection, [each])[0] for each in people]


@st.composite
def documents(draw: st.DrawFn, dimensions: tuple[str, ...] = DIMENSIONS) -> Document:
    """A funnel as people save it."""
    return Document(
        tuple(draw(st.lists(st.sampled_from(STEPS), min_size=2, max_size=5))),
        draw(st.sampled_from(("7d", "60d", "48h", "2y"))),
        last_days=draw(st.sampled_from((30, 120, SEASON_DAYS + 1))),
        kind=draw(st.sampled_from(list(ChainKind))),
        entry=draw(st.sampled_from(list(EntryRule))),
        by=tuple(draw(st.lists(st.sampled_from(dimensions), max_size=3, unique=True))),
        without=tuple(draw(st.lists(st.sampled_from(("complaint.raised", STEPS[2])), max_size=1))),
        compare=draw(st.sampled_from(("", "before"))),
    )


def tables(page: str) -> Iterator[list[list[Cell]]]:
    """The tables of a page, by rows: the text of each cell and the address of its first link."""
    for table in re.findall(r'<table class="figures">(.*?)</table>', page, re.DOTALL):
        yield [
            [_cell(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
            for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
        ]


def _cell(inside: str) -> Cell:
    href = re.search(r'<a href="([^"]+)"', inside)
    words = re.sub(r"<small>.*?</small>", "", inside, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", words)).strip(), unescape(href[1]) if href else ""


def number(text: str) -> int | None:
    """A number of a page; None: it is none."""
    plain = text.replace(",", "")
    return int(plain) if plain.isdecimal() else None


def linked(page: str) -> list[tuple[int, str]]:
    """Each number of a page that leads to a list, and where."""
    cells = (cell for table in tables(page) for row in table for cell in row)
    found = [(number(text.partition(" ")[0]), href) for text, href in cells if "/people?" in href]
    assert all(each is not None for each, _ in found)
    return [(each or 0, href) for each, href in found]


def length_of_list(client: httpx.Client, href: str, *, by_rows: bool) -> int:
    """How many people a list holds, counted one by one, whatever its heading says."""
    page = client.get(href)
    assert page.status_code == 200, href
    said = re.search(r"<h1>[^<]*<small>([\d,]+)</small>", page.text)
    assert said is not None
    if by_rows:
        keys = re.findall(r'href="/copy/row/([^"]+)"', page.text)
        more, at = "下一页" in page.text, 2
        while more:
            text = client.get(f"{href}&page={at}").text
            keys += re.findall(r'href="/copy/row/([^"]+)"', text)
            more, at = "下一页" in text, at + 1
        assert len(set(keys)) == len(keys) == number(said[1])
        return len(keys)
    form = {"form_token": token_in(page.text), "file": "csv"}
    rows = list(csv.reader(StringIO(client.post(href, data=form).text)))[1:]
    assert len(rows) == number(said[1])
    return len(rows)


def in_the_file(client: httpx.Client, query: str) -> list[list[str]]:
    """The rows of the table that is taken away; those for Excel say the same."""
    rows = list(csv.reader(StringIO(client.get(f"/funnels.csv?{query}").text.lstrip("\ufeff"))))
    book = load_workbook(BytesIO(client.get(f"/funnels.xlsx?{query}").content))
    cells = [["" if cell is None else str(cell) for cell in row] for row in book.active.values]
    for row, beside in zip(rows, cells, strict=True):
        whole = [number(cell) for cell in row]
        assert whole == [
            None if each is None else number(cell)
            for each, cell in zip(whole, beside, strict=False)
        ]
    return rows


def assert_the_file_says_what_the_page_says(page: str, rows: list[list[str]], steps: int) -> None:
    """The steps, what stopped there, and every group of every breakdown."""
    found = list(tables(page))
    head = next(at for at, row in enumerate(rows) if len(row) > 5 and row[5] == "到此为止")
    for (label, *cells), row in zip(found[0][1:], rows[head + 1 :], strict=False):
        assert label[0].split(" ", 1)[1] == row[0]
        assert cells[0][0].replace(",", "") == row[1]
        assert number(cells[3][0]) == number(row[5]) or row == rows[head + steps]
    for table in found[1:]:
        word = table[0][0][0]
        if word == "步骤":
            continue
        start = next(at for at, row in enumerate(rows) if row[:1] == [word])
        for (label, *cells), row in zip(table[1:], rows[start + 1 :], strict=False):
            told = [text.replace(",", "") for text, _ in cells[:steps]]
            assert [label[0], *told] == row[: steps + 1]


@given(st.data())
@examples(0.3)
def test_every_number_of_a_page_is_the_length_of_its_list(
    house: House, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(SCOPES)))
    known = tuple(each for each in DIMENSIONS if name == "office" or each not in NOT_IN_COPIES)
    document = data.draw(documents(known))
    query, client = house.saved(name, SCOPES[name], document), house.clients[name]
    page = client.get(f"/funnels?{query}&groups=all").text
    numbers, steps = linked(page), len(document.steps)
    chosen = [*numbers[: 2 * steps]]
    chosen += [each for each in numbers if "&day=" in each[1]]
    if len(numbers) > len(chosen):
        chosen += data.draw(st.lists(st.sampled_from(numbers), max_size=_LISTS))
    for told, href in chosen:
        assert length_of_list(client, href, by_rows=name == "shop") == told, href
    assert_the_file_says_what_the_page_says(page, in_the_file(client, query), steps)


@given(documents())
@examples(0.4)
def test_who_sees_no_names_hears_the_same_numbers_or_none_and_of_few_none(
    house: House, document: Document
) -> None:
    """Not of few who reached a step, not of few who stopped between two, and no list."""
    query, market = house.saved("office", HEADQUARTERS_SCOPE, document), house.clients["market"]
    page = market.get(f"/funnels?{query}&groups=all").text
    steps = len(document.steps)
    assert not linked(page) and market.get(f"/funnels/people?{query}&at=1").status_code == 403
    assert_the_file_says_what_the_page_says(page, in_the_file(market, query), steps)
    seen = list(tables(house.clients["office"].get(f"/funnels?{query}&groups=all").text))
    counts = [number(cells[1][0]) for cells in seen[0][1:]]
    told = [number(cells[1][0]) for cells in next(tables(page))[1:]]
    assert_of_few_nothing(told, counts)
    of_groups = {
        (table[0][0][0], cells[0][0]): cells[1 : steps + 1] for table in seen for cells in table[1:]
    }
    for table in tables(page):
        word = table[0][0][0]
        for label, *cells in table[1:] if word != "步骤" else ():
            known = [number(text) for text, _ in of_groups[word, label[0]]]
            assert_of_few_nothing([number(text) for text, _ in cells[:steps]], known)


def assert_of_few_nothing(told: list[int | None], known: list[int | None]) -> None:
    """What is told is what is known, and lies far enough apart."""
    assert all(each in (None, beside) for each, beside in zip(told, known, strict=True))
    numbers = [*(each for each in told if each is not None), 0]
    assert not any(map(is_few, numbers))
    assert not any(is_few(one - other) for one, other in pairwise(numbers))


@given(documents())
@examples(0.4)
def test_the_command_says_what_the_page_says(house: House, document: Document) -> None:
    query = house.saved("office", HEADQUARTERS_SCOPE, document)
    found = tables(house.clients["office"].get(f"/funnels?{query}&groups=all").text)
    by_word = {table[0][0][0]: table[1:] for table in found if table[0][0][0] != "步骤"}
    funnels = Funnels(house.site.site.engine)
    for name in document.by:
        asked = replace(document.funnel(today()), by=name)
        result = funnels.answer(HEADQUARTERS_SCOPE, asked)
        rows = by_word[dimension_word(name, "zh-CN")]
        told = [[number(text) for text, _ in cells[1 : len(asked.steps) + 1]] for cells in rows]
        known = [[step.people for step in group.steps] for group in result.groups]
        assert told[: len(known)] == known
        # After them those of whom the period that it is compared with alone tells.
        gone = told[len(known) :]
        assert not any(map(any, gone)) and (document.compare or not gone)


@given(st.data())
@examples(0.2)
def test_a_saved_group_has_as_many_as_stood_behind_the_number(
    house: House, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(SCOPES)))
    known = tuple(each for each in DIMENSIONS if name == "office" or each not in NOT_IN_COPIES)
    document, client = data.draw(documents(known)), house.clients[name]
    page = client.get(f"/funnels?{house.saved(name, SCOPES[name], document)}&groups=all").text
    told, href = data.draw(st.sampled_from([e for e in linked(page) if "&day=" not in e[1]]))
    called = next(NAMES)
    form = {"form_token": token_in(page), "query": href.partition("?")[2], "name": called}
    address = client.post("/segments", data=form).headers["location"]
    assert length_of_list(client, address, by_rows=name == "shop") == told
    shelf = client.get("/segments").text.partition(f">{called}")[2]
    assert re.search(r'class="end">([\d,]+) 人', shelf)[1] == f"{told:,}"  # type: ignore[index]


@pytest.mark.parametrize("days", [30, 91, 182])
def test_the_numbers_of_the_overview_are_the_lengths_of_their_lists(
    house: House, days: int
) -> None:
    client = house.clients["office"]
    page = client.get(f"/?days={days}").text
    found = re.findall(r'<a href="(/season/[^"]+)">.*?text-anchor="end"[^>]*>([\d,]+)', page, re.S)
    assert len(found) == len(OUTCOME_CHAIN)
    for href, told in found:
        assert length_of_list(client, unescape(href), by_rows=False) == number(told)
