"""What an operator asks: do the laws hold, how does it stand."""
