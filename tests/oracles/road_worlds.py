"""Random little road networks whose energies are whole levels of charge."""

import heapq
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from tests.oracles.twin import IMPOSSIBLE, Hop, LevelWorld, simulated_arrival
from tripplan.physics.charging import SOC_CELLS, PowerModel
from tripplan.physics.thermal import PackModel
from tripplan.search.costs import ArcCosts, PieceCosts
from tripplan.search.kernels.drives import Roads
from tripplan.search.question import Question

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

IDLE_PACK = PackModel(2e5, 0.1, 0.02, 350.0, 20.0, 6.0, 0.0, math.inf, 20.0)


@dataclass(frozen=True, eq=False)
class RoadWorld:
    """Roads with times in seconds, energies and wishes in levels."""

    tail: Ints
    head: Ints
    time_s: Floats
    spent: Ints
    """Levels that each arc spends; negative where it charges."""
    height: Ints
    """Potential energy at each node, in levels."""
    charger_node: Ints
    charger_kw: Floats
    curve: tuple[Floats, Floats]
    """SoC and power of the car's charging curve."""
    per_cell: int
    level_kwh: float
    origin: int
    destination: int
    start: int
    reserve: int
    final: int
    limit: int
    overhead_s: float

    @property
    def full(self) -> int:
        """Level of a full battery."""
        return SOC_CELLS * self.per_cell


def random_road_world(
    seed: int, nodes: int = 30, grain: int = 1, chargers: int = 0, span: float = 0.0
) -> RoadWorld:
    """Draw a hilly planar network.

    Parameters
    ----------
    seed
        Seed of the draw.
    nodes
        How many nodes.
    grain
        All energies are multiples of this many levels, and where it is above 1, so are the
        stretches over which the charging curve is constant.
    chargers
        How many chargers; 0: four to seven.
    span
        Full batteries that it takes to cross the world as the crow flies; 0: 0.5 to 1.8.
    """
    rng = np.random.default_rng(seed)
    per_cell = int(rng.integers(1, 3)) if grain == 1 else 1
    full = SOC_CELLS * per_cell // grain
    place = rng.uniform(0.0, 1.0, (nodes, 2))
    tail, head = _planar_edges(rng, place)
    apart = np.hypot(*(place[tail] - place[head]).T)
    height = rng.integers(0, max(full // 4, 2), nodes)
    span = span or float(rng.uniform(0.5, 1.8))
    chargers = chargers or int(rng.integers(4, 8))
    lost = np.round(apart * full * span * rng.uniform(0.6, 1.4, tail.size))
    reserve = int(rng.integers(0, full // 5))
    ends = np.argsort(place[:, 0])
    return RoadWorld(
        tail=tail,
        head=head,
        time_s=apart * 14400.0 * rng.uniform(0.5, 1.5, tail.size),
        spent=grain * (lost + height[head] - height[tail]).astype(np.int32),
        height=grain * height.astype(np.int32),
        charger_node=rng.integers(0, nodes, chargers).astype(np.int32),
        charger_kw=rng.choice([11.0, 50.0, 50.0, 100.0, 150.0], chargers),
        curve=_random_curve(rng, grain),
        per_cell=per_cell,
        level_kwh=float(rng.uniform(0.1, 0.8)) / per_cell,
        origin=int(ends[rng.integers(0, 3)]),
        destination=int(ends[-1 - rng.integers(0, 3)]),
        start=grain * int(rng.integers(max(reserve, full // 3), full + 1)),
        reserve=grain * reserve,
        final=grain * int(rng.integers(reserve, reserve + full // 3)),
        limit=grain * int(rng.integers(reserve + full // 2, full + 1)),
        overhead_s=float(rng.choice([0.0, 60.0, 300.0, 900.0])),
    )


def _random_curve(rng: np.random.Generator, grain: int) -> tuple[Floats, Floats]:
    if grain > 1:
        middles = (np.arange(SOC_CELLS) + 0.5) / SOC_CELLS
        return middles, np.repeat(rng.uniform(15.0, 120.0, SOC_CELLS // grain), grain)
    points = int(rng.integers(2, 7))
    soc = np.concatenate([[0.0], np.sort(rng.uniform(0.05, 0.95, points)), [1.0]])
    return soc, rng.uniform(5.0, 150.0, soc.size)


def _planar_edges(rng: np.random.Generator, place: Floats) -> tuple[Ints, Ints]:
    """Arcs of a Delaunay triangulation, some missing, some one-way, sorted by tail."""
    triangles = Delaunay(place).simplices
    pairs = {
        (int(min(a, b)), int(max(a, b)))
        for t in triangles
        for a, b in ((t[0], t[1]), (t[1], t[2]), (t[2], t[0]))
    }
    arcs = []
    for a, b in sorted(pairs):
        luck = rng.uniform()
        if luck < 0.85:
            arcs += [(a, b), (b, a)]
        elif luck < 0.92:
            arcs.append((a, b) if luck < 0.885 else (b, a))
    tail, head = np.array(sorted(arcs), dtype=np.int32).T
    return tail.copy(), head.copy()


def as_question(world: RoadWorld) -> Question:
    """Return the world as the search sees it.

    The forward star is read-only as that of a `RoadNetwork`, or kernels would be compiled anew.
    """
    kwh = world.level_kwh
    energy = np.asarray(world.spent * kwh, np.float64)
    arcs = world.tail.size
    zeros = np.zeros(arcs)
    costs = ArcCosts(
        pieces=PieceCosts(
            time_s=world.time_s,
            speed_mps=np.ones(arcs),
            motion_kwh=np.maximum(energy, 0.0),
            regenerated_kwh=np.maximum(-energy, 0.0),
            auxiliary_kwh=zeros,
            cabin_kwh=zeros,
            heat_j=zeros,
        ),
        bearing_deg=zeros,
        height_kwh=np.asarray(world.height * kwh, np.float64),
        open_arcs=np.ones(arcs, np.bool_),
    )
    first_out = np.searchsorted(world.tail, np.arange(world.height.size + 1)).astype(np.int32)
    head = world.head.copy()
    first_out.setflags(write=False)
    head.setflags(write=False)
    capacity = world.full * kwh
    soc, kw = world.curve
    return Question(
        roads=Roads(
            first_out,
            head,
            world.time_s,
            energy,
            np.maximum(energy, 0.0),
            np.maximum(energy, 0.0),
            zeros,
        ),
        costs=costs,
        tail=world.tail,
        origin=world.origin,
        destination=world.destination,
        charger_node=world.charger_node,
        charger_kw=world.charger_kw,
        capacity_kwh=capacity,
        start_kwh=world.start * kwh,
        reserve_kwh=world.reserve * kwh,
        final_kwh=world.final * kwh,
        limit_kwh=world.limit * kwh,
        overhead_s=world.overhead_s,
        start_c=20.0,
        power=PowerModel(soc, kw, np.array([0.0]), np.array([1e6]), capacity),
        pack=IDLE_PACK,
    )


def as_levels(world: RoadWorld) -> LevelWorld:
    """Return the world as the twin sees it, with fastest drives of its own."""
    chargers = world.charger_node.size
    starts = [*world.charger_node.tolist(), world.origin]
    targets = [*enumerate(world.charger_node.tolist()), (chargers + 1, world.destination)]
    rows = []
    for row, source in enumerate(starts):
        rows.append(
            tuple(
                Hop(stop, drives[node][0], _arrivals(world, drives[node][1]))
                for price in prices_s_per_kwh(world)
                for drives in [least_drives(world, source, price)]
                for stop, node in targets
                if stop != row and node in drives
            )
        )
    middles = (np.arange(SOC_CELLS) + 0.5) / SOC_CELLS
    curve_kw = np.interp(middles, *world.curve)
    kw = np.minimum(curve_kw[None, :], world.charger_kw[:, None])
    return LevelWorld(
        hops=tuple(rows),
        charge_s=np.repeat(world.level_kwh * 3600.0 / kw, world.per_cell, axis=1).tolist(),
        start=world.start,
        final=world.final,
        limit=world.limit,
        overhead_s=world.overhead_s,
    )


def prices_s_per_kwh(world: RoadWorld) -> tuple[float, ...]:
    """Exchange rates of energy for time under which the search looks for drives.

    Nothing; the time that the quickest charging takes; and so much that only energy counts.
    """
    fastest_kw = min(float(world.charger_kw.max()), float(world.curve[1].max()))
    return 0.0, 3600.0 / fastest_kw, 1e6


def least_drives(
    world: RoadWorld, source: int, price: float
) -> dict[int, tuple[float, tuple[int, ...]]]:
    """Time and arcs of the drive to each node with the least of time + price x energy.

    As the search defines it: roads are followed in that order (with the energy that lifts the car
    set aside, which is the same on all roads to a node), and a road onto which a car that started
    full could not turn is left out.
    """
    leaving: dict[int, list[int]] = {}
    for arc, node in enumerate(world.tail.tolist()):
        leaving.setdefault(node, []).append(arc)
    lost = world.spent - world.height[world.head] + world.height[world.tail]
    weight = (world.time_s + price * world.level_kwh * lost).tolist()
    found: dict[int, tuple[float, tuple[int, ...]]] = {}
    queue: list[tuple[float, int, tuple[int, ...]]] = [(0.0, source, ())]
    while queue:
        reached, node, path = heapq.heappop(queue)
        if node in found:
            continue
        found[node] = (float(world.time_s[list(path)].sum()), path)
        for arc in leaving.get(node, []):
            longer = (*path, arc)
            if needed(world, longer) <= world.full:
                heapq.heappush(queue, (reached + weight[arc], int(world.head[arc]), longer))
    return found


def needed(world: RoadWorld, path: tuple[int, ...]) -> float:
    """Level that a path needs at its start, worked out backwards from its end."""
    level = world.reserve
    for spent in world.spent[list(path)][::-1].tolist():
        level = max(world.reserve, level + spent)
        if level > world.full:
            return math.inf
    return level


def _arrivals(world: RoadWorld, path: tuple[int, ...]) -> tuple[int, ...]:
    spent = world.spent[list(path)].tolist()
    return tuple(
        simulated_arrival(spent, level, world.reserve, world.full)
        if level >= world.reserve
        else IMPOSSIBLE
        for level in range(world.full + 1)
    )
