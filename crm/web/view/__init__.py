"""How what is found is shown: templates, words, forms, formats."""
