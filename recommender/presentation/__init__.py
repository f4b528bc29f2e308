"""A recommendation and a check as they are shown: plain data, in one language."""
