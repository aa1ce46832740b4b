"""Compiled: charging with battery heat: one stop in full, and label by label.

Where the pack temperature limits the power, how a charge goes depends on the label: each has its
own trajectory of time and temperature over the grid of SoC.
"""

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics.charging import (
    SOC_CELLS,
    PowerModel,
    charge_step,
    charging_power_kw,
    interpolate,
)
from tripplan.physics.jit import compiled, part, part_bare
from tripplan.physics.thermal import PackModel, pack_temperature_c, parked_pack_c
from tripplan.search.kernels.context import ChargingTrajectory, Policy, SearchContext
from tripplan.search.kernels.labels import EPSILON, charged_kwh, charged_s

_COOLER_K = 2.0
_HALVINGS = 24
"""Steps in which the end of a charge is found within a cell: 1 % of SoC to within 6e-10."""


@compiled
def charging_trajectory(
    soc_from: float,
    soc_to: float,
    pack_c: float,
    charger_kw: float,
    power: PowerModel,
    pack: PackModel,
) -> Floats:
    """Charge from one SoC to another, cell by cell.

    Parameters
    ----------
    soc_from, soc_to
        SoC at the start and at the end.
    pack_c
        Pack temperature at the start. [degC]
    charger_kw
        Power of the plug. [kW]
    power, pack
        The car's charging limits and its pack.

    Returns
    -------
    ndarray
        Rows of SoC, elapsed time [s] and pack temperature [degC]; shape (points, 3), the start
        first and the end last.
    """
    rows = np.empty((SOC_CELLS + 2, 3))
    rows[0, 0] = soc_from
    rows[0, 1] = 0.0
    rows[0, 2] = pack_c
    count = 1
    soc = soc_from
    elapsed = 0.0
    while soc < soc_to - 1e-12:
        upto = min((np.floor(soc * SOC_CELLS + 1e-9) + 1.0) / SOC_CELLS, soc_to)
        taken, pack_c = charge_step(soc, upto, pack_c, charger_kw, power, pack)
        elapsed += taken
        soc = upto
        rows[count, 0] = soc
        rows[count, 1] = elapsed
        rows[count, 2] = pack_c
        count += 1
    return rows[:count].copy()


@compiled
def charging_trajectory_for(
    soc_from: float,
    soc_most: float,
    pack_c: float,
    charger_kw: float,
    duration_s: float,
    power: PowerModel,
    pack: PackModel,
) -> Floats:
    """Charge for a time, or until a SoC is reached; rows as in `charging_trajectory`.

    Parameters
    ----------
    soc_from, soc_most
        SoC at the start, and where the charge ends at the latest.
    duration_s
        How long to charge. [s]
    pack_c, charger_kw, power, pack
        As in `charging_trajectory`.
    """
    rows = charging_trajectory(soc_from, max(soc_from, soc_most), pack_c, charger_kw, power, pack)
    count = 1
    while count < rows.shape[0] and rows[count, 1] <= duration_s:
        count += 1
    if count < rows.shape[0] and duration_s > rows[count - 1, 1]:
        before, after = rows[count - 1], rows[count]
        soc, taken, warm = _charged_for(
            before[0], after[0], before[2], charger_kw, duration_s - before[1], power, pack
        )
        if taken > 0.0:
            after[0], after[1], after[2] = soc, before[1] + taken, warm
            count += 1
    return rows[:count].copy()


@part
def _charged_for(
    soc_from: float,
    soc_to: float,
    pack_c: float,
    charger_kw: float,
    duration_s: float,
    power: PowerModel,
    pack: PackModel,
) -> tuple[float, float, float]:
    """Charge within a cell for less time than all of it takes: SoC, time [s] and pack temperature.

    Parameters
    ----------
    soc_from, soc_to
        SoC at the start, and where the cell would be full.
    pack_c, charger_kw, duration_s, power, pack
        As in `charging_trajectory_for`.
    """
    low, high = 0.0, 1.0
    found = (soc_from, 0.0, pack_c)
    for _ in range(_HALVINGS):
        share = 0.5 * (low + high)
        soc = soc_from + share * (soc_to - soc_from)
        taken, after_c = charge_step(soc_from, soc, pack_c, charger_kw, power, pack)
        if taken > duration_s:
            high = share
        else:
            low, found = share, (soc, taken, after_c)
    return found


@part
def dwelt(
    energy_kwh: float,
    limit_kwh: float,
    pack_c: float,
    charger_kw: float,
    dwell_s: float,
    power: PowerModel,
    pack: PackModel,
) -> tuple[float, float]:
    """Energy and pack temperature after standing for a time at a plug, or at none.

    Parameters
    ----------
    energy_kwh, limit_kwh
        Energy on arrival, and the most to charge to. [kWh]
    dwell_s
        How long the car stands. [s]
    pack_c, charger_kw, power, pack
        As in `charging_trajectory`; without a plug, its power is 0.
    """
    since = 0.0
    if charger_kw > 0.0 and energy_kwh < limit_kwh:
        capacity = power.capacity_kwh
        rows = charging_trajectory_for(
            energy_kwh / capacity, limit_kwh / capacity, pack_c, charger_kw, dwell_s, power, pack
        )
        energy_kwh = max(energy_kwh, rows[-1, 0] * capacity)
        since = rows[-1, 1]
        pack_c = rows[-1, 2]
    return energy_kwh, parked_pack_c(pack_c, 0.0, max(dwell_s - since, 0.0), pack)


@part_bare
def dearer_s_per_kwh(context: SearchContext, pack_c: float, spare_s: float) -> float:
    """How much longer each kilowatt-hour takes at least with a warm pack than at best [s/kWh].

    Within the time that is left the pack cannot cool below what the air alone would take it to, so
    no kilowatt-hour comes faster than that temperature allows.

    Parameters
    ----------
    context
        What is searched for.
    pack_c
        Pack temperature, or less. [degC]
    spare_s
        Time left within which a plan is of interest; may be infinite. [s]
    """
    bounds, pack = context.bounds, context.pack
    if spare_s == np.inf:
        return 0.0
    coolest_c = pack_c
    if pack_c > pack.air_c:
        coolest_c = coolest_pack_c(pack_c, max(spare_s, 0.0), pack)
    most_kw = interpolate(coolest_c, context.power.limit_c, context.policy.falling_kw)
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
    context: SearchContext, label: int, energy_kwh: float, pack_c: float, charger_kw: float
) -> None:
    """Simulate charging from an energy up to full on the grid of SoC.

    Parameters
    ----------
    context
        The context of the search, with room for the trajectory.
    label
        Whose trajectory it is: the row to fill.
    energy_kwh
        Energy on arrival. [kWh]
    pack_c
        Pack temperature as the charge starts. [degC]
    charger_kw
        Power of the plug. [kW]
    """
    trajectory, power, step_kwh = context.trajectory, context.power, context.constraints.step_kwh
    elapsed = 0.0
    soc = energy_kwh / power.capacity_kwh
    for k in range(int(np.ceil(energy_kwh / step_kwh - EPSILON)), trajectory.elapsed_s.shape[1]):
        level = k * step_kwh / power.capacity_kwh
        if level > soc + 1e-12 and elapsed < np.inf:
            taken, pack_c = charge_step(soc, level, pack_c, charger_kw, power, context.pack)
            elapsed += taken
        soc = level
        trajectory.elapsed_s[label, k] = elapsed
        trajectory.pack_c[label, k] = pack_c


@part_bare
def at_energy(
    trajectory: ChargingTrajectory,
    row: int,
    from_kwh: float,
    from_c: float,
    step_kwh: float,
    energy_kwh: float,
) -> tuple[float, float]:
    """Elapsed charging time and pack temperature when a label has charged up to an energy.

    Parameters
    ----------
    trajectory, row
        The trajectories, and which of them.
    from_kwh, from_c
        Energy and pack temperature as the charge starts. [kWh], [degC]
    step_kwh
        Energy between two columns of a trajectory. [kWh]
    energy_kwh
        Energy to charge to. [kWh]
    """
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
def no_worse_c(policy: Policy, pack_c: float, other_c: float) -> bool:
    """Whether a pack temperature is as good as another for the charging to come."""
    if abs(pack_c - other_c) <= policy.temperature_epsilon_k:
        return True
    if pack_c < policy.cold_below_c and other_c < policy.cold_below_c:
        return pack_c > other_c
    return policy.cold_below_c <= pack_c <= other_c


@part_bare
def dwell(
    context: SearchContext, there: int, energy_kwh: float, pack_c: float
) -> tuple[float, float]:
    """Energy and pack temperature after the time that a place takes anyway; plugs are used.

    Parameters
    ----------
    context
        The context of the search.
    there
        The place, as a stop.
    energy_kwh, pack_c
        Energy and pack temperature on arrival. [kWh], [degC]
    """
    constraints = context.constraints
    stay = constraints.dwell_s[there - constraints.chargers]
    if stay <= 0.0:
        return energy_kwh, pack_c
    level = constraints.level[there]
    if context.policy.heat:
        kw = context.charger_kw[there]
        energy_kwh, pack_c = dwelt(
            energy_kwh, constraints.limit_kwh, pack_c, kw, stay, context.power, context.pack
        )
    elif level >= 0:
        until = charged_s(context.clock_s, level, constraints.step_kwh, energy_kwh) + stay
        charged = charged_kwh(context.clock_s, level, constraints.step_kwh, until)
        energy_kwh = max(energy_kwh, min(charged, constraints.limit_kwh))
    return energy_kwh, pack_c


@part_bare
def hot(context: SearchContext, there: int, energy_kwh: float, pack_c: float) -> bool:
    """Whether the pack temperature would limit the power, and cooling down would help.

    Parameters
    ----------
    context
        The context of the search.
    there
        The stop.
    energy_kwh, pack_c
        Energy and pack temperature on arrival. [kWh], [degC]
    """
    if context.constraints.level[there] < 0:
        return False
    soc, kw = energy_kwh / context.power.capacity_kwh, context.charger_kw[there]
    now = charging_power_kw(soc, pack_c, kw, context.power)
    return charging_power_kw(soc, pack_c - _COOLER_K, kw, context.power) > now
