"""Fit a car's consumption to a driver's own log."""
