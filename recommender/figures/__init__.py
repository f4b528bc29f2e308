"""Finished drawings of the exercises: which files show a form, and the text that stands where there is none.

Nothing here draws: the builder in tools/figures turns pose data (loaders/figures.py) into SVG files before a release.
"""
