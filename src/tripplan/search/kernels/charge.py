"""Compiled: one charging stop in full."""

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics.charging import SOC_CELLS, PowerModel, charge_step
from tripplan.physics.jit import compiled
from tripplan.physics.thermal import PackModel, parked_pack_c


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
    """Charge for a time, or until a SoC is reached; rows as in `charging_trajectory`."""
    rows = charging_trajectory(soc_from, max(soc_from, soc_most), pack_c, charger_kw, power, pack)
    count = 1
    while count < rows.shape[0] and rows[count, 1] <= duration_s:
        count += 1
    if count < rows.shape[0]:
        before, after = rows[count - 1], rows[count]
        if after[1] < np.inf and duration_s > before[1]:
            share = (duration_s - before[1]) / (after[1] - before[1])
            for column in range(rows.shape[1]):
                after[column] = before[column] + share * (after[column] - before[column])
            count += 1
    return rows[:count].copy()


@compiled
def dwelt(
    energy_kwh: float,
    limit_kwh: float,
    pack_c: float,
    charger_kw: float,
    dwell_s: float,
    power: PowerModel,
    pack: PackModel,
) -> tuple[float, float]:
    """Energy and pack temperature after standing for a time at a plug, or at none."""
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
