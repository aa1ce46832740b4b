"""Slow twins and other programs that must agree with the search."""
