"""Backups: made while everything runs, verified, and restored with what was erased since."""
