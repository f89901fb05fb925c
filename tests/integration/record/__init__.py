"""The parts of the recording that work on the database, each on one of its own in memory."""
