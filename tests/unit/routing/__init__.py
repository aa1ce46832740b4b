"""Tests of `tripplan.routing`."""
