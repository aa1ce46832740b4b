"""Compiled: charging with battery heat, label by label.

Where the pack temperature limits the power, how a charge goes depends on the label: each has its
own trajectory of time and temperature over the grid of SoC.
"""

from typing import NamedTuple

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics.charging import PowerModel, charge_step, interpolate
from tripplan.physics.jit import part_bare
from tripplan.physics.thermal import PackModel, pack_temperature_c
from tripplan.search.kernels.labels import EPSILON, Bounds


class HeatRules(NamedTuple):
    """How coarse a search with heat may be."""

    time_epsilon_s: float
    temperature_epsilon_k: float
    departure_step_kwh: float
    cold_below_c: float
    """Below this a warmer pack charges faster, above it a cooler one does."""
    falling_kw: Floats
    """Most power at or above each temperature of the limit's table, shape (points,)."""


class ChargingTrajectory(NamedTuple):
    """Time and temperature of labels while they charge, shape (labels, columns)."""

    elapsed_s: Floats
    pack_c: Floats


@part_bare
def dearer_s_per_kwh(
    bounds: Bounds,
    pack_c: float,
    spare_s: float,
    rules: HeatRules,
    power: PowerModel,
    pack: PackModel,
) -> float:
    """How much longer each kilowatt-hour takes at least with a warm pack than at best [s/kWh].

    Within the time that is left the pack cannot cool below what the air alone would take it to, so
    no kilowatt-hour comes faster than that temperature allows.

    Parameters
    ----------
    bounds
        Optimistic rests, for the best power.
    pack_c
        Pack temperature, or less. [degC]
    spare_s
        Time left within which a plan is of interest; may be infinite. [s]
    rules, power, pack
        How coarse the search may be, the car's charging limits and its pack.
    """
    if spare_s == np.inf:
        return 0.0
    coolest_c = pack_c
    if pack_c > pack.air_c:
        coolest_c = coolest_pack_c(pack_c, max(spare_s, 0.0), pack)
    most_kw = interpolate(coolest_c, power.limit_c, rules.falling_kw)
    if not 0.0 < most_kw < bounds.best_kw:
        return 0.0
    return 3600.0 * (1.0 / most_kw - 1.0 / bounds.best_kw)


@part_bare
def coolest_pack_c(pack_c: float, time_s: float, pack: PackModel) -> float:
    """Lowest temperature that a warm pack can have within a time, if nothing heats it [degC]."""
    conductance = max(pack.conductance_driving_w_per_k, pack.conductance_parked_w_per_k)
    return pack_temperature_c(
        pack_c,
        0.0,
        time_s,
        pack.air_c,
        conductance,
        pack.heat_capacity_j_per_k,
        pack.cooling_w,
        pack.cooling_on_c,
    )


@part_bare
def fill_trajectory(
    trajectory: ChargingTrajectory,
    row: int,
    energy_kwh: float,
    pack_c: float,
    charger_kw: float,
    step_kwh: float,
    power: PowerModel,
    pack: PackModel,
) -> None:
    """Simulate charging from an energy up to full on the grid of SoC."""
    columns = trajectory.elapsed_s.shape[1]
    k = int(np.ceil(energy_kwh / step_kwh - EPSILON))
    elapsed = 0.0
    soc = energy_kwh / power.capacity_kwh
    while k < columns:
        level = k * step_kwh / power.capacity_kwh
        if level > soc + 1e-12 and elapsed < np.inf:
            taken, pack_c = charge_step(soc, level, pack_c, charger_kw, power, pack)
            elapsed += taken
        soc = level
        trajectory.elapsed_s[row, k] = elapsed
        trajectory.pack_c[row, k] = pack_c
        k += 1


@part_bare
def at_energy(
    trajectory: ChargingTrajectory,
    row: int,
    from_kwh: float,
    from_c: float,
    step_kwh: float,
    energy_kwh: float,
) -> tuple[float, float]:
    """Elapsed charging time and pack temperature when a label has charged up to an energy."""
    if energy_kwh <= from_kwh + EPSILON:
        return 0.0, from_c
    k = int(np.ceil(energy_kwh / step_kwh - EPSILON))
    k = min(k, trajectory.elapsed_s.shape[1] - 1)
    first = int(np.ceil(from_kwh / step_kwh - EPSILON))
    if k <= first:
        share = (energy_kwh - from_kwh) / max(first * step_kwh - from_kwh, EPSILON)
        share = min(share, 1.0)
        return (
            share * trajectory.elapsed_s[row, first],
            from_c + share * (trajectory.pack_c[row, first] - from_c),
        )
    share = min((energy_kwh - (k - 1) * step_kwh) / step_kwh, 1.0)
    before = trajectory.elapsed_s[row, k - 1]
    warm = trajectory.pack_c[row, k - 1]
    return (
        before + share * (trajectory.elapsed_s[row, k] - before),
        warm + share * (trajectory.pack_c[row, k] - warm),
    )


@part_bare
def no_worse_c(pack_c: float, other_c: float, rules: HeatRules) -> bool:
    """Whether a pack temperature is as good as another for the charging to come."""
    if abs(pack_c - other_c) <= rules.temperature_epsilon_k:
        return True
    if pack_c < rules.cold_below_c and other_c < rules.cold_below_c:
        return pack_c > other_c
    return rules.cold_below_c <= pack_c <= other_c
