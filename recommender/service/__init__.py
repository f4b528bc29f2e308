"""The use cases in the middle."""
