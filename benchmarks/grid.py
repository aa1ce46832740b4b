"""The plain way to plan a charging trip: a shortest path over (charger, SoC in steps of 1 %).

Written with networkx as one would write it first, and told here in full, because tripplan is
measured against it:

1. `drives_from` runs networkx' Dijkstra by time from each charger over the road graph, and carries
   the battery profile of the fastest drives along.
2. `state_graph` makes a node for each (place, SoC level, phase) and an arc for each drive at each
   level, each plug-in (the overhead) and each per cent of charging.
3. networkx' Dijkstra finds the quickest path through it.

It solves the problem that tripplan solves with heat off: same prices of roads, charging curve,
overhead, reserve, and the freedom to drive past chargers.  Energies are rounded down to whole
levels on every arrival, so that its times are a little longer.

To let it finish, it is given three things for nothing: the priced roads as a networkx graph, the
choice of chargers (an ellipse around the trip, as tripplan's own first guess), and a limit on the
time of a single drive (`REACH` times what the battery lasts at the roads' mean power).
"""

import math
from dataclasses import dataclass

import networkx as nx
import numpy as np

from tripplan.physics.charging import SOC_CELLS
from tripplan.search.question import Question, charging_times_s
from tripplan.units import S_PER_H

ELLIPSE = 1.15
ELLIPSE_SLACK_S = 1200.0
REACH = 1.5
ARRIVED, PLUGGED, LEAVING = range(3)
"""Phases of a stop; LEAVING follows from ARRIVED at no cost: driving past."""


@dataclass(frozen=True)
class Drive:
    """The fastest drive to a place, and what it does to the battery."""

    to: int
    time_s: float
    need_kwh: float
    cost_kwh: float
    most_kwh: float


@dataclass(frozen=True)
class Answer:
    """The quickest path through the states."""

    time_s: float
    places: int
    states: int
    arcs: int


def road_graph(question: Question) -> nx.DiGraph:
    """Return the priced roads; of parallel arcs the fastest."""
    graph = nx.DiGraph()
    roads = question.roads
    columns = zip(
        question.tail.tolist(),
        roads.head.tolist(),
        roads.time_s.tolist(),
        roads.energy_kwh.tolist(),
        strict=True,
    )
    for tail, head, time_s, energy_kwh in columns:
        known = graph.get_edge_data(tail, head)
        if math.isfinite(time_s) and (known is None or time_s < known["time_s"]):
            graph.add_edge(tail, head, time_s=time_s, energy_kwh=energy_kwh)
    return graph


def shortest_time_s(question: Question, graph: nx.DiGraph) -> Answer:
    """Plan the trip on the grid of states."""
    chargers = chargers_near(question, graph)
    drives = {
        place: drives_from(question, graph, place, chargers)
        for place in {question.origin, *chargers}
    }
    states = state_graph(question, chargers, drives)
    start_level = math.floor(question.start_kwh / question.step_kwh + 1e-9)
    try:
        time_s = nx.dijkstra_path_length(
            states, (question.origin, start_level, LEAVING), question.destination
        )
    except (nx.NetworkXNoPath, nx.NodeNotFound):
        time_s = math.inf
    return Answer(time_s, len(drives), states.number_of_nodes(), states.number_of_edges())


def chargers_near(question: Question, graph: nx.DiGraph) -> dict[int, float]:
    """Return the power of the chargers in the ellipse by node; of several at one node the most."""
    out = nx.single_source_dijkstra_path_length(graph, question.origin, weight="time_s")
    back = nx.single_source_dijkstra_path_length(
        graph.reverse(copy=False), question.destination, weight="time_s"
    )
    ceiling_s = ELLIPSE * out[question.destination] + ELLIPSE_SLACK_S
    found: dict[int, float] = {}
    for node, kw in zip(question.charger_node.tolist(), question.charger_kw.tolist(), strict=True):
        if out.get(node, math.inf) + back.get(node, math.inf) <= ceiling_s:
            found[node] = max(kw, found.get(node, 0.0))
    return found


def drives_from(
    question: Question, graph: nx.DiGraph, source: int, chargers: dict[int, float]
) -> list[Drive]:
    """Return the fastest drives from a place to all chargers and to the destination."""
    usable_kwh = question.capacity_kwh - question.reserve_kwh
    mean_kw = float(np.mean(question.roads.energy_kwh / question.roads.time_s)) * S_PER_H
    previous, time_s = nx.dijkstra_predecessor_and_distance(
        graph, source, cutoff=REACH * usable_kwh / mean_kw * S_PER_H, weight="time_s"
    )
    profile = {source: (0.0, 0.0, usable_kwh)}
    found = []
    for node in time_s:  # in the order of time
        if node != source:
            before = previous[node][0]
            if before not in profile:
                continue
            need, cost, most = profile[before]
            energy = graph[before][node]["energy_kwh"]
            need, cost = max(need, cost + max(energy, 0.0)), cost + energy
            if need > usable_kwh:
                continue
            profile[node] = (need, cost, min(usable_kwh, most - energy))
        if (node in chargers or node == question.destination) and node != source:
            need, cost, most = profile[node]
            found.append(Drive(node, time_s[node], need, cost, most))
    return found


def state_graph(
    question: Question, chargers: dict[int, float], drives: dict[int, list[Drive]]
) -> nx.DiGraph:
    """Make the graph of states; the destination is one node of its own."""
    step, reserve = question.step_kwh, question.reserve_kwh
    lowest = math.ceil(reserve / step - 1e-9)
    limit = math.floor(question.limit_kwh / step + 1e-9)
    states = nx.DiGraph()
    for place, kw in chargers.items():
        tau_s = charging_times_s(question, np.array([kw]))[0]
        for level in range(lowest, SOC_CELLS + 1):
            states.add_edge((place, level, ARRIVED), (place, level, LEAVING), weight=0.0)
            states.add_edge(
                (place, level, ARRIVED), (place, level, PLUGGED), weight=question.overhead_s
            )
            states.add_edge((place, level, PLUGGED), (place, level, LEAVING), weight=0.0)
            if level < limit:
                states.add_edge(
                    (place, level, PLUGGED),
                    (place, level + 1, PLUGGED),
                    weight=float(tau_s[level + 1] - tau_s[level]),
                )
    for place, found in drives.items():
        for drive in found:
            for level in range(lowest, SOC_CELLS + 1):
                energy = level * step - reserve
                if energy < drive.need_kwh:
                    continue
                left = min(energy - drive.cost_kwh, drive.most_kwh) + reserve
                here = (place, level, LEAVING)
                if drive.to in chargers:
                    there = (drive.to, math.floor(left / step + 1e-9), ARRIVED)
                    states.add_edge(here, there, weight=drive.time_s)
                if drive.to == question.destination and left >= question.final_kwh:
                    states.add_edge(here, question.destination, weight=drive.time_s)
    return states
