"""Tests of `tripplan.study`."""
