"""The `jinxi` command: parse, call, print."""
