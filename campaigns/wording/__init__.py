"""The words that people see: Chinese in the code, every other language in a catalogue beside it."""
