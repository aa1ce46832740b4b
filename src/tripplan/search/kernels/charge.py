"""Compiled: one charging stop in full."""

import numpy as np
from numpy.typing import NDArray

from tripplan.physics.charging import SOC_CELLS, PowerModel, charge_step
from tripplan.physics.thermal import PackModel
from tripplan.search.kernels.jit import compiled

Floats = NDArray[np.float64]


@compiled
def charge_course(
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
