"""3. Which cards belong together, and what they say: histories in, one evaluation out."""
