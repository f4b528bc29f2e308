"""Frozen dataclasses and enums: the words of the product. No input or output."""
