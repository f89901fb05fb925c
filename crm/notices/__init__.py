"""The notices that people are shown or read before they agree: every version kept as it was."""
