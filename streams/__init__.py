"""What carries events: the embedded carrier, Kafka, and the `jinxi` command that starts them."""
