"""The words of the command, in three languages."""
