"""Tests of `tripplan.search`."""
