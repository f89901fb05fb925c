"""Indexes over some rows: the same condition in both databases, and in a drafted migration."""

import pytest
from sqlalchemy import Column, Index, Integer, MetaData, Table, make_url, text
from sqlalchemy.schema import CreateIndex

from crm.storage.partial_index import partial_index, spell_out


def table() -> Table:
    index = partial_index("held", "a", where=text("b IS NULL"), unique=True)
    return Table("t", MetaData(), Column("a", Integer), Column("b", Integer), index)


def created(index: Index, url: str) -> str:
    return str(CreateIndex(index).compile(dialect=make_url(url).get_dialect()()))


@pytest.mark.parametrize("url", ["sqlite://", "postgresql+psycopg://"])
def test_either_database_is_told_the_condition(url: str) -> None:
    (index,) = table().indexes
    assert created(index, url) == "CREATE UNIQUE INDEX held ON t (a) WHERE b IS NULL"


def test_an_index_over_all_rows_has_none() -> None:
    whole = Table("w", MetaData(), Column("a", Integer), Index("all_rows", "a"))
    (index,) = whole.indexes
    assert created(index, "sqlite://").endswith("ON w (a)")


def test_a_draft_says_it_under_the_name_of_each_database() -> None:
    drafted = table()
    spell_out(drafted.metadata)
    (index,) = drafted.indexes
    said = {name: str(index.dialect_kwargs[name]) for name in ("sqlite_where", "postgresql_where")}
    assert set(said.values()) == {"b IS NULL"}
