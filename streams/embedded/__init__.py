"""The carrier without a broker."""
