"""Tests of `tripplan.records`."""
