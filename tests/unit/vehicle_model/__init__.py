"""Tests of `tripplan.vehicle_model`."""
