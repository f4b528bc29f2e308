"""What can be said of a rule set without running it on anybody."""
