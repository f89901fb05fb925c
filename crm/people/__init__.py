"""View: who is who: cards as they were written, the people they are, their households; search."""
