"""The exact stop search against frvcpy, another group's program for charging on a fixed route.

frvcpy implements the labelling of Froger, Mendoza, Jabali, Laporte, "Improved formulations and
algorithmic components for the electric vehicle routing problem with nonlinear charging functions",
Computers & Operations Research 104 (2019).  It knows concave charging functions, one per kind of
station, and several stations between two stops of a route.  It does not
know recuperation, a reserve, a charge limit, or driving past a station where that saves energy.
So here no drive charges, the battery holds only what lies above the reserve, powers fall with SoC,
and times and energies obey the triangle inequality (closed under shortest paths).
"""

import math
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pytest
from frvcpy.solver import Solver
from numpy.typing import NDArray

from tripplan.search.kernels.passing import add_passing_drives
from tripplan.search.kernels.stops import Bounds, Drives, Wishes, choose_stops

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

CELLS = 100
CASES = 120


@dataclass(frozen=True, eq=False)
class Route:
    """Stops 0..n-1 are stations, n is the origin, n + 1 the destination."""

    time_s: Floats
    energy: Floats
    """In cells of the battery, whole numbers; shape (n + 2, n + 2) like the times."""
    blocks: Ints
    """Cells at which the power falls, from 0 to `CELLS`."""
    block_s: Floats
    """Time for a cell in each block, by kind of station; shape (kinds, blocks)."""
    kind: Ints
    start: int
    overhead_s: float


def random_route(seed: int) -> Route:
    rng = np.random.default_rng(seed)
    stations = int(rng.integers(4, 13))
    place = rng.uniform(0.0, 1.0, (stations + 2, 2))
    place[stations], place[stations + 1] = (0.0, 0.5), (1.0, 0.5)
    apart = np.hypot(*(place[:, None, :] - place[None, :, :]).transpose(2, 0, 1))
    span = rng.uniform(1.0, 3.0)
    bend = rng.uniform(0.8, 1.3, (2, *apart.shape))
    edges = np.unique(rng.integers(5, 96, int(rng.integers(1, 6))))
    blocks = np.concatenate([[0], edges, [CELLS]]).astype(np.int32)
    kinds = int(rng.integers(1, 4))
    cell_kwh = rng.uniform(0.2, 0.8)
    curve = np.sort(rng.uniform(4.0, 120.0, blocks.size - 1))[::-1]
    power = np.minimum(curve[None, :], rng.choice([11.0, 50.0, 100.0], kinds)[:, None])
    return Route(
        time_s=_closed(apart * 9000.0 * bend[0]),
        energy=_closed(np.round(apart * span * CELLS * bend[1])),
        blocks=blocks,
        block_s=cell_kwh * 3600.0 / power,
        kind=rng.integers(0, kinds, stations).astype(np.int32),
        start=int(rng.integers(40, CELLS + 1)),
        overhead_s=float(rng.choice([0.0, 120.0, 300.0])),
    )


def _closed(weight: Floats) -> Floats:
    """Close a matrix under shortest paths (Floyd and Warshall)."""
    weight = weight.copy()
    np.fill_diagonal(weight, 0.0)
    for k in range(len(weight)):
        weight = np.minimum(weight, weight[:, k : k + 1] + weight[k : k + 1, :])
    return weight


def with_frvcpy(route: Route) -> float:
    """Ask frvcpy; infinite where it finds no way."""
    stations = route.kind.size
    origin, destination = stations, stations + 1
    energy = route.energy.copy()
    # frvcpy wants to reach a station after the last stop; here one is always at hand.
    energy[destination, :stations] = 0.0
    instance: dict[str, Any] = {
        "energy_matrix": energy.tolist(),
        "time_matrix": route.time_s.tolist(),
        "process_times": [route.overhead_s] * stations + [0.0, 0.0],
        "max_q": CELLS,
        "breakpoints_by_type": [
            {
                "cs_type": kind,
                "time": [0.0, *np.cumsum(np.diff(route.blocks) * cell_s).tolist()],
                "charge": route.blocks.tolist(),
            }
            for kind, cell_s in enumerate(route.block_s)
        ],
        "css": [{"node_id": k, "cs_type": int(kind)} for k, kind in enumerate(route.kind)],
    }
    duration, _ = Solver(instance, [origin, destination], route.start).solve()
    return float(duration)


def with_tripplan(route: Route) -> float:
    stations = route.kind.size
    rows: list[list[tuple[int, float, float]]] = [[] for _ in range(stations + 1)]
    for tail, head in product(range(stations + 1), [*range(stations), stations + 1]):
        if tail != head and route.energy[tail, head] <= CELLS:
            rows[tail].append(
                (head, float(route.time_s[tail, head]), float(route.energy[tail, head]))
            )
    flat = np.array([entry for row in rows for entry in row]).reshape(-1, 3)
    cost = flat[:, 2]
    first = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int32)
    room = np.full(stations + 1, float(CELLS))
    room[-1] = route.start
    out_first, out_stop, columns, *_ = add_passing_drives(
        first,
        flat[:, 0].astype(np.int32),
        np.stack([flat[:, 1], cost, cost, CELLS - cost, np.zeros(cost.size)]),
        room,
        np.zeros(stations + 2),
    )
    cell_s = np.repeat(route.block_s, np.diff(route.blocks), axis=1)
    tau_s = np.concatenate([np.zeros((len(cell_s), 1)), np.cumsum(cell_s, axis=1)], axis=1)
    stops = stations + 2
    best, _, _, _, complete = choose_stops(
        Drives(np.append(out_first, out_first[-1]).astype(np.int32), out_stop, *columns),
        np.append(route.kind, [0, 0]).astype(np.int32),
        tau_s,
        Bounds(np.zeros(stops), np.full(stops, -1e9), np.zeros(stops), 1e9, 0.0, 1.0, 0.0),
        Wishes(stations, stations + 1, float(route.start), float(CELLS), route.overhead_s, 1.0),
        math.inf,
        200_000,
    )
    assert complete
    return best


def test_same_objective() -> None:
    stopping = 0
    for seed in range(CASES):
        route = random_route(seed)
        expected = with_frvcpy(route)
        found = with_tripplan(route)
        assert found == pytest.approx(expected, abs=1e-3), f"route {seed}"
        stations = route.kind.size
        stopping += math.isfinite(found) and route.start < route.energy[stations, stations + 1]
    assert stopping >= CASES // 2
