"""Tests of `tripplan.output`."""
