"""Drives in columns: what the search reads, and how drives are picked, joined and told apart."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats, Ints
from tripplan.routing.kernels.customise import CONSUMED, DROP, HEAT, MIN_DEPARTURE, TIME
from tripplan.routing.kernels.rphast import distinct
from tripplan.units import MS_PER_S, MWH_PER_KWH


class DriveColumns(NamedTuple):
    """Drives in columns, shape (drives,); energies count from the reserve."""

    stop: Ints
    """Index of the stop at the other end."""
    metric: Ints
    """Index of the metric that found the drive."""
    time_s: Floats
    min_departure_kwh: Floats
    consumed_kwh: Floats
    drop_kwh: Floats
    """How far below full the battery is on arrival at the least."""
    heat_j: Floats


def picked_drives(columns: DriveColumns, which: NDArray[np.intp]) -> DriveColumns:
    """Return some of the drives, by their positions."""
    stop, metric, *values = columns
    return DriveColumns(stop[which], metric[which], *(column[which] for column in values))


def joined_drives(one: DriveColumns, other: DriveColumns) -> DriveColumns:
    """Put drives behind others."""
    return DriveColumns(
        np.concatenate([one.stop, other.stop]),
        np.concatenate([one.metric, other.metric]),
        *(np.concatenate(pair) for pair in zip(one[2:], other[2:], strict=True)),
    )


def after_drawing(drawn_kwh: float, columns: DriveColumns) -> DriveColumns:
    """Return drives that start at a place where the battery gives an energy before [kWh]."""
    cost = columns.consumed_kwh + drawn_kwh
    return columns._replace(
        min_departure_kwh=columns.min_departure_kwh + drawn_kwh,
        consumed_kwh=cost,
        drop_kwh=np.maximum(columns.drop_kwh, cost),
    )


def columns_of(stops: Ints, values: Ints) -> DriveColumns:
    """Put drives into columns, without those that another of the same stop dominates.

    Parameters
    ----------
    stops
        Index of each stop, shape (stops,).
    values
        Values of drives by metric, time -1 where there is none, shape (metrics, stops, 5).
    """
    row, metric, kept = distinct(values)
    energy = kept[:, [MIN_DEPARTURE, CONSUMED, DROP]] / MWH_PER_KWH
    return DriveColumns(
        stop=stops[row],
        metric=metric,
        time_s=kept[:, TIME] / MS_PER_S,
        min_departure_kwh=energy[:, 0].copy(),
        consumed_kwh=energy[:, 1].copy(),
        drop_kwh=energy[:, 2].copy(),
        heat_j=kept[:, HEAT].astype(np.float64),
    )
