"""Random trips over the networks of `road_worlds`: waypoints, required chargers, hours, bounds.

All energies are whole levels.  Plugs of waypoints are weaker than any car charges, so that a level
takes the same time everywhere, and stays last for whole levels.  Opening times and longest charges
may end within a level: there the twin is at most some levels' time above the optimum.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from tests.oracles import trip_levels
from tests.oracles.road_worlds import RoadWorld, as_levels, as_problem, random_road_world
from tests.oracles.trip_levels import TripLevels, Worth
from tripplan.search.problem import REQUIRED_SOC, Problem, Target, nothing_beside_time

KINDS = ("plugs", "required", "hours", "least", "longest")


@dataclass(frozen=True, eq=False)
class TripWorld:
    """A trip as the search and as the twin see it."""

    world: RoadWorld
    problem: Problem
    levels: TripLevels
    slack_s: float
    """How far the twin may be above the optimum, because it charges whole levels only."""
    charger_of: dict[int, int] = field(default_factory=dict)
    """Charger at each required target, by their numbers."""


def with_prices(case: TripWorld, seed: int, kind: str) -> tuple[TripWorld, Worth]:
    """Give a trip an objective: money, fewest stops, or energy.

    Parameters
    ----------
    case
        The trip.
    seed
        Seed of the draw.
    kind
        "money", "stops" or "energy".
    """
    rng = np.random.default_rng([seed, 12])
    chargers, targets = len(case.world.charger_node), len(case.problem.targets)
    if kind == "stops":
        fee_s, kwh_s, end = np.full(chargers, 86_400.0), np.zeros(chargers), 0.0
    elif kind == "energy":
        end = float(rng.uniform(50.0, 400.0))
        fee_s, kwh_s = np.zeros(chargers), np.full(chargers, end)
    else:
        fee_s = rng.choice([0.0, 0.0, 300.0, 900.0], chargers)
        kwh_s, end = rng.uniform(0.0, 600.0, chargers), float(rng.uniform(0.0, 300.0))
    stops = nothing_beside_time(chargers + targets + 1)
    fees, prices = stops.fee_s.copy(), stops.kwh_s.copy()
    fees[:chargers], prices[:chargers] = fee_s, kwh_s
    for target, charger in case.charger_of.items():
        fees[chargers + target], prices[chargers + target] = fee_s[charger], kwh_s[charger]
    weights = replace(stops, fee_s=fees, kwh_s=prices, end_s_per_kwh=end)
    kwh = case.world.level_kwh
    slack_s = case.slack_s + 8.0 * kwh * float(kwh_s.max())
    worth = Worth(fee_s.tolist(), (kwh_s * kwh).tolist(), end * kwh, case.charger_of)
    return replace(case, problem=replace(case.problem, objective=weights), slack_s=slack_s), worth


def random_trip_world(seed: int, kinds: tuple[str, ...], nodes: int = 14) -> TripWorld:
    """Draw a trip with some of `KINDS`.

    Parameters
    ----------
    seed
        Seed of the draw.
    kinds
        What it has.
    nodes
        Nodes of the network.
    """
    rng = np.random.default_rng([seed, 11])
    world = random_road_world(seed, nodes=nodes, chargers=int(rng.integers(3, 6)))
    world = replace(world, reserve=min(world.reserve, world.full // 10))
    kwh, full = world.level_kwh, world.full
    curve_kw = np.maximum(world.curve[1], 12.0)
    world = replace(world, curve=(world.curve[0], curve_kw))
    roads = as_levels(world)
    targets, twins = _targets(rng, world, kinds)
    intervals = _hours(rng, world) if "hours" in kinds else {}
    least = int(rng.integers(1, full // 4)) if "least" in kinds else 0
    longest_s = float(rng.uniform(300.0, 3600.0)) if "longest" in kinds else np.inf
    problem = replace(
        as_problem(world),
        targets=(*targets, Target(world.destination)),
        least_charge_kwh=least * kwh,
        longest_charge_s=longest_s,
        opening_intervals=intervals,
    )
    required = max(least, -(-round(REQUIRED_SOC * full * 1e6) // 1_000_000))
    levels = TripLevels(
        ways=roads.ways,
        charger_node=roads.charger_node,
        level_s=roads.charge_s,
        targets=(*twins, trip_levels.Target(world.destination)),
        origin=world.origin,
        start=world.start,
        reserve=world.reserve,
        final=world.final,
        limit=world.limit,
        full=full,
        overhead_s=world.overhead_s,
        least=least,
        required_least=required,
        longest_s=longest_s,
        open=intervals,
    )
    slowest_s = max(max(row) for row in roads.charge_s)
    inexact = "hours" in kinds or "longest" in kinds
    return TripWorld(
        world, problem, levels, 8.0 * slowest_s if inexact else 0.0, _chargers(world, targets)
    )


def _chargers(world: RoadWorld, targets: list[Target]) -> dict[int, int]:
    """Charger at each required target: one at its node, of its power."""
    return {
        number: next(
            k
            for k, (node, kw) in enumerate(zip(world.charger_node, world.charger_kw, strict=True))
            if node == target.node and kw == target.charger_kw
        )
        for number, target in enumerate(targets)
        if target.is_charger
    }


def _targets(
    rng: np.random.Generator, world: RoadWorld, kinds: tuple[str, ...]
) -> tuple[list[Target], list[trip_levels.Target]]:
    """Draw waypoints with plugs and without, and required chargers."""
    targets: list[Target] = []
    twins: list[trip_levels.Target] = []
    roads, kwh = as_levels(world), world.level_kwh
    for _ in range(int(rng.integers(1, 3)) if {"plugs", "required"} & set(kinds) else 0):
        if "required" in kinds and ("plugs" not in kinds or rng.uniform() < 0.5):
            k = int(rng.integers(0, world.charger_node.size))
            node, kw = int(world.charger_node[k]), float(world.charger_kw[k])
            hours = _intervals(rng) if "hours" in kinds and rng.uniform() < 0.5 else ()
            targets.append(
                Target(node, 0.0, kw, world.overhead_s, is_charger=True, opening_intervals=hours)
            )
            twins.append(
                trip_levels.Target(
                    node,
                    level_s=roads.charge_s[k],
                    overhead_s=world.overhead_s,
                    required=True,
                    open=hours or trip_levels.ALWAYS,
                )
            )
            continue
        node = int(rng.integers(0, world.height.size))
        kw = float(rng.choice([0.0, 2.3, 7.0, 11.0]))
        level_s = kwh * 3600.0 / kw if kw else 600.0
        stay_s = level_s * int(rng.choice([0, 1, 5, 20, 80]))
        drawn = int(rng.choice([0, 0, 2]))
        targets.append(Target(node, stay_s, kw, drawn_kwh=drawn * kwh))
        twins.append(
            trip_levels.Target(node, stay_s, (level_s,) * world.full if kw else (), drawn=drawn)
        )
    return targets, twins


def _intervals(rng: np.random.Generator) -> tuple[tuple[float, float], ...]:
    ends = np.cumsum(rng.uniform(600.0, 9000.0, 6))
    ends -= rng.uniform(0.0, ends[1])
    return tuple((float(a), float(b)) for a, b in ends.reshape(3, 2) if b > 0.0)


def _hours(
    rng: np.random.Generator, world: RoadWorld
) -> dict[int, tuple[tuple[float, float], ...]]:
    every = range(world.charger_node.size)
    return {k: _intervals(rng) for k in every if rng.uniform() < 0.7}
