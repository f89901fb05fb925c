"""Tools of the house that are not packaged: installing, checking, making documents."""
