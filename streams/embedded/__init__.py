"""The carrier without a broker: the journal's own table, read in batches by one worker."""
