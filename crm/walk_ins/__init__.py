"""Activities that nobody planned: written down where they are held, looked at afterwards."""
