"""What leaves the house: consents, the dealers' copies of the archive, and their digests."""
