"""Backups: made while everything runs, restored with what was erased since."""
