"""Who may sign in, which machines hold a token, whose a source is, and who looked at what."""
