"""The processes of `jinxi serve`: web server, what calls outside, and the supervisor."""
