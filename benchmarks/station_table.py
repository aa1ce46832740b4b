"""One table of drives between stations for three programs: tripplan, frvcpy and Dijkstra.

The table is what all of them can express: for each pair of stops the fastest drive at the usual
speed, energy that is never negative, charging power that falls in steps with SoC, a fixed time per
stop, no battery heat.  Energies count from the reserve.  Stations are 0..n-1, the origin is n, the
destination n + 1.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from tripplan.arrays import Floats, Longs
from tripplan.physics.charging import SOC_CELLS, PowerModel
from tripplan.physics.jit import compiled
from tripplan.records.settings import Settings
from tripplan.routing.drive_columns import DriveColumns
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.bounds import least_time_s
from tripplan.search.kernels.labels import Bounds
from tripplan.search.label_setting import search
from tripplan.search.pool import DrivePool
from tripplan.search.problem import Problem, charging_times_s, optimistic_limit_kw
from tripplan.units import S_PER_H

CURVE = (0.0, 0.3, 0.45, 0.55, 0.65, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
"""SoC at which the charging power falls; on whole per cents, so that all programs can have it."""


def stepped(capacity_kwh: float) -> PowerModel:
    """Return a falling charging curve, constant between the points of `CURVE` (made up)."""
    edges = np.array(CURVE)
    middles = 0.5 * (edges[1:] + edges[:-1])
    kw = 2.6 * capacity_kwh * np.maximum(0.12, np.minimum(1.0, 1.0 - 1.45 * (middles - 0.45)))
    tiny = 1e-9
    return PowerModel(
        curve_soc=np.stack([edges[:-1] + tiny, edges[1:] - tiny], 1).ravel(),
        curve_kw=np.repeat(kw, 2),
        limit_c=np.zeros(1),
        limit_kw=np.full(1, 1e6),
        capacity_kwh=capacity_kwh,
    )


@dataclass(frozen=True, eq=False)
class StationTable:
    """Drives between all stops of one trip, also those for which the battery is too small."""

    problem: Problem
    time_s: Floats
    """Shape (n + 2, n + 2)."""
    energy_kwh: Floats

    @property
    def stations(self) -> int:
        """Number of stations."""
        return int(self.problem.charger_node.size)

    @property
    def usable_kwh(self) -> float:
        """Energy above the reserve in a full battery."""
        return self.problem.capacity_kwh - self.problem.reserve_kwh

    @property
    def start_kwh(self) -> float:
        """Energy above the reserve at the start."""
        return self.problem.start_kwh - self.problem.reserve_kwh

    @property
    def drivable(self) -> NDArray[np.bool_]:
        """Whether a full battery does for each drive, shape (n + 2, n + 2)."""
        return np.asarray(np.isfinite(self.time_s) & (self.energy_kwh <= self.usable_kwh))

    @property
    def first_cell(self) -> int:
        """Cell of SoC at which the reserve ends."""
        return round(self.problem.reserve_kwh / self.problem.step_kwh)

    def charging_s(self) -> tuple[NDArray[np.intp], Floats]:
        """Kind of each station, and time to charge up to each cell from the reserve by kind."""
        levels_kw, kind = np.unique(self.problem.charger_kw, return_inverse=True)
        problem, most_kw = self.problem, optimistic_limit_kw(self.problem)
        charging_function_s = charging_times_s(
            problem.charging_curve, levels_kw, most_kw, problem.step_kwh
        )[:, self.first_cell :]
        return kind, charging_function_s - charging_function_s[:, :1]


def table_of(problem: Problem, rows: ManyToMany) -> StationTable:
    """Read the fastest drive between each two stops."""
    stations = problem.charger_node.size
    time_s = np.full((stations + 2, stations + 2), np.inf)
    energy = np.full((stations + 2, stations + 2), np.inf)

    def put(there: NDArray[np.int32], here: int, drives: DriveColumns) -> None:
        ends = (here, there) if here <= stations else (there, stations + 1)
        time_s[ends], energy[ends] = drives.time_s, np.maximum(drives.consumed_kwh, 0.0)

    for k in range(stations):
        row = rows.one_to_many(k)
        put(row.stop, k, row)
    start = rows.from_node(problem.origin)
    put(start.stop, stations, start)
    end = rows.to_node(problem.destination)
    put(end.stop, stations + 1, end)
    direct = rows.between(problem.origin, problem.destination)
    if direct.stop.size:
        time_s[stations, -1], energy[stations, -1] = direct.time_s[0], direct.consumed_kwh[0]
    return StationTable(problem, time_s, energy)


class TablePool(DrivePool):
    """All drives of a table."""

    def __init__(self, table: StationTable) -> None:
        super().__init__(table.problem)
        stations, full = table.stations, table.problem.capacity_kwh
        drivable = table.drivable
        reserve = table.problem.reserve_kwh
        for stop in range(stations + 1):
            there = np.flatnonzero(drivable[stop, :stations]).astype(np.int32)
            cost = table.energy_kwh[stop, there]
            values = [table.time_s[stop, there], cost + reserve, cost, full, 0.0, 0.0, 0.0, 0.0]
            place = stop if stop < stations else self.problem.stop_count - 1
            self.set_row(place, there, values)
        near = np.flatnonzero(drivable[: stations + 1, -1]).astype(np.int32)
        cost = table.energy_kwh[near, -1]
        values = [table.time_s[near, -1], cost + reserve, cost, full, 0.0, 0.0, 0.0, 0.0]
        here = np.where(near < stations, near, self.problem.stop_count - 1).astype(np.int32)
        self.set_target(0, here, np.full(near.size, stations, np.int32), 1, values)

    def fetch(self, stop: int) -> None:
        """Never asked for: all rows are there."""
        raise AssertionError(stop)


@compiled
def _least_to_end(weight: Floats) -> Floats:
    """Dijkstra from the last stop backwards; drives as rows by where they lead, shape (n, n)."""
    count = weight.shape[0]
    least, waits = np.full(count, np.inf), np.ones(count, np.bool_)
    here = count - 1
    least[here] = 0.0
    while here >= 0:
        waits[here] = False
        base, nearest, then = least[here], np.inf, -1
        for k in range(count):
            if waits[k]:
                least[k] = min(least[k], base + weight[here, k])
                if least[k] < nearest:
                    nearest, then = least[k], k
        here = then
    return least


class TableBounds:
    """Optimistic rests from the table itself, as frvcpy makes its own.

    The table has the fastest drive of each pair, so that no chain of them is quicker than the drive
    straight to the end.
    """

    def __init__(self, table: StationTable) -> None:
        self._problem = table.problem
        self._time_s = np.append(table.time_s[:-1, -1], 0.0)
        self._cost_kwh = np.where(table.drivable, table.energy_kwh, np.inf).T.copy()

    def made(self) -> Bounds:
        """Make them."""
        problem = self._problem
        stations, price = problem.charger_node.size, problem.least_s_per_kwh
        # The table has the origin before the destination, the search the other way round.
        places = np.append(np.arange(stations), stations + 1)
        energy_kwh = _least_to_end(self._cost_kwh)

        def placed(rest: Floats) -> Floats:
            made = np.full((2, problem.stop_count), np.inf)
            made[0, places] = rest[: stations + 1]
            made[1, stations] = 0.0
            return made

        return Bounds(
            placed(self._time_s),
            placed(energy_kwh),
            placed(self._time_s + price * energy_kwh),
            S_PER_H / price,
            problem.overhead_s,
            max(problem.limit_kwh - problem.reserve_kwh, 1e-9),
            problem.final_kwh,
        )


def with_tripplan(table: StationTable, bounds: Bounds, pool: TablePool) -> float:
    """Search as tripplan does: below a ceiling that is raised where it was too low [s]."""
    problem, settings = table.problem, Settings(heat=False)
    least_s = least_time_s(problem, bounds)
    for ceiling_s in (1.12 * least_s + 900.0, math.inf):
        found = search(problem, pool, bounds, settings, ceiling_s=ceiling_s)
        assert found.complete
        if found.chain:
            break
    return found.time_s


def frvcpy_case(table: StationTable) -> dict[str, object]:
    """Return the table as frvcpy takes it."""
    stations = table.stations
    far_s, far_kwh = 1e7, 10.0 * table.usable_kwh
    time_s = np.where(np.isfinite(table.time_s), table.time_s, far_s)
    energy = np.where(np.isfinite(table.energy_kwh), table.energy_kwh, far_kwh)
    # frvcpy wants to reach a station after each stop: one is always at hand, the stop itself, and
    # at the end any.
    np.fill_diagonal(energy, 0.0)
    np.fill_diagonal(time_s, 0.0)
    energy[-1, :stations] = 0.0
    kind, charging_function_s = table.charging_s()
    cells = np.unique([*(round(soc * SOC_CELLS) for soc in CURVE), table.first_cell])
    cells = cells[cells >= table.first_cell] - table.first_cell
    step = table.problem.step_kwh
    return {
        "energy_matrix": energy.tolist(),
        "time_matrix": time_s.tolist(),
        "process_times": [table.problem.overhead_s] * stations + [0.0, 0.0],
        "max_q": table.usable_kwh,
        "breakpoints_by_type": [
            {"cs_type": k, "time": row[cells].tolist(), "charge": (cells * step).tolist()}
            for k, row in enumerate(charging_function_s)
        ],
        "css": [{"node_id": k, "cs_type": int(kind[k])} for k in range(stations)],
    }


def frvcpy_solver(table: StationTable) -> Callable[[], float]:
    """Return a call of frvcpy on a table that has been handed over [s]."""
    from frvcpy.solver import Solver  # noqa: PLC0415 - takes long, and may be absent

    case = frvcpy_case(table)
    ends = [table.stations, table.stations + 1]
    return lambda: float(Solver(case, ends, table.start_kwh).solve()[0])


@dataclass(frozen=True, eq=False)
class States:
    """The graph of (stop, SoC in whole per cents above the reserve); the last state is the end."""

    tail: Longs
    head: Longs
    weight_s: Floats
    origin: int
    count: int


def states_of(table: StationTable) -> States:
    """Make the graph: drives at each level, energy rounded up, and charging by one per cent."""
    stations, levels = table.stations, SOC_CELLS - table.first_cell + 1
    kind, charging_function_s = table.charging_s()
    end = (stations + 1) * levels
    tails, heads, weights = [], [], []
    ones, others = np.nonzero(table.drivable[: stations + 1])
    cells = table.energy_kwh[ones, others] / table.problem.step_kwh
    levels_lost = np.ceil(cells - 1e-9).astype(np.int64)
    overhead = np.where(others < stations, table.problem.overhead_s, 0.0)
    time_s = table.time_s[ones, others] + overhead
    for level in range(levels):
        fits = level >= levels_lost
        tails.append(ones[fits] * levels + level)
        there = others[fits] * levels + level - levels_lost[fits]
        heads.append(np.where(others[fits] == stations + 1, end, there))
        weights.append(time_s[fits])
    station = np.arange(stations)
    for level in range(levels - 1):
        tails.append(station * levels + level)
        heads.append(station * levels + level + 1)
        weights.append(charging_function_s[kind, level + 1] - charging_function_s[kind, level])
    start = math.floor(table.start_kwh / table.problem.step_kwh + 1e-9)
    return States(
        np.concatenate(tails),
        np.concatenate(heads),
        np.concatenate(weights),
        stations * levels + start,
        end + 1,
    )


def scipy_solver(states: States) -> Callable[[], float]:
    """Return a call of scipy's Dijkstra on the ready graph [s]."""
    shape = (states.count, states.count)
    graph = csr_array((states.weight_s, (states.tail, states.head)), shape=shape)
    source = np.array([states.origin])
    return lambda: float(dijkstra(graph, indices=source)[0, -1])


def networkx_solver(states: States) -> Callable[[], float]:
    """Return a call of networkx' Dijkstra on the ready graph [s]."""
    import networkx as nx  # noqa: PLC0415 - an extra

    graph = nx.DiGraph()
    ends = zip(states.tail.tolist(), states.head.tolist(), states.weight_s.tolist(), strict=True)
    graph.add_weighted_edges_from(ends)
    end = states.count - 1
    return lambda: float(nx.dijkstra_path_length(graph, states.origin, end))


def as_asked(problem: Problem) -> Problem:
    """Return the trip with the stepped charging curve and nothing that the others do not know."""
    return replace(problem, power=stepped(problem.capacity_kwh), final_kwh=problem.reserve_kwh)
