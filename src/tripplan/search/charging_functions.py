"""What charging from empty counts at each stop, as tables over the grid of SoC.

The tables depend on the powers and prices that there are and on the car, hardly on the trip: those
of the last few are kept.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tripplan.arrays import Floats, Ints
from tripplan.physics.charging import SOC_CELLS
from tripplan.search.problem import Problem, charging_times_s, optimistic_limit_kw

_MANY_LEVELS = 256
"""More levels than this take longer to compare than it saves."""


_KEPT = 16
"""Tables that are kept, and rows of stops."""


class ChargingTables(NamedTuple):
    """What charging counts by power level; read alone, since they are shared."""

    clock_s: Floats
    """Time to charge from empty, shape (levels, columns)."""
    charging_function_s: Floats
    """The same with what energy is worth, shape (levels, columns); where energy that lacks on
    arrival counts, a row follows for that."""
    never_quicker: NDArray[np.bool_]
    never_slower: NDArray[np.bool_]
    """What the functions of these names say, shape (levels, levels)."""
    quickest_s: Floats
    slowest_s: Floats
    """What `extreme_cells_s` says, shape (levels, columns - 1)."""
    rises_kwh: Floats
    """What the function of this name says of a relaxation, shape (levels, rises)."""


class _Asked(NamedTuple):
    """All that tables depend on; numbers in a row as bytes, so that it can be looked up."""

    kinds: bytes
    """Powers of chargers and, with an objective, what a second and a kilowatt-hour count there."""
    columns: int
    curve: tuple[bytes, bytes] | None
    """SoC and power of the car's charging curve; None: it cannot fast-charge."""
    most_kw: float
    reserve_kwh: float
    step_kwh: float
    end_s_per_kwh: float
    relaxed: bool


def charging_functions(problem: Problem, *, relaxed: bool) -> tuple[Ints, ChargingTables]:
    """Row of each stop in tables of charging from empty, and the tables.

    Stops of one power and price share a row.
    """
    objective, curve = problem.objective, problem.charging_curve
    columns = [np.zeros(problem.stop_count) if curve is None else problem.stop_kw]
    if objective is not None:
        columns += [objective.charging_factor, objective.kwh_s]
    level, kinds = _levels(np.stack(columns).tobytes(), len(columns))
    asked = _Asked(
        kinds,
        len(columns),
        None if curve is None else (curve[0].tobytes(), curve[1].tobytes()),
        optimistic_limit_kw(problem),
        float(problem.reserve_kwh),
        float(problem.step_kwh),
        float(problem.end_s_per_kwh),
        relaxed,
    )
    return level, _tables(asked)


@lru_cache(maxsize=_KEPT)
def _levels(stops: bytes, columns: int) -> tuple[Ints, bytes]:
    """Row of each stop, -1 where nothing is charged, and the kinds of stops that have rows.

    Parameters
    ----------
    stops
        Power of each and, with an objective, what a second and a kilowatt-hour count there.
    columns
        How many of these there are.
    """
    table = np.frombuffer(stops).reshape(columns, -1)
    plugs = np.flatnonzero(table[0] > 0.0)
    level = np.full(table.shape[1], -1, np.int32)
    if columns == 1:
        kinds, row = np.unique(table[0, plugs], return_inverse=True)
    else:
        kinds, row = np.unique(table[:, plugs], axis=1, return_inverse=True)
    level[plugs] = row.ravel()
    return level, kinds.tobytes()


@lru_cache(maxsize=_KEPT)
def _tables(asked: _Asked) -> ChargingTables:
    kinds = np.frombuffer(asked.kinds).reshape(asked.columns, -1)
    curve = asked.curve and (np.frombuffer(asked.curve[0]), np.frombuffer(asked.curve[1]))
    least_cell = int(asked.reserve_kwh / asked.step_kwh)
    clock_s = charging_times_s(
        curve, kinds[0], asked.most_kw, asked.step_kwh, least_cell if asked.relaxed else None
    )
    energy = np.arange(SOC_CELLS + 1) * asked.step_kwh
    charging_function_s = clock_s
    if asked.columns > 1 and kinds.size:
        charging_function_s = kinds[1][:, None] * clock_s + kinds[2][:, None] * energy
    if asked.end_s_per_kwh > 0.0:
        charging_function_s = np.vstack([charging_function_s, asked.end_s_per_kwh * energy])
    return ChargingTables(
        clock_s,
        charging_function_s,
        never_quicker(charging_function_s, least_cell),
        never_slower(charging_function_s, least_cell),
        *extreme_cells_s(charging_function_s, least_cell),
        rises_kwh(charging_function_s, least_cell, asked.step_kwh)
        if asked.relaxed
        else np.empty((1, 0)),
    )


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
