"""Tests of `tripplan.batch`."""
