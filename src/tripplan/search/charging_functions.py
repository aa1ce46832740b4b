"""What charging from empty counts at each stop, as tables over the grid of SoC."""

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats, Ints
from tripplan.physics.charging import SOC_CELLS
from tripplan.search.problem import Problem, charging_times_s

_MANY_LEVELS = 256
"""More levels than this take longer to compare than it saves."""


def charging_functions(problem: Problem, *, relaxed: bool) -> tuple[Ints, Floats, Floats]:
    """Row of each stop in tables of charging from empty: by the clock, and in what it counts.

    Stops of one power and price share a row; where energy that lacks on arrival counts, the last
    row says how much.
    """
    stops, objective = problem.stop_count, problem.objective
    kw = problem.stop_kw if problem.power is not None else np.zeros(stops)
    plugs = np.flatnonzero(kw > 0.0)
    level = np.full(stops, -1, np.int32)
    if objective is None:
        kinds, row = np.unique(kw[plugs], return_inverse=True)
        kinds = kinds[None, :]
    else:
        columns = np.stack([kw, objective.charging_factor, objective.kwh_s])[:, plugs]
        kinds, row = np.unique(columns, axis=1, return_inverse=True)
    level[plugs] = row.ravel()
    clock_s = charging_times_s(problem, kinds[0], relaxed=relaxed)
    energy = np.arange(SOC_CELLS + 1) * problem.step_kwh
    charging_function_s = clock_s
    if objective is not None and plugs.size:
        charging_function_s = kinds[1][:, None] * clock_s + kinds[2][:, None] * energy
    if problem.end_s_per_kwh > 0.0:
        charging_function_s = np.vstack([charging_function_s, problem.end_s_per_kwh * energy])
    return level, clock_s, charging_function_s


def _cells_s(charging_function_s: Floats) -> Floats:
    """Time that each cell of SoC takes; infinite where it is not charged; shape (levels, cells)."""
    cell_s = np.full((charging_function_s.shape[0], charging_function_s.shape[1] - 1), np.inf)
    ends = charging_function_s[:, 1:]
    np.subtract(ends, charging_function_s[:, :-1], out=cell_s, where=np.isfinite(ends))
    return cell_s


def never_quicker(charging_function_s: Floats, least_cell: int) -> NDArray[np.bool_]:
    """Tell which power levels are never quicker than which others at the same or a lower SoC.

    Parameters
    ----------
    charging_function_s
        Time to charge from empty, shape (levels, columns). [s]
    least_cell
        Cell of SoC below which no car ever is.

    Returns
    -------
    ndarray
        Shape (levels, levels); where there are many levels, none is told apart.
    """
    if charging_function_s.shape[0] > _MANY_LEVELS:
        return np.zeros((charging_function_s.shape[0],) * 2, np.bool_)
    cell_s = _cells_s(charging_function_s)[:, least_cell:]
    slowest_s = np.maximum.accumulate(cell_s, axis=1)
    return np.array([np.all(cells >= slowest_s, axis=1) for cells in cell_s])


def never_slower(charging_function_s: Floats, least_cell: int) -> NDArray[np.bool_]:
    """Tell which power levels are never slower than which others at the same SoC.

    Parameters
    ----------
    charging_function_s
        Time to charge from empty, shape (levels, columns). [s]
    least_cell
        Cell of SoC below which no car ever is.

    Returns
    -------
    ndarray
        Shape (levels, levels).
    """
    cell_s = _cells_s(charging_function_s)[:, least_cell:]
    return np.array([np.all(cells <= cell_s, axis=1) for cells in cell_s])


def extreme_cells_s(charging_function_s: Floats, least_cell: int) -> tuple[Floats, Floats]:
    """Time of the quickest cell of SoC from each on, and of the slowest up to each [s].

    Parameters
    ----------
    charging_function_s
        Time to charge from empty, shape (levels, columns). [s]
    least_cell
        Cell of SoC below which no car ever is.

    Returns
    -------
    tuple of ndarray
        Shape (levels, columns - 1) each.
    """
    cell_s = _cells_s(charging_function_s)
    quickest_s = np.minimum.accumulate(cell_s[:, ::-1], axis=1)[:, ::-1]
    cell_s[:, :least_cell] = -np.inf
    return np.ascontiguousarray(quickest_s), np.maximum.accumulate(cell_s, axis=1)


def rises_kwh(charging_function_s: Floats, least_cell: int, step_kwh: float) -> Floats:
    """Energies from which each power level charges quicker than just before, shape (levels, rises).

    Parameters
    ----------
    charging_function_s
        Time to charge from empty, shape (levels, columns). [s]
    least_cell
        Cell of SoC below which no car ever is.
    step_kwh
        Energy between two columns. [kWh]
    """
    cell_s = _cells_s(charging_function_s)
    quicker = cell_s[:, 1:] < cell_s[:, :-1] * (1.0 - 1e-12)
    quicker[:, :least_cell] = False
    found = np.full((charging_function_s.shape[0], int(quicker.sum(axis=1).max(initial=0))), np.inf)
    for row, at in zip(found, quicker, strict=True):
        cells = np.flatnonzero(at) + 1
        row[: cells.size] = cells * step_kwh
    return found
