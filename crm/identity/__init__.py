"""Which cards are one person (entity resolution): pure, knows no database."""
