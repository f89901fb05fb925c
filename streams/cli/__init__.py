"""The `jinxi` command: parse, call, print; every trouble ends in a sentence."""
