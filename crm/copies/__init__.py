"""View: each dealer's copy of the archive, its digests, and the sequence of its changes."""
