"""From answers to a decision: conditions, facts, the rules engine, and the plain evaluator that checks it."""
