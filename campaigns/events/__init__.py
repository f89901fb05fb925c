"""One frozen class for each thing that can happen, a module for each family of things."""
