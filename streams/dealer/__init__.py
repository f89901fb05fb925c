"""The dealer's side: keeps the dealer's own copy of the archive, and proves that it is equal."""
