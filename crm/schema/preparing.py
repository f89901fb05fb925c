"""A database is brought to the newest schema when it is opened.

Nearly every command finds one that has it, and waits neither for the tables nor for the library
of migrations.
"""

from sqlalchemy import Engine

from crm.schema.revisions import is_newest
from crm.storage.database import require_code_point_order, writing
from crm.storage.locks import SCHEMA, hold


def prepare(engine: Engine) -> None:
    """Bring the database to the newest schema; a database that has it is left alone.

    DatabaseNewer when a newer program made it.
    """
    require_code_point_order(engine)
    with engine.connect() as connection:
        if is_newest(connection):
            return
    from crm.schema.upgrading import upgrade

    with writing(engine) as connection:
        # Another process may have been faster between the look and the lock.
        hold(connection, SCHEMA)
        upgrade(connection)
