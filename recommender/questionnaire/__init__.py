"""The questions: the sheet of answers, and the way through them."""
