"""Edits of one rule that somebody proposes: the form, what it makes of the file, and what that does to people."""
