"""Rules: the card as it stands after its corrections."""
