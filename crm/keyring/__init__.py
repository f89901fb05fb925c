"""Who can read what is encrypted; destroying a key is the erasure."""
