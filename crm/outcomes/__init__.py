"""View: what became of each event: recorded, waiting, rejected or voided, and why."""
