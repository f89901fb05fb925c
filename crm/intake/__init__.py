"""1. The door: check, encrypt, compare, append, answer."""
