"""Tests of `tripplan.planning`."""
