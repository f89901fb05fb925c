"""Rules: which purchase earns which member what, how much is capped, in which state it stands."""
