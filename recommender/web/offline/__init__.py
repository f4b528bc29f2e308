"""A kept plan without a connection: its routine only, behind the question before a session."""
