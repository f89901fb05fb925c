"""What carries events: the embedded runner, Kafka, and the `jinxi` command that starts them."""
