"""View: the patient archive: what a card says, its person's timeline, consents, conflicts."""
