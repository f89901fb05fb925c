"""The carrier with one: topics, relay, worker, bridge, departures."""
