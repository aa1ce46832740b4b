"""The trip as the search sees it: nodes, energies and powers, no names."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tripplan.physics.charging import SOC_CELLS, PowerModel, interpolate
from tripplan.physics.thermal import PackModel
from tripplan.search.costs import ArcCosts
from tripplan.search.kernels.drives import Roads, one_to_all
from tripplan.units import S_PER_H

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked of the search; energies in kWh with SoC 0 at 0."""

    roads: Roads
    costs: ArcCosts
    tail: Ints
    """Node at each arc's start."""
    origin: int
    destination: int
    charger_node: Ints
    charger_kw: Floats
    """Power of each usable charger; all above zero."""
    capacity_kwh: float
    start_kwh: float
    reserve_kwh: float
    final_kwh: float
    """Least energy on arrival; at least the reserve."""
    limit_kwh: float
    overhead_s: float
    start_c: float
    power: PowerModel | None
    """None: the car cannot fast-charge."""
    pack: PackModel

    @property
    def step_kwh(self) -> float:
        """Energy of one cell of SoC."""
        return self.capacity_kwh / SOC_CELLS

    @property
    def spared_kwh(self) -> Floats:
        """Energy of each arc beyond what lifts the car, shape (arcs,); never negative.

        A motor spends at least m g dz on a climb and braking feeds back at most m g dz.
        """
        height = self.costs.height_kwh
        rise = height[self.roads.head] - height[self.tail]
        return np.maximum(self.roads.energy_kwh - rise, 0.0)


def optimistic_limit_kw(question: Question) -> float:
    """Most power that any pack temperature reachable on the trip allows [kW].

    Nothing but active cooling takes the pack below both the air and its temperature at the
    start, and cooling stops where it starts to run; upward nothing is excluded.
    """
    power, pack = question.power, question.pack
    if power is None:
        return 0.0
    lowest_c = min(question.start_c, pack.air_c, pack.cooling_on_c)
    reachable = power.limit_kw[power.limit_c >= lowest_c]
    here_kw = interpolate(lowest_c, power.limit_c, power.limit_kw)
    return max([here_kw, *map(float, reachable)])


def charging_times_s(question: Question, levels_kw: Floats) -> Floats:
    """Time to charge from empty at best temperatures [s].

    Parameters
    ----------
    question
        The trip.
    levels_kw
        Distinct powers of chargers, shape (levels,). [kW]

    Returns
    -------
    ndarray
        Shape (levels, SOC_CELLS + 1).
    """
    power = question.power
    if power is None:
        return np.zeros((1, SOC_CELLS + 1))
    cap_kw = optimistic_limit_kw(question)
    middles = (np.arange(SOC_CELLS) + 0.5) / SOC_CELLS
    curve = np.array([interpolate(float(m), power.curve_soc, power.curve_kw) for m in middles])
    kw = np.minimum(np.minimum(curve[None, :], levels_kw[:, None]), cap_kw)
    with np.errstate(divide="ignore"):
        cells = question.step_kwh / kw * S_PER_H
    return np.concatenate([np.zeros((levels_kw.size, 1)), np.cumsum(cells, axis=1)], axis=1)


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Optimistic drives from the origin and to the destination, shape (nodes,).

    Energies use the potential energy of the car as node potential, so that no arc is negative:
    E' = E - m g dz >= 0, since a motor spends at least m g dz on a climb and braking feeds back
    at most m g dz.
    """

    to_time_s: Floats
    to_energy_kwh: Floats
    to_priced_s: Floats
    from_time_s: Floats
    from_priced_s: Floats
    best_kw: float


ONLY_ENERGY_S_PER_KWH = 1e6
"""A price so high that only energy counts, and time where energies are equal."""


def drive_weights(question: Question, best_kw: float) -> Floats:
    """Weights under which drives between stops are looked for, shape (weightings, arcs).

    A drive has the least of time + price x energy; the prices are nothing (the fastest), the
    time that the quickest charging takes, and so much that only energy counts (the thriftiest).
    The energy that lifts the car is set aside: it is the same on all roads between two nodes,
    and without it no arc is negative.
    """
    spared = question.spared_kwh
    prices = [0.0, ONLY_ENERGY_S_PER_KWH]
    if best_kw > 0.0:
        prices.insert(1, S_PER_H / best_kw)
    return np.array([question.roads.time_s + price * spared for price in prices])


def survey(question: Question, best_kw: float) -> Surroundings:
    """Compute the optimistic drives; ``best_kw`` is the most power of any stop, or 0."""
    roads, costs = question.roads, question.costs
    spared = question.spared_kwh
    price_s_per_kwh = S_PER_H / best_kw if best_kw > 0 else 0.0
    priced = roads.time_s + price_s_per_kwh * spared
    spared = np.where(np.isfinite(roads.time_s), spared, math.inf)
    order = np.argsort(roads.head, kind="stable")
    nodes = roads.first_out.size - 1
    first_in = np.concatenate(([0], np.cumsum(np.bincount(roads.head, minlength=nodes))))
    first_in = first_in.astype(np.int32)
    tails = question.tail[order]
    to = question.destination
    fall_to = costs.height_kwh[to] - costs.height_kwh
    rise_from = costs.height_kwh - costs.height_kwh[question.origin]
    return Surroundings(
        to_time_s=one_to_all(first_in, tails, roads.time_s[order], to),
        to_energy_kwh=one_to_all(first_in, tails, spared[order], to) + fall_to,
        to_priced_s=one_to_all(first_in, tails, priced[order], to) + price_s_per_kwh * fall_to,
        from_time_s=one_to_all(roads.first_out, roads.head, roads.time_s, question.origin),
        from_priced_s=one_to_all(roads.first_out, roads.head, priced, question.origin)
        + price_s_per_kwh * rise_from,
        best_kw=best_kw,
    )
