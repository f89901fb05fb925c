"""The desk where rewards are decided and paid: queues, payment files, what the bank answered."""
