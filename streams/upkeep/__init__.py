"""Rebuild, compare, move, retry, status."""
