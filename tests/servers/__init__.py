"""Real servers for the tests: PostgreSQL and Apache Kafka, wherever this machine has them."""
