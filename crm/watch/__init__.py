"""What looks made up among rewards: each with its evidence, held until somebody has decided."""
