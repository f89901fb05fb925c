"""The rights of the person: their own copy, and requests with clocks and reasons (PIPL 44–50)."""
