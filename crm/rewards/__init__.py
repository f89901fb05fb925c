"""Rewards: which purchase earns a member what, in which state it is, and the ledger."""
