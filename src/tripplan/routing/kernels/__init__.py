"""Compiled loops over the road graph."""
