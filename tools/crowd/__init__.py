"""A plausible crowd of people, and what the routines that they get are like: ``python -m tools.crowd``."""
