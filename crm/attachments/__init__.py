"""Evidence of consents: signatures, scans and recordings, encrypted with the card's own key."""
