"""4. One transaction: take a batch, find its components, evaluate, write the rows that differ."""
