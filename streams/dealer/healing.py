"""Finds the rows in which two copies differ, by buckets of keys, and fetches just those.

A difference in a million rows takes three or four small answers: the buckets of the first two
digits, those of the next two below the one that differs, then the hashes of its few rows.
"""

from collections.abc import Iterator

from crm.copies.digest import buckets
from crm.copies.replica import LONGEST_PREFIX, differing, fingerprints
from streams.dealer.feed import Feed
from streams.dealer.store import CopyStore

SMALL_BUCKET = 150
"""So many hashes of rows are about as long as an answer of 256 buckets."""

_KEYS_AT_ONCE = 500


def heal(feed: Feed, store: CopyStore) -> int:
    """Make the rows that differ what the company has; returns how many they were."""
    keys = list(_differing_keys(feed, store, ""))
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        store.heal(feed.rows(keys[start : start + _KEYS_AT_ONCE]).changes)
    return len(keys)


def _differing_keys(feed: Feed, store: CopyStore, prefix: str) -> Iterator[str]:
    ours, theirs = buckets(prefix, store.rows(prefix)), feed.buckets(prefix)
    for digits in differing(ours, theirs):
        deeper = prefix + digits
        rows = max(side[digits][0] for side in (ours, theirs) if digits in side)
        if rows > SMALL_BUCKET and len(deeper) < LONGEST_PREFIX:
            yield from _differing_keys(feed, store, deeper)
        else:
            held = fingerprints(store.rows(deeper))
            yield from differing(held, feed.fingerprints(deeper))
