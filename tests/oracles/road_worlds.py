"""Random little road networks whose energies are whole levels of charge.

A level is a whole number of milliwatt-hours and every time a whole number of milliseconds, as the
search counts them, so that nothing is rounded on the way.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.spatial import Delaunay

from tests.oracles.road_levels import RoadLevels
from tripplan.arrays import Floats, Ints
from tripplan.physics.charging import SOC_CELLS, PowerModel
from tripplan.physics.thermal import PackModel
from tripplan.planning.arc_costs import Roads, whole_numbers
from tripplan.routing.cch import Hierarchy
from tripplan.routing.customization import CustomizedHierarchy, stacked
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.problem import Problem, Target

MWH = 1e6
"""Milliwatt-hours in a kilowatt-hour."""
IDLE_PACK = PackModel(2e5, 0.1, 0.02, 350.0, 20.0, 6.0, 0.0, math.inf, 20.0)


@dataclass(frozen=True, eq=False)
class RoadWorld:
    """Roads with times in seconds, energies and wishes in levels."""

    tail: Ints
    head: Ints
    time_s: Floats
    """Time of each arc at each speed, fastest first, shape (speeds, arcs)."""
    spent: Ints
    """Levels that each arc spends at each speed; negative where it charges; shape (speeds, arcs).
    """
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
    seed: int,
    nodes: int = 30,
    grain: int = 1,
    chargers: int = 0,
    span: float = 0.0,
    speeds: int = 1,
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
    speeds
        In how many ways each road can be driven, the slower the thriftier.
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
    time_s = apart * 14400.0 * rng.uniform(0.5, 1.5, tail.size)
    times_s, losses = _slowed_down(np.random.default_rng([seed, speeds]), time_s, lost, speeds)
    return RoadWorld(
        tail=tail,
        head=head,
        time_s=times_s,
        spent=grain * (losses + height[head] - height[tail]).astype(np.int32),
        height=grain * height.astype(np.int32),
        charger_node=rng.integers(0, nodes, chargers).astype(np.int32),
        charger_kw=rng.choice([11.0, 50.0, 50.0, 100.0, 150.0], chargers),
        curve=_random_curve(rng, grain),
        per_cell=per_cell,
        level_kwh=round(float(rng.uniform(0.1, 0.8)) / per_cell * MWH) / MWH,
        origin=int(ends[rng.integers(0, 3)]),
        destination=int(ends[-1 - rng.integers(0, 3)]),
        start=grain * int(rng.integers(max(reserve, full // 3), full + 1)),
        reserve=grain * reserve,
        final=grain * int(rng.integers(reserve, reserve + full // 3)),
        limit=grain * int(rng.integers(reserve + full // 2, full + 1)),
        overhead_s=float(rng.choice([0.0, 60.0, 300.0, 900.0])),
    )


def _slowed_down(
    rng: np.random.Generator, time_s: Floats, lost: Floats, speeds: int
) -> tuple[Floats, Floats]:
    """Draw times in whole milliseconds and levels lost beyond lifting, shape (speeds, arcs)."""
    times_s, losses = [np.round(time_s, 3)], [lost]
    for _ in range(speeds - 1):
        times_s.append(np.round(times_s[-1] * rng.uniform(1.02, 1.3, time_s.size), 3))
        losses.append(np.floor(losses[-1] * rng.uniform(0.6, 1.0, time_s.size)))
    return np.array(times_s), np.array(losses)


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


def as_problem(world: RoadWorld) -> Problem:
    """Return the trip as the search sees it."""
    kwh = world.level_kwh
    capacity = world.full * kwh
    soc, kw = world.curve
    return Problem(
        origin=world.origin,
        targets=(Target(world.destination),),
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


def as_ground(
    world: RoadWorld, order: Ints | None = None, heat_j: Floats | None = None
) -> CustomizedHierarchy:
    """Return the roads as the search sees them.

    Parameters
    ----------
    world
        The roads.
    order
        Order of contraction; None: as nodes are numbered.
    heat_j
        Heat in the pack on each arc; None: none.
    """
    kwh, nodes = world.level_kwh, world.height.size
    first_out = np.searchsorted(world.tail, np.arange(nodes + 1)).astype(np.int32)
    heat = np.zeros(world.tail.size) if heat_j is None else heat_j
    values = []
    for time_s, spent in zip(world.time_s, world.spent, strict=True):
        energy = np.asarray(spent * kwh, np.float64)
        used = np.maximum(energy, 0.0)
        values.append(whole_numbers(Roads(time_s, energy, used, used, heat)))
    return CustomizedHierarchy(
        hierarchy=Hierarchy.over(
            first_out, world.head, np.arange(nodes, dtype=np.int32) if order is None else order
        ),
        values=stacked(values),
        open_roads=np.ones(world.tail.size, np.bool_),
        height_kwh=np.asarray(world.height * kwh, np.float64),
        full_kwh=(world.full - world.reserve) * kwh,
        best_kw=float(world.curve[1].max()),
    )


def as_rows(
    world: RoadWorld, order: Ints | None = None, heat_j: Floats | None = None
) -> ManyToMany:
    """Return drives between the chargers, with parameters as in `as_ground`."""
    return ManyToMany(as_ground(world, order, heat_j), world.charger_node)


def as_levels(world: RoadWorld) -> RoadLevels:
    """Return the world as the twin sees it."""
    ways: list[list[tuple[int, float, int]]] = [[] for _ in range(world.height.size)]
    for times_s, spent in zip(world.time_s.tolist(), world.spent.tolist(), strict=True):
        for arc, tail in enumerate(world.tail.tolist()):
            ways[tail].append((int(world.head[arc]), times_s[arc], spent[arc]))
    middles = (np.arange(SOC_CELLS) + 0.5) / SOC_CELLS
    curve_kw = np.interp(middles, *world.curve)
    kw = np.minimum(curve_kw[None, :], world.charger_kw[:, None])
    return RoadLevels(
        ways=tuple(tuple(row) for row in ways),
        charger_node=world.charger_node.tolist(),
        charge_s=np.repeat(world.level_kwh * 3600.0 / kw, world.per_cell, axis=1).tolist(),
        origin=world.origin,
        destination=world.destination,
        start=world.start,
        reserve=world.reserve,
        final=world.final,
        limit=world.limit,
        full=world.full,
        overhead_s=world.overhead_s,
    )
