"""View: each dealer's copy of the archive, its digests, and the sequence of its changes.

From a consent to a row: `sharing_rule.py` (whether a card is in a copy at all, with which
categories, and why not), then `copy_rows.py` (the rows), then `content.py` (what a row says).
"""
