"""Rules: what a card agreed to, and what that allows."""
