"""A routine behind a signed link: to do it, to print it, to put it in a calendar."""
