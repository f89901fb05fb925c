"""The carrier with a broker: topics, relay, worker, bridge, departures."""
