"""The tests: unit (no I/O), integration (real files and databases), functional (journeys)."""
