"""Tests of `tripplan.sources`."""
