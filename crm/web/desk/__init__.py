"""What all desks share: an act that is said and answered, tables, what is found everywhere."""
