"""What an operator sees of the running service: lines of the log, and figures. Nothing in them is about one person."""
