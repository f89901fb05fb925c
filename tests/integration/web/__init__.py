"""The HTTP interface and the pages over a real server, a real database and a real worker."""
