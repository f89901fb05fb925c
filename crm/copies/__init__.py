"""View: each dealer's copy of the archive, its digests, and the sequence of its changes.

The rule by which a consent becomes a row of a copy is in `contributions.py` (whether a card
contributes, and what it gives), `copy_rows.py` (the rows) and `content.py` (what a row says).
"""
