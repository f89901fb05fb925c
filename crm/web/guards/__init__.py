"""What stands before every request: the site, who asks, sessions, headers, slow guessing."""
