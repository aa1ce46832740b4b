"""Measurements of others against what tripplan says; `python -m validation` writes the page."""
