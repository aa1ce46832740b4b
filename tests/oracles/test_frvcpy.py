"""The exact stop search against frvcpy, another group's program for charging on a fixed route.

frvcpy implements the labelling of Froger, Mendoza, Jabali, Laporte, "Improved formulations and
algorithmic components for the electric vehicle routing problem with nonlinear charging functions",
Computers & Operations Research 104 (2019).  It knows concave charging functions, one per kind of
station, and several stations between two stops of a route.  It does not
know recuperation, a reserve, a charge limit, or driving past a station where that saves energy.
So here no drive charges, the battery holds only what lies above the reserve, powers fall with SoC,
and times and energies obey the triangle inequality (closed under shortest paths), so that driving
past a station never helps.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from frvcpy.solver import Solver

from tests.oracles.plain_choice import plain_choice, plain_wishes
from tripplan.arrays import Floats, Ints
from tripplan.search.kernels.labels import Bounds, Drives

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
    """Ask the stop search; it counts the destination before the origin."""
    stations = route.kind.size
    stops = stations + 2
    begin, end = np.zeros((2, stops), np.int32)
    target_begin, target_end = np.zeros((2, 1, stops), np.int32)
    rows: list[tuple[int, float, float]] = []
    for tail in range(stations + 1):
        here = tail if tail < stations else stations + 1
        begin[here] = len(rows)
        rows += [(head, *_drive(route, tail, head)) for head in range(stations) if head != tail]
        end[here] = target_begin[0, here] = len(rows)
        rows.append((stations, *_drive(route, tail, stations + 1)))
        target_end[0, here] = len(rows)
    stop, time_s, cost = np.array(rows).T
    none = np.zeros(cost.size)
    drives = Drives(
        stop=stop.astype(np.int32),
        stage=np.where(stop == stations, 1, -1).astype(np.int32),
        time_s=time_s.copy(),
        min_departure_kwh=cost.copy(),
        consumed_kwh=cost.copy(),
        max_arrival_kwh=CELLS - cost,
        heat_j=none,
        slower_s_per_kwh=none,
        slower_kwh=none,
        row_begin=begin,
        row_end=end,
        target_begin=target_begin,
        target_end=target_end,
    )
    cell_s = np.repeat(route.block_s, np.diff(route.blocks), axis=1)
    charging_function_s = np.concatenate(
        [np.zeros((len(cell_s), 1)), np.cumsum(cell_s, axis=1)], axis=1
    )
    constraints = plain_wishes(
        start_kwh=float(route.start),
        reserve_kwh=0.0,
        full_kwh=float(CELLS),
        limit_kwh=float(CELLS),
        final_kwh=0.0,
        step_kwh=1.0,
        overhead_s=route.overhead_s,
        level=route.kind,
    )
    shape = (2, stops)
    nothing = Bounds(np.zeros(shape), np.full(shape, -1e9), np.zeros(shape), 1e15, 0.0, 1.0, 0.0)
    found = plain_choice(
        drives, charging_function_s, np.zeros(stops), nothing, constraints, 200_000
    )
    assert found.complete
    return found.time_s


def _drive(route: Route, tail: int, head: int) -> tuple[float, float]:
    return float(route.time_s[tail, head]), float(route.energy[tail, head])


def test_same_objective() -> None:
    stopping = 0
    for seed in range(CASES):
        route = random_route(seed)
        expected = with_frvcpy(route)
        found = with_tripplan(route)
        assert found == pytest.approx(expected, abs=1e-4), f"route {seed}"
        stations = route.kind.size
        stopping += math.isfinite(found) and route.start < route.energy[stations, stations + 1]
    assert stopping >= CASES // 2
