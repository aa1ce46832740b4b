"""Tests of `tripplan.calibration`."""
