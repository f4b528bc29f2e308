"""Checks of the rule data itself: whether the vignettes would notice if a rule were wrong."""
