"""Who is invited to which activity, and who took it back."""
