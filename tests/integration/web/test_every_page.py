"""What holds of every page, opened by everybody who finds a way to it.

What stands on it is in words: no day as machines write it, no code of an event or a field, no
dealer by its code alone; in English it has English marks and capitals, and of one thing it does
not speak as of many. What it asks of the database costs what it shows, not what there is.
"""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as listened

from campaigns.sheets.model import NOTICE_VERSION
from crm.accounts.roles import ROLES, AccountRole
from crm.copies.queries import dealer_names
from crm.journal.events import JOURNAL, decode
from crm.storage.database import reading
from crm.web.view.event_view import said_fields
from streams.embedded.worker import Worker
from tests.integration.web.roles import pages
from tests.integration.web.sites import RunningSite, invent_season, running, sign_in

DAY = re.compile(r"\b\d{4}-\d\d(?:-\d\d)?\b")
CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b|\b(?:[a-z]+\.)+[a-z]+(?:\.v\d)?\b|\bzh-(?:CN|TW)\b")
FOR_MACHINES = ("/docs",)
"""Pages that tell whoever writes programs what to send."""
AS_IT_IS = re.compile(
    r"<(script|style|template|datalist|code|pre|textarea)\b.*?</\1>|[\w.]+@[\w.]+|例如 [\d-]+", re.S
)
"""What is told as it is: codes that are marked so, typed documents, mail addresses, what is
given as an example of what is typed."""
_KINDS_OF_A_ROLE = 90
LARGE = (
    *("journal", "outcome", "card", "link", "person", "tie"),
    *("copy_row", "dealer_change", "claim"),
)
"""Tables that grow with every person and every event."""
_WALKS_OVER = re.compile(rf"SCAN (?:{'|'.join(LARGE)})\b(?!.* USING )")
WALKED_OVER = {
    "person.restricted = 1 ORDER BY": "compliance looks through all who are restricted",
    "WHERE card.erased IS 0": "how many cards there are to be matched, for headquarters",
    "WHERE link.decided_by =": "how many of them the weights have joined, for headquarters",
    "LEFT OUTER JOIN outcome ON": "a page of the journal, from its end: as far as its limit",
}
"""A part of a statement that may walk over a table, and why."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    folder: Path = tmp_path_factory.mktemp("season")
    invent_season(folder, people=60)
    with running(folder) as started:
        for place, (role, line) in enumerate(ROLES.items()):
            started.user(f"u{place}", role, "D01" if line.of_dealer else None)
        Worker(started.site.engine, started.site.keyring).until_idle()
        yield started


def shown(page: str) -> str:
    """What a reader sees of the main part; each element by itself."""
    main = page.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    text = unescape(re.sub(r"<[^>]+>", "\n", AS_IT_IS.sub("\n", main)))
    return text.replace(NOTICE_VERSION, "")


def raw_in(text: str) -> list[str]:
    return [
        " ".join(text[max(0, found.start() - 30) : found.end() + 20].split())
        for pattern in (DAY, CODE)
        for found in pattern.finditer(text)
    ]


ENGLISH = {"accept-language": "en"}
_INLINE = re.compile(r"</?(?:a|b|small|span|strong|button|label|em|input)\b[^>]*>")
_MARK = re.compile(r"[A-Za-z0-9%)] ?[，。：；、（）]|[，。：；、（）] ?[A-Za-z0-9(]")
_ONE_OF_MANY = re.compile(r"(?<![\d.,:/-])1 (?:people|[a-z]{2,}[^s\W]s)\b")


def not_english_in(page: str) -> list[str]:
    """Chinese marks in English sentences, `1 days`, and what was to be counted and is not."""
    main = page.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    text = unescape(re.sub(r"<[^>]+>", "\n", _INLINE.sub("", AS_IT_IS.sub("\n", main))))
    return [
        " ".join(text[max(0, found.start() - 40) : found.end() + 20].split())
        for pattern in (_MARK, _ONE_OF_MANY, re.compile("⟦"))
        for found in pattern.finditer(text)
    ] + re.findall(r".{40}u27e6.{20}", page)


_CHOICE = re.compile(r"<(?:option|button)\b[^>]*>(?:\s|<[^>]*>)*([a-z][^<]*)")
_SIGN_IN_NAME = re.compile(r"u\d+\s*")


def begun_small_in(page: str) -> list[str]:
    """Choices and buttons in English without a capital; who signs in is called as they typed it."""
    return [told for told in _CHOICE.findall(page) if not _SIGN_IN_NAME.fullmatch(told)]


_BLOCK = re.compile(r"</?(?:li|tr|td|th|p|dd|dt|h\d|option|div|summary|legend)\b[^>]*>")
_DEALER = re.compile(r"(?<![\w/-])D\d\d\b(?!-)")
_TO_BE_TYPED = "经销商="


def alone_in(page: str, dealers: Mapping[str, str]) -> list[str]:
    """Codes of dealers without the name beside them, but where they are told to be typed."""
    main = page.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    texts = (" ".join(re.sub(r"<[^>]+>", " ", block).split()) for block in _BLOCK.split(main))
    return [
        text[:120]
        for text in map(unescape, texts)
        for code in _DEALER.findall(text)
        if dealers.get(code, code) not in text and _TO_BE_TYPED not in text
    ]


def _kind(path: str) -> str:
    return re.sub(r"/[0-9a-f-]{12,}|/[A-Z]{1,3}-?[A-Z0-9-]+|(?<==)[^&]*", "*", path)


@pytest.mark.parametrize("role", ROLES)
def test_a_page_tells_days_codes_and_dealers_in_words_and_walks_over_no_table_that_grows(
    site: RunningSite, role: AccountRole
) -> None:
    with reading(site.site.engine) as connection:
        dealers = dealer_names(connection)
    wrong: list[str] = []
    asked: dict[str, tuple[str, Any]] = {}
    seen: set[str] = set()
    path = ""

    def keep(*told: Any) -> None:
        asked.setdefault(told[2], (path, told[3]))

    listened.listen(site.site.engine, "before_cursor_execute", keep)
    try:
        with site.client() as client:
            sign_in(client, f"u{list(ROLES).index(role)}")
            waiting = ["/", *(path for way, path in pages() if way == "GET" and "{" not in path)]
            while waiting and len(seen) < _KINDS_OF_A_ROLE:
                path = waiting.pop(0)
                if _kind(path) in seen or path.startswith(FOR_MACHINES):
                    continue
                seen.add(_kind(path))
                answer = client.get(path, follow_redirects=True)
                if answer.status_code != 200 or "html" not in answer.headers["content-type"]:
                    continue
                wrong += [f"{path}: {told}" for told in raw_in(shown(answer.text))]
                wrong += [f"{path}: {told}" for told in alone_in(answer.text, dealers)]
                english = client.get(path, headers=ENGLISH, follow_redirects=True).text
                told_badly = not_english_in(english) + begun_small_in(english)
                wrong += [f"{path}: {told}" for told in told_badly]
                links = re.findall(r'<a [^>]*href="(/[^"#]*)"', answer.text)
                waiting += [unescape(link) for link in links if "download" not in link]
    finally:
        listened.remove(site.site.engine, "before_cursor_execute", keep)
    assert not wrong, "\n".join(wrong)
    assert len(seen) > 10
    walks = "\n".join(walks_over(site, asked))
    assert not walks, walks


def walks_over(site: RunningSite, asked: dict[str, tuple[str, Any]]) -> Iterator[str]:
    """Statements that read a large table from one end to the other, without an index."""
    with reading(site.site.engine) as connection:
        for statement, (path, parameters) in asked.items():
            is_known = any(part in statement for part in WALKED_OVER)
            if is_known or not statement.startswith(("SELECT", "WITH")):
                continue
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            scans = [row.detail for row in plan if _WALKS_OVER.match(row.detail)]
            if scans:
                yield f"{path}: {scans}: {' '.join(statement.split())}"


def test_what_an_event_said_is_told_without_codes_and_days_of_machines(site: RunningSite) -> None:
    with reading(site.site.engine) as connection:
        rows = list(connection.execute(JOURNAL.select()))
    wrong: set[str] = set()
    types: set[str] = set()
    for event in decode(rows, site.site.keyring):
        if event.type_name in types and event.type_name != "activity.planned":
            continue
        types.add(event.type_name)
        for field in said_fields(event, "zh-CN", lambda text: text):
            if not field.href:
                wrong |= {f"{event.type_name} {field.label}: {t}" for t in raw_in(field.text)}
    assert len(types) > 30
    assert sorted(wrong) == []


def test_what_is_looked_for_would_be_found() -> None:
    assert raw_in("自 2026-03-02 起") and raw_in("2026-03") and raw_in("free_clinic")
    assert raw_in("activity.held") and raw_in("jinxi.activity.held.v1") and raw_in("zh-CN zh-TW en")
    assert not raw_in(shown("<main><code>free_clinic</code> 5月3日 a@jinxi.example</main>"))


def test_a_dealer_by_its_code_alone_would_be_found() -> None:
    names = {"D01": "晚晴"}
    assert alone_in("<main><li>D01</li><li>晚晴</li></main>", names) == ["D01"]
    assert alone_in("<main><td><a>D01</a> · 3 行</td></main>", names) == ["D01 · 3 行"]
    assert not alone_in("<main><li>晚晴 <small>D01</small></li><p>写 经销商=D01</main>", names)


def test_what_is_not_english_would_be_found() -> None:
    assert not_english_in("<main>for <b>崔*敏</b>，Thu 9 Jul</main>")
    assert not_english_in("<main>no further。Everybody</main>")
    assert not_english_in("<main><b>1</b> rewards</main>") and not_english_in(
        "<main>1 people</main>"
    )
    assert not not_english_in("<main>健康讲座：护脑 <b>11</b> rewards, 1 reward</main>")


def test_a_choice_without_a_capital_would_be_found() -> None:
    assert begun_small_in('<option value="a">visit</option>') == ["visit"]
    assert begun_small_in("<button><span>reached</span></button>") == ["reached"]
    assert not begun_small_in("<option>u12</option><option>–</option><button>Go</button>")


def test_a_walk_over_a_large_table_would_be_found(site: RunningSite) -> None:
    by_reason = "SELECT changes FROM outcome WHERE reason = ?", ("/", ("card_taken",))
    by_key = "SELECT changes FROM outcome WHERE position = ?", ("/", (1,))
    assert len(list(walks_over(site, dict([by_reason])))) == 1
    assert list(walks_over(site, dict([by_key]))) == []
