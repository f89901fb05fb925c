"""The dealers' copies on their way out: what is sent, acknowledged, signed, recalled, announced."""
