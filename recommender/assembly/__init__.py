"""From a decision to a routine: choose, dose, put in order, fit to the minutes, and check once more."""
