"""Touchpoints in a file give other engines the numbers that we give."""

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from crm.funnels.definition import ChainKind, EntryRule, Funnel, parse_step, parse_window
from crm.funnels.elsewhere import NotThere, clickhouse_of
from crm.funnels.queries import Funnels
from crm.scope import HEADQUARTERS_SCOPE
from streams.upkeep.touchpoints import WriterMissing, write_parquet
from tests.installations import Installation, clock
from tests.worlds import FIRST_DAY, make_world

FUNNEL = Funnel(
    (parse_step("activity.attended:kind=free_clinic"), parse_step("purchase.made")),
    FIRST_DAY - timedelta(days=30),
    FIRST_DAY + timedelta(days=90),
    parse_window("1440h"),
)


@pytest.fixture(scope="module")
def funnels() -> Iterator[Funnels]:
    with clock(), Installation() as installation:
        installation.accept(make_world(6, 150))
        installation.work()
        yield Funnels(installation.engine)


def test_the_file_holds_every_touchpoint_that_counts_and_is_its_owners_alone(
    funnels: Funnels, tmp_path: Path
) -> None:
    file = tmp_path / "touch'points.parquet"
    with funnels.columns_now(HEADQUARTERS_SCOPE) as columns:
        written = write_parquet(columns, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]
    with duckdb.connect() as database:
        table = database.read_parquet(str(file))
        assert 0 < written == table.count("*").fetchall()[0][0]
        named = database.read_parquet(str(file)).filter("type = 'activity.attended'")
        found = named.aggregate("count(DISTINCT person)").fetchall()[0][0]
    answer = funnels.answer(
        HEADQUARTERS_SCOPE,
        Funnel(
            (parse_step("activity.attended"),),
            FIRST_DAY - timedelta(days=3_000),
            FIRST_DAY + timedelta(days=3_000),
            parse_window("0d"),
        ),
    )
    assert found == answer.steps[0].people > 0


def test_without_the_writer_a_sentence_says_so(
    funnels: Funnels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with funnels.columns_now(HEADQUARTERS_SCOPE) as columns, pytest.raises(WriterMissing):
        write_parquet(columns, tmp_path / "none.parquet")


def test_the_statement_for_clickhouse_names_steps_window_and_period() -> None:
    statement = clickhouse_of(FUNNEL)
    assert "windowFunnel(5184000000000)" in statement
    assert "coalesce(kind, activity_kind) = 'free_clinic'" in statement
    assert "countIf(level >= 2) AS step2" in statement
    with pytest.raises(NotThere):
        clickhouse_of(
            Funnel(FUNNEL.steps, FUNNEL.from_day, FUNNEL.to_day, FUNNEL.window, ChainKind.ANY)
        )
    with pytest.raises(NotThere):
        clickhouse_of(
            Funnel(
                FUNNEL.steps,
                FUNNEL.from_day,
                FUNNEL.to_day,
                FUNNEL.window,
                entry=EntryRule.FIRST,
            )
        )
