"""Tests of `tripplan.cli`."""
