"""YAML files to models, once, at start: every fault of every file is reported at once."""
