"""Who is who: cards as they were written, the people they are resolved to, their households."""
