"""What is remembered: the journal, and every view that is computed from it."""
