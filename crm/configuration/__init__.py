"""What may differ between two installations: each setting said once, checked, documented."""
