"""Sixty routines as plain text, for a reader who judges them against docs/refusals.md."""
