"""Compiled: append the drives of a stop to a pool, without those that lead outside a scope.

A plan asks for dozens of rows, most of them short: one pass over a row takes a fraction of what an
operation for each column does.
"""

from typing import NamedTuple

import numpy as np

from tripplan.arrays import Floats, Ints
from tripplan.physics.jit import compiled, compiled_bare, part_bare
from tripplan.routing.drive_columns import DriveColumns
from tripplan.routing.kernels.lower_envelope import lower_envelopes
from tripplan.routing.row_batches import ScalarizedRow

FROM_ORIGIN, TO_END, STOPS_UNTIL, STOPS_FROM, FROM_ORIGIN_PRICED, TO_END_PRICED = range(6)
"""Columns of `Reach`; the last two are left out where no energy counts."""
TIME, NEED, CONSUMED, MOST, HEAT, RATE, WIDTH, CODE = range(8)
"""Columns of `Table`: time, need, cost, most, heat, rate and energy of slowing down, and what tells
the roads."""
VALUES = 8
_NO_ROADS = -1.0


class Reach(NamedTuple):
    """Which drives could be part of a plan below a ceiling; see `bounds.Scope`."""

    stop_s: Floats
    """Shape (columns, stops)."""
    most_s: float
    price_s_per_kwh: float


class Battery(NamedTuple):
    """Energies of a full battery, and of one at the reserve."""

    full_kwh: float
    reserve_kwh: float


class Weightings(NamedTuple):
    """What least weights are counted in."""

    unit: Floats
    """Seconds and, in the last weighting, kilowatt-hours a step, shape (weightings,)."""
    rate_s_per_kwh: Floats
    """Shape (weightings - 1,)."""
    usable_kwh: float
    """Energy above the reserve in a full battery."""
    rounding: float
    """Seconds and kilowatt-hours by which sums of the same numbers may differ."""


class Table(NamedTuple):
    """Drives of a pool."""

    ends: Ints
    """Stop and stage at the end of each, shape (2, room)."""
    values: Floats
    """Shape (values, room)."""


@part_bare
def is_inside(reach: Reach, stop: int, there: int, time_s: float, least_kwh: float) -> bool:
    """Tell whether a drive could be part of a plan below the ceiling; as `bounds.Scope.inside`.

    Parameters
    ----------
    reach
        The ceiling, and what is known of the stops.
    stop, there
        Where it starts and ends.
    time_s, least_kwh
        How long it takes, and the least energy between the two stops. [s], [kWh]
    """
    known = reach.stop_s
    most_s = reach.most_s - known[STOPS_UNTIL, stop] - known[STOPS_FROM, there]
    if not time_s + known[TO_END, there] <= most_s - known[FROM_ORIGIN, stop]:
        return False
    if known.shape[0] <= FROM_ORIGIN_PRICED:
        return True
    priced_s = time_s + reach.price_s_per_kwh * least_kwh
    return bool(priced_s + known[TO_END_PRICED, there] <= most_s - known[FROM_ORIGIN_PRICED, stop])


@compiled_bare
def append_real(
    reach: Reach, stop: int, row: DriveColumns, battery: Battery, table: Table, begin: int
) -> int:
    """Append real drives from a stop; returns where they end.

    Parameters
    ----------
    reach
        Which drives matter.
    stop
        Where they start.
    row
        The drives.
    battery
        The car's.
    table, begin
        The pool, which has room for all of them, and the first place that is free.
    """
    ends, values, at = table.ends, table.values, begin
    for k in range(row.stop.size):
        there, time_s, consumed_kwh = row.stop[k], row.time_s[k], row.consumed_kwh[k]
        if not is_inside(reach, stop, there, time_s, consumed_kwh):
            continue
        ends[0, at] = there
        ends[1, at] = -1
        values[TIME, at] = time_s
        values[NEED, at] = row.min_departure_kwh[k] + battery.reserve_kwh
        values[CONSUMED, at] = consumed_kwh
        values[MOST, at] = battery.full_kwh - row.drop_kwh[k]
        values[HEAT, at] = row.heat_j[k]
        values[RATE, at] = 0.0
        values[WIDTH, at] = 0.0
        values[CODE, at] = row.metric[k]
        at += 1
    return at


@compiled
def append_relaxed(
    reach: Reach,
    stop: int,
    row: ScalarizedRow,
    weightings: Weightings,
    battery: Battery,
    table: Table,
    begin: int,
) -> int:
    """Append trades of time for energy that no drive from a stop lies below; returns their end.

    Parameters
    ----------
    reach, stop
        As in `append_real`.
    row
        Least weights to the other stops.
    weightings
        Of these.
    battery, table, begin
        As in `append_real`; there is room for a corner of each weighting but the last.
    """
    rate, unit, last = weightings.rate_s_per_kwh, weightings.unit, weightings.unit.size - 1
    near = np.empty(row.stop.size, np.int32)
    weight = np.empty((row.stop.size, last + 1))
    count = 0
    for k in range(row.stop.size):
        fast_s, thrifty_kwh = (
            row.time_s[k] - weightings.rounding,
            row.least_kwh[k] - weightings.rounding,
        )
        if not is_inside(reach, stop, row.stop[k], fast_s, thrifty_kwh):
            continue
        near[count] = row.stop[k]
        rise_kwh = row.rise_kwh[k]
        for w in range(last):
            weight[count, w] = row.steps[k, w] * unit[w] + rise_kwh * rate[w]
        weight[count, last] = row.steps[k, last] * unit[last] + rise_kwh
        count += 1
    stops, corners = lower_envelopes(weight[:count], rate, near[:count], weightings.usable_kwh)
    ends, values, at = table.ends, table.values, begin
    for k in range(stops.size):
        time_s, energy_kwh, width_kwh = corners[0, k], corners[1, k], corners[3, k]
        # On its edge a corner may be slowed down, and takes less energy then.
        if not is_inside(reach, stop, stops[k], time_s, energy_kwh - width_kwh):
            continue
        ends[0, at] = stops[k]
        ends[1, at] = -1
        values[TIME, at] = time_s
        values[NEED, at] = energy_kwh + battery.reserve_kwh
        values[CONSUMED, at] = energy_kwh
        values[MOST, at] = battery.full_kwh
        values[HEAT, at] = 0.0
        values[RATE, at] = corners[2, k]
        values[WIDTH, at] = width_kwh
        values[CODE, at] = _NO_ROADS
        at += 1
    return at
