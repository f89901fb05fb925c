"""Tests of several parts together on real files, databases and processes."""
