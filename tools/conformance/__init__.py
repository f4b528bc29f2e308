"""Makes the conformance kit: ``python -m tools.conformance``."""
