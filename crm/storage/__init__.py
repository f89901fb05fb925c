"""How rows reach SQLite or PostgreSQL, whichever it is: bulk reads, locks, differences."""
