"""What people are asked of cards: whether two of them are one person's."""
