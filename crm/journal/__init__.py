"""2. Every accepted event, once and for ever; how far it is read, and what could not be."""
