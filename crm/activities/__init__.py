"""Activities as they stand, to be listed and picked from."""
