"""An index over some rows of a table, in either database; the one not in use is not loaded.

SQLAlchemy takes the condition under each database's own name, and loads that database to look
whether it knows it.
"""

from typing import Any

from sqlalchemy import Index, MetaData, TextClause
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex

_WHERE = "where"


def partial_index(name: str, *columns: str, where: TextClause, unique: bool = False) -> Index:
    """Of the rows that fulfil a condition."""
    return Index(name, *columns, unique=unique, info={_WHERE: where})


def spell_out(metadata: MetaData) -> None:
    """Say each condition under every database's name, for a migration that is drafted."""
    for table in metadata.tables.values():
        for index in table.indexes:
            if _WHERE in index.info:
                for dialect in ("sqlite", "postgresql"):
                    index.dialect_options[dialect][_WHERE] = index.info[_WHERE]


@compiles(CreateIndex)
def _create(create: CreateIndex, compiler: Any, **given: Any) -> str:
    index = create.element
    if isinstance(index, Index) and _WHERE in index.info:
        index.dialect_options[compiler.dialect.name][_WHERE] = index.info[_WHERE]
    created: str = compiler.visit_create_index(create, **given)
    return created
