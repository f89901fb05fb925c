"""How fast events are taken in and recorded, beside what the machine's SQLite alone can do."""
