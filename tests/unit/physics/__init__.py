"""Tests of `tripplan.physics`."""
