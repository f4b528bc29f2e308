"""The case lab."""
