"""Fit a car's consumption to a driver's own log."""

from tripplan.calibration.drive_log import DriveLog
from tripplan.calibration.fit import Calibration, calibrate, calibrate_file
from tripplan.calibration.log_files import read_logs

__all__ = ["Calibration", "DriveLog", "calibrate", "calibrate_file", "read_logs"]
