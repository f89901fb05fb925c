"""An index over some rows of a table, in either database; the one not in use is not loaded.

SQLAlchemy takes the condition under each database's own name, and loads that database to look
whether it knows it.
"""

from typing import Any

from sqlalchemy import Index, MetaData, TextClause
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex

_WHERE = "where"


def partial_index(
    name: str,
    *columns: str,
    where: TextClause,
    in_sqlite: TextClause | None = None,
    unique: bool = False,
) -> Index:
    """Of the rows that fulfil a condition. in_sqlite: where SQLite says it otherwise."""
    conditions = {"sqlite": where if in_sqlite is None else in_sqlite, "postgresql": where}
    return Index(name, *columns, unique=unique, info={_WHERE: conditions})


def spell_out(metadata: MetaData) -> None:
    """Say each condition under every database's name, for a migration that is drafted."""
    for table in metadata.tables.values():
        for index in table.indexes:
            if _WHERE in index.info:
                for dialect, condition in index.info[_WHERE].items():
                    index.dialect_options[dialect][_WHERE] = condition


@compiles(CreateIndex)
def _create(create: CreateIndex, compiler: Any, **given: Any) -> str:
    index = create.element
    if isinstance(index, Index) and _WHERE in index.info:
        dialect = compiler.dialect.name
        index.dialect_options[dialect][_WHERE] = index.info[_WHERE][dialect]
    created: str = compiler.visit_create_index(create, **given)
    return created
