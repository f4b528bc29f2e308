"""The open pages: start, how it works, the catalogue."""
