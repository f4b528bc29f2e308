"""The rule book to read."""
