"""Pages of a dealer's changes, wherever they are cut: nothing is left out, doubled or out of order.

Rows that stand and rows that were withdrawn are read from two tables and told in one sequence.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from unittest import mock

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, insert

from crm.copies.change_log import ChangeWriter
from crm.copies.changes import ReasonClass
from crm.copies.tables import COPY_ROW, DEALER_CHANGE
from crm.feed import queries
from crm.feed.queries import changes_page
from crm.schema.preparing import prepare
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import open_engine, writing

DEALERS = ("D1", "D2")
UNBOUNDED = 10**9

Word = tuple[str, int, int]
"""Of a dealer's row: how long it is to be, 0 when it is withdrawn."""

WORDS = st.lists(
    st.tuples(st.sampled_from(DEALERS), st.integers(0, 7), st.sampled_from((0, 0, 1, 40, 400))),
    max_size=24,
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database with the newest schema."""
    found = open_engine(f"sqlite:///{tmp_path_factory.mktemp('copies') / 'jinxi.db'}")
    prepare(found)
    yield found
    found.dispose()


@contextmanager
def empty_copies(engine: Engine) -> Iterator[Connection]:
    """Copies of which nobody was told yet."""
    with writing(engine) as connection:
        for table in (COPY_ROW, DEALER_CHANGE):
            connection.execute(delete(table))
        yield connection


def tell(connection: Connection, words: Sequence[Word]) -> dict[str, dict[str, int]]:
    """Write each word in the copy and in the sequence; dealer → key → its last number."""
    writer = ChangeWriter(lambda content: content)
    last: dict[str, dict[str, int]] = {dealer: {} for dealer in DEALERS}
    held: set[tuple[str, str]] = set()
    for number, (dealer, row, length) in enumerate(words, 1):
        row_id = dealer, f"{dealer}-{row}"
        same = (COPY_ROW.c.dealer == dealer) & (COPY_ROW.c.key == row_id[1])
        connection.execute(delete(COPY_ROW).where(same))
        if not length:
            writer.write(connection, {row_id: ReasonClass.CORRECTED}, number, number)
            if row_id in held:
                last[dealer][row_id[1]] = number
                held.remove(row_id)
            continue
        content = orjson.dumps({"key": row_id[1], "said": "x" * length, "version": number})
        values = {"subject": "card/c", "cards": b"[]", "content": content}
        connection.execute(insert(COPY_ROW), [{"dealer": dealer, "key": row_id[1], **values}])
        writer.write(connection, {row_id: content}, number, number)
        last[dealer][row_id[1]] = number
        held.add(row_id)
    return last


def pages(connection: Connection, dealer: str, after: int, limit: int) -> list[list[bytes]]:
    """Every page from a number on, each asked for after the one before; the last one is empty."""
    found = []
    while True:
        page = changes_page(HEADQUARTERS_SCOPE, connection, dealer, after, limit)
        numbers = [orjson.loads(line)["sequence"] for line in page.lines]
        assert all(number > after for number in numbers)
        assert page.next_after == (numbers[-1] if numbers else after)
        found.append(list(page.lines))
        if not numbers:
            return found
        after = page.next_after


@given(words=WORDS, bound=st.sampled_from((UNBOUNDED, 60, 130, 500)))
def test_pages_of_any_size_together_tell_the_last_word_on_every_row_in_order(
    engine: Engine, words: list[Word], bound: int
) -> None:
    with (
        empty_copies(engine) as connection,
        mock.patch.object(queries, "LARGEST_PAGE_BYTES", bound),
    ):
        last = tell(connection, words)
        for dealer in DEALERS:
            wanted = sorted((number, key) for key, number in last[dealer].items())
            for after in (0, *(number for number, _ in wanted)):
                for limit in range(1, len(wanted) + 2):
                    told = pages(connection, dealer, after, limit)
                    changes = [orjson.loads(line) for page in told for line in page]
                    assert [(each["sequence"], each["key"]) for each in changes] == [
                        each for each in wanted if each[0] > after
                    ]
                    assert all(_is_full(page, limit, bound) for page in told[:-2])
                    assert all(_is_bounded(page, limit, bound) for page in told)


def _is_full(page: Sequence[bytes], limit: int, bound: int) -> bool:
    """Whether there was a reason to end it where it ends."""
    return len(page) == limit or sum(map(len, page)) > bound


def _is_bounded(page: Sequence[bytes], limit: int, bound: int) -> bool:
    return len(page) <= limit and sum(map(len, page[:-1])) <= bound


@given(words=WORDS)
def test_a_row_is_told_as_it_stands_and_a_withdrawn_one_without_its_content(
    engine: Engine, words: list[Word]
) -> None:
    with empty_copies(engine) as connection:
        last = tell(connection, words)
        stands = dict(
            connection.execute(
                COPY_ROW.select().with_only_columns(COPY_ROW.c.key, COPY_ROW.c.content)
            ).all()
        )
        for dealer in DEALERS:
            page = changes_page(HEADQUARTERS_SCOPE, connection, dealer, 0, UNBOUNDED)
            for change in map(orjson.loads, page.lines):
                row = stands.get(change["key"])
                assert change.get("row") == (None if row is None else orjson.loads(row))
                assert change["kind"] == ("withdraw" if row is None else "upsert")
            assert len(page.lines) == len(last[dealer])
