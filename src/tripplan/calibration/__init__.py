"""Fit a car's consumption to a driver's own log."""

from tripplan.calibration.drive_log import DriveLog
from tripplan.calibration.fit import Calibration, calibrate, calibrate_file
from tripplan.calibration.left_out import LeftOut
from tripplan.calibration.log_files import LogReading, read_log_file, read_logs

__all__ = [
    "Calibration",
    "DriveLog",
    "LeftOut",
    "LogReading",
    "calibrate",
    "calibrate_file",
    "read_log_file",
    "read_logs",
]
