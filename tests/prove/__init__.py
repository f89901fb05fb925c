"""The long proofs: many people, many kills. `make prove` runs them."""
