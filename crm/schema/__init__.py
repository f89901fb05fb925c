"""Every table in one list; how a database is brought to it."""
