"""Every change of the database's schema since the first table, in order (Alembic)."""
