"""View: activities as they stand, to be listed and picked from."""
