"""The command's own parts."""
