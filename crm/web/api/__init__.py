"""The HTTP interface: events in, answers out, a dealer's feed."""
