"""What can happen: events, their rules, and the readers that turn bytes and sheets into events."""
