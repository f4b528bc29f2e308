"""It hurts: what comes of a move that hurts, in a session of a plan, in a routine of today's answers, and of either a stop."""
