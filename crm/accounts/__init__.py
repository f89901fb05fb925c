"""Who may sign in, which machines hold a token, and who looked at what; no view of events."""
