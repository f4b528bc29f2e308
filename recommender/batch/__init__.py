"""Many answer sheets at once: a file of sheets becomes a file of outcomes, however large it is."""
