"""The card as it stands after its corrections: pure."""
