"""What an operator does: rebuild, compare, move, retry, ask how it stands."""
