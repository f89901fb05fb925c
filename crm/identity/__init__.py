"""Rules: which cards are one person (entity resolution)."""
