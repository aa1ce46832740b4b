"""The plain way to plan a charging trip: a shortest path over (charger, SoC in steps of 1 %).

Written with networkx as one would write it first, and told here in full, because tripplan is
measured against it:

1. `state_graph` makes a node for each (place, SoC level, phase) and an arc for each drive at each
   level, each plug-in (the overhead) and each per cent of charging.
2. networkx' Dijkstra finds the quickest path through it.

It solves the problem that tripplan solves with heat off and every road at its usual speed: same
drives between chargers (those past other chargers among them), charging curve, overhead and
reserve.  Energies are rounded down to whole levels on every arrival, so that its times are a little
longer.

To let it finish, it is given two things for nothing: the table of drives, with what each does to
the battery, and the choice of chargers (an ellipse around the trip, wider than tripplan's own first
guess).
"""

import math
from dataclasses import dataclass

import networkx as nx
import numpy as np

from tripplan.physics.charging import SOC_CELLS
from tripplan.routing.drive_columns import DriveColumns
from tripplan.routing.many_to_many import ManyToMany
from tripplan.search.problem import Problem, charging_times_s, optimistic_limit_kw

ELLIPSE = 1.15
ELLIPSE_SLACK_S = 1200.0
ARRIVED, PLUGGED = range(2)
"""Phases of a stop; the car leaves when it is plugged in, whether or not it has charged."""
ORIGIN = -1
DESTINATION = -2


@dataclass(frozen=True)
class Drive:
    """A drive to a charger (by its index) or the destination, and what it does to the battery."""

    to: int
    time_s: float
    min_departure_kwh: float
    consumed_kwh: float
    max_arrival_kwh: float


@dataclass(frozen=True)
class Answer:
    """The quickest path through the states."""

    time_s: float
    places: int
    states: int
    arcs: int


Table = dict[int, list[Drive]]


def table_of(problem: Problem, rows: ManyToMany) -> Table:
    """Return the drives from the origin and the chargers in the ellipse; energies from reserve."""
    usable_kwh = problem.capacity_kwh - problem.reserve_kwh

    def drives(columns: DriveColumns) -> list[Drive]:
        return [
            Drive(int(to), float(time_s), float(need), float(cost), usable_kwh - float(drop))
            for to, _, time_s, need, cost, drop, _ in zip(*columns, strict=True)
        ]

    out_s = rows.scalarized_from(problem.origin)[:, 0]
    back_s = rows.scalarized_to(problem.destination)[:, 0]
    direct_s = float(rows.scalarized_between(problem.origin, problem.destination)[0])
    ceiling_s = ELLIPSE * direct_s + ELLIPSE_SLACK_S
    near = np.flatnonzero(out_s + back_s <= ceiling_s).tolist()
    table = {ORIGIN: drives(rows.from_node(problem.origin))}
    table |= {charger: drives(rows.one_to_many(charger)) for charger in near}
    table = {place: [d for d in found if d.to in table] for place, found in table.items()}
    last = rows.to_node(problem.destination)
    for charger, drive in zip(last.stop.tolist(), drives(last), strict=True):
        if charger in table:
            table[charger].append(_to_the_end(drive))
    direct = drives(rows.between(problem.origin, problem.destination))
    table[ORIGIN] += [_to_the_end(drive) for drive in direct]
    return table


def _to_the_end(drive: Drive) -> Drive:
    return Drive(
        DESTINATION,
        drive.time_s,
        drive.min_departure_kwh,
        drive.consumed_kwh,
        drive.max_arrival_kwh,
    )


def shortest_time_s(problem: Problem, table: Table) -> Answer:
    """Plan the trip on the grid of states."""
    states = state_graph(problem, table)
    start_level = math.floor(problem.start_kwh / problem.step_kwh + 1e-9)
    try:
        time_s = nx.dijkstra_path_length(states, (ORIGIN, start_level, PLUGGED), DESTINATION)
    except (nx.NetworkXNoPath, nx.NodeNotFound):
        time_s = math.inf
    return Answer(time_s, len(table), states.number_of_nodes(), states.number_of_edges())


def state_graph(problem: Problem, table: Table) -> nx.DiGraph:
    """Make the graph of states; the destination is one node of its own."""
    states = nx.DiGraph()
    add_charging(states, problem, table)
    step, reserve = problem.step_kwh, problem.reserve_kwh
    for place, found in table.items():
        for drive in found:
            for level in range(lowest_level(problem), SOC_CELLS + 1):
                energy = level * step - reserve
                if energy < drive.min_departure_kwh:
                    continue
                left = min(energy - drive.consumed_kwh, drive.max_arrival_kwh) + reserve
                here = (place, level, PLUGGED)
                if drive.to != DESTINATION:
                    there = (drive.to, math.floor(left / step + 1e-9), ARRIVED)
                    add_quicker(states, here, there, drive.time_s)
                elif left >= problem.final_kwh:
                    add_quicker(states, here, DESTINATION, drive.time_s)
    return states


def lowest_level(problem: Problem) -> int:
    """Return the least whole level that is not below the reserve."""
    return math.ceil(problem.reserve_kwh / problem.step_kwh - 1e-9)


def add_charging(states: nx.DiGraph, problem: Problem, table: Table) -> None:
    """Add plugging in and charging, per cent by per cent, at each charger."""
    limit = math.floor(problem.limit_kwh / problem.step_kwh + 1e-9)
    levels_kw, row = np.unique(problem.charger_kw, return_inverse=True)
    charging_function_s = charging_times_s(
        problem.charging_curve, levels_kw, optimistic_limit_kw(problem), problem.step_kwh
    )
    for place in table:
        if place == ORIGIN:
            continue
        running_s = charging_function_s[row[place]]
        for level in range(lowest_level(problem), SOC_CELLS + 1):
            here = (place, level, PLUGGED)
            states.add_edge((place, level, ARRIVED), here, weight=problem.overhead_s)
            if level < limit:
                charging_s = float(running_s[level + 1] - running_s[level])
                states.add_edge(here, (place, level + 1, PLUGGED), weight=charging_s)


def add_quicker(states: nx.DiGraph, here: object, there: object, time_s: float) -> None:
    """Add an arc, or keep the quicker of two."""
    known = states.get_edge_data(here, there)
    if known is None or time_s < known["weight"]:
        states.add_edge(here, there, weight=time_s)
