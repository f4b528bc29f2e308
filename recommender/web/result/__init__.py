"""The pages of a result, and what a person may change in a routine."""
