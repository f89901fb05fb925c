"""The processes of `jinxi serve`."""
