"""What members dispute of their rewards, with a clock, and what they were answered."""
