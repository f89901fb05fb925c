"""What a person has that may end or come back: trials that go on, purchases, clubs."""
