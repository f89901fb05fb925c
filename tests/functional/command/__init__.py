"""The `jinxi` command as people and programs call it."""
