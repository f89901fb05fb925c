"""The schema of an empty SQLite file as a script: the migrations write it once in each process.

Every replay beside, every backup and every installation begins with an empty file; to lead each
through the whole history of the schema takes longer than what is done with it.
"""

from functools import cache

from sqlalchemy import Connection, create_engine, inspect

from crm.schema import upgrading

by_migrations = upgrading.upgrade


def upgrade(connection: Connection) -> None:
    """What `crm.schema.upgrading.upgrade` does; quicker where there is nothing yet."""
    if connection.dialect.name != "sqlite" or inspect(connection).get_table_names():
        by_migrations(connection)
        return
    for statement in script():
        connection.exec_driver_sql(statement)


@cache
def script() -> tuple[str, ...]:
    """What leads to all that the migrations leave, rows included."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        by_migrations(connection)
        connection.commit()
        raw = connection.connection.driver_connection
        assert raw is not None
        # A transaction is open already where it is run.
        written = [each for each in raw.iterdump() if each not in ("BEGIN TRANSACTION;", "COMMIT;")]
    engine.dispose()
    return tuple(written)
