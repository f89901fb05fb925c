"""What a card agreed to, and what that allows: pure."""
