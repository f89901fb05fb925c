"""The patient archive: what a card says, and everything that happened to its person."""
