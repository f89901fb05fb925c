"""The compose file: parsed by a Compose parser, its commands started natively."""
