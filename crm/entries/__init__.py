"""What somebody wrote at a form of a page, form by form."""
