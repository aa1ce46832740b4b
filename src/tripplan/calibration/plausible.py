"""Drives that cannot be: what a slip of the pen looks like.

A drive is told by its energy against that of the car that the fit starts from, both as shares of
what that car takes on the level: a wrong decimal point lies far outside what tyres, weather and
driving do to a car. After a robust fit the same is asked again, closer, of each drive against the
others (median and median absolute deviation).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats
from tripplan.calibration.drive_log import DriveLog
from tripplan.calibration.left_out import LeftOut

LEAST, MOST = -0.65, 2.0
"""How far a drive's energy may lie from that of the car that one starts from, as a share of what
that takes on the level (assumption: from a third of it to three times as much)."""
CLOSEST, FARTHEST = 0.25, 0.35
"""A drive further from the others than this share is a slip: between these, 4 of their standard
deviations (assumption; 40 measured drives of one car: none is further than 0.25)."""
DEVIATIONS = 4.0
MAD_TO_SIGMA = 1.4826
"""Standard deviation over median absolute deviation, of a normal distribution."""


def possible(errors: Floats) -> NDArray[np.bool_]:
    """Tell which drives a car like this can have made.

    Parameters
    ----------
    errors
        Energy by the model less the measured, over that on the level; shape (drives,).
    """
    return np.asarray((-errors >= LEAST) & (-errors <= MOST))


def among_others(errors: Floats) -> NDArray[np.bool_]:
    """Tell which drives lie among the others, after a fit.

    Parameters
    ----------
    errors
        As for `possible`, each as it would be after a fit without that drive; shape (drives,).
    """
    middle = np.median(errors)
    sigma = MAD_TO_SIGMA * float(np.median(np.abs(errors - middle)))
    return np.asarray(np.abs(errors - middle) <= np.clip(DEVIATIONS * sigma, CLOSEST, FARTHEST))


def refused(logs: Sequence[DriveLog], good: NDArray[np.bool_], reason: str) -> list[LeftOut]:
    """Return what is to be said of the drives that are not good."""
    return [LeftOut(log.name, reason) for log, kept in zip(logs, good, strict=True) if not kept]
