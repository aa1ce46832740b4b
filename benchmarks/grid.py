"""The plain way to plan a charging trip: a shortest path over (charger, SoC in steps of 1 %).

Written with networkx as one would write it first, and told here in full, because tripplan is
measured against it:

1. `drives_from` runs networkx' Dijkstra from each charger over the road graph, once for each of the
   three weights under which tripplan looks for drives, and carries their battery profile along.
2. `state_graph` makes a node for each (place, SoC level, phase) and an arc for each drive at each
   level, each plug-in (the overhead) and each per cent of charging.
3. networkx' Dijkstra finds the quickest path through it.

It solves the problem that tripplan solves with heat off: same prices of roads, same drives,
charging curve, overhead, reserve, and the freedom to drive past chargers.  Energies are rounded
down to whole levels on every arrival, so that its times are a little longer.

To let it finish, it is given three things for nothing: the priced roads as a networkx graph, the
choice of chargers (an ellipse around the trip, as tripplan's own first guess), and limits on a
single drive (`REACH` times the time that the battery lasts at the roads' mean power, and the energy
that a full battery and the descent to the lowest place give).
"""

import math
from dataclasses import dataclass

import networkx as nx
import numpy as np

from tripplan.physics.charging import SOC_CELLS
from tripplan.search.question import (
    ONLY_ENERGY_S_PER_KWH,
    Question,
    charging_times_s,
    drive_weights,
)
from tripplan.units import S_PER_H

ELLIPSE = 1.15
ELLIPSE_SLACK_S = 1200.0
REACH = 1.5
ARRIVED, PLUGGED, LEAVING = range(3)
"""Phases of a stop; LEAVING follows from ARRIVED at no cost: driving past."""


@dataclass(frozen=True)
class Drive:
    """A drive to a place, and what it does to the battery."""

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
    weights = drive_weights(question, best_kw(question))
    for arc in np.argsort(-roads.time_s, kind="stable").tolist():  # the fastest last
        if math.isfinite(roads.time_s[arc]):
            graph.add_edge(
                int(question.tail[arc]),
                int(roads.head[arc]),
                time_s=float(roads.time_s[arc]),
                energy_kwh=float(roads.energy_kwh[arc]),
                need_kwh=float(roads.need_kwh[arc]),
                drop_kwh=float(roads.drop_kwh[arc]),
                **{f"weight_{k}": float(row[arc]) for k, row in enumerate(weights)},
            )
    return graph


def best_kw(question: Question) -> float:
    """Return the highest power of any charge."""
    assert question.power is not None
    return min(float(question.charger_kw.max()), float(question.power.curve_kw.max()))


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
    """Return the drives of least weight from a place to all chargers and to the destination."""
    usable_kwh = question.capacity_kwh - question.reserve_kwh
    mean_kw = float(np.mean(question.roads.energy_kwh / question.roads.time_s)) * S_PER_H
    longest_s = REACH * usable_kwh / mean_kw * S_PER_H
    height_kwh = question.costs.height_kwh
    energy_kwh = usable_kwh + float(height_kwh[source] - height_kwh.min())
    found = []
    for k, price in enumerate((0.0, S_PER_H / best_kw(question), ONLY_ENERGY_S_PER_KWH)):
        previous, weight = nx.dijkstra_predecessor_and_distance(
            graph, source, cutoff=longest_s + price * energy_kwh, weight=f"weight_{k}"
        )
        drives = {source: Drive(source, 0.0, 0.0, 0.0, usable_kwh)}
        for node in weight:  # in rising order
            before = drives.get(previous[node][0]) if node != source else None
            if before is not None:
                longer = prolonged(before, node, graph.edges[before.to, node], usable_kwh)
                if longer.need_kwh <= usable_kwh:
                    drives[node] = longer
        targets = (node for node in drives if node in chargers or node == question.destination)
        found += [drives[node] for node in targets if node != source]
    return found


def prolonged(drive: Drive, to: int, arc: dict[str, float], usable_kwh: float) -> Drive:
    """Return the drive with one more arc."""
    blocked = drive.most_kwh < arc["need_kwh"]
    return Drive(
        to,
        drive.time_s + arc["time_s"],
        math.inf if blocked else max(drive.need_kwh, drive.cost_kwh + arc["need_kwh"]),
        drive.cost_kwh + arc["energy_kwh"],
        min(usable_kwh - arc["drop_kwh"], drive.most_kwh - arc["energy_kwh"]),
    )


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
                if drive.to in chargers and left >= reserve:
                    there = (drive.to, math.floor(left / step + 1e-9), ARRIVED)
                    add_quicker(states, here, there, drive.time_s)
                if drive.to == question.destination and left >= question.final_kwh:
                    add_quicker(states, here, question.destination, drive.time_s)
    return states


def add_quicker(states: nx.DiGraph, here: object, there: object, time_s: float) -> None:
    """Add an arc, or keep the quicker of two."""
    known = states.get_edge_data(here, there)
    if known is None or time_s < known["weight"]:
        states.add_edge(here, there, weight=time_s)
