"""The trip as the search sees it: nodes, energies and powers, no names.

With objectives other than time the search minimises

    time + sum over stops of (fee + price x energy charged + rate x charging time)
         + price at the end x (full - energy on arrival),

all in seconds.  The last term prices the energy that the car uses and does not charge on the way as
if the battery were filled where the trip ends; it differs by a constant from pricing the energy
that is drawn from what the car started with, and is never negative.  Charging from empty to b then
counts tau(b) = factor x time(b) + price x b, and the sum still falls apart stop by stop, so that
nothing else in the search changes: drives stay drives, and need not be worked out anew.
"""

import itertools
from dataclasses import dataclass, field, replace

import numpy as np

from tripplan.arrays import Flags, Floats, Ints, Longs
from tripplan.physics.charging import SOC_CELLS, PowerModel, interpolate
from tripplan.physics.thermal import PackHeater, PackModel
from tripplan.units import S_PER_H

_LONGEST_SHARE = 0.995
"""Share of a stop's longest time that is planned with where heat counts: a finished plan steps
along the road more finely, and comes with a pack that is a little warmer or cooler."""
_CLOSING_S = 60.0
"""So long before a charger closes a charge ends that is planned with heat, likewise."""


@dataclass(frozen=True, eq=False)
class ObjectiveWeights:
    """What counts beside time at each stop of a problem, shape (stops,), and at the end."""

    kwh_s: Floats
    """What a kilowatt-hour counts that is charged there, s/kWh; not negative."""
    charging_factor: Floats
    """What a second of charging there counts; 1 or more."""
    fee_s: Floats
    """What a stop there counts beside its time, s; not negative."""
    end_s_per_kwh: float = 0.0
    """What a kilowatt-hour counts that the car arrives with below full; not negative."""


def nothing_beside_time(stops: int) -> ObjectiveWeights:
    """Return the worth of an objective that is time alone."""
    return ObjectiveWeights(np.zeros(stops), np.ones(stops), np.zeros(stops))


OpeningIntervals = tuple[tuple[float, float], ...]
"""When a charger opens and closes, in rising order. [s]"""
REQUIRED_SOC = 0.01
"""What a stop at a required charger adds at the least, lest it be none (assumption)."""


@dataclass(frozen=True)
class Target:
    """A place that the trip must visit; the last one is the destination."""

    node: int
    dwell_s: float = 0.0
    """Time that is spent there anyway."""
    charger_kw: float = 0.0
    """Power of the plug there; 0: none."""
    overhead_s: float = 0.0
    """Time that charging there takes beside charging itself."""
    is_charger: bool = False
    """Whether it is a charger that the trip must stop at, and counts as one."""
    drawn_kwh: float = 0.0
    """Energy that the battery gives at the place, after it was charged there, before it drives on:
    to stand by, and to warm up again."""
    opening_intervals: OpeningIntervals = ()
    """When a required charger is open, seconds after departure; empty: always."""


@dataclass(frozen=True, eq=False)
class FallbackSites:
    """Which sites the chargers and targets of a trip are, shape (stops,); see `fallback`."""

    site: Longs
    """Stops of the same number are at one site: where that is broken, all of them are."""
    group: Longs
    """No stop is a fallback of another of the same number: by site or by operator."""
    serves: Flags
    """Whether each may be gone on from: it is open at all hours as far as is known."""


@dataclass(frozen=True, eq=False)
class Problem:
    """What is asked of the search; energies in kWh with SoC 0 at 0."""

    origin: int
    targets: tuple[Target, ...]
    charger_node: Ints
    charger_kw: Floats
    """Power of each usable charger, shape (chargers,); all above zero."""
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
    heater: PackHeater | None = None
    """The pack's heater where it can run on the way to a charger; None: there is none."""
    least_charge_kwh: float = 0.0
    longest_charge_s: float = np.inf
    most_stops: int | None = None
    banned: frozenset[int] = frozenset()
    """Chargers that are not to be used."""
    opening_intervals: dict[int, OpeningIntervals] = field(default_factory=dict)
    """When chargers are open, seconds after departure; those not named always are."""
    objective: ObjectiveWeights | None = None
    """What counts beside time; None: nothing does."""
    fallback: FallbackSites | None = None
    """Set where each stop has to have a fallback."""
    least_arrival_kwh: Floats | None = None
    """Least energy on arrival by the stage that follows and stop, shape (stages + 1, stops); None:
    the reserve, and at the end ``final_kwh``.  Never less than these."""
    at_the_edge: bool = False
    """Whether charges with heat may go on to the very end of the longest time and of the hours."""

    @property
    def longest_share(self) -> float:
        """Share of a stop's longest time for which a charge with heat may be planned."""
        return 1.0 if self.at_the_edge else _LONGEST_SHARE

    @property
    def closing_s(self) -> float:
        """How long before a charger closes a charge with heat may be planned to end [s]."""
        return 0.0 if self.at_the_edge else _CLOSING_S

    @property
    def destination(self) -> int:
        """Node where the trip ends."""
        return self.targets[-1].node

    @property
    def least_arrivals_kwh(self) -> Floats:
        """Least energy on arrival by the stage that follows and stop, shape (stages + 1, stops)."""
        if self.least_arrival_kwh is not None:
            return self.least_arrival_kwh
        least = np.full((len(self.targets) + 1, self.stop_count), self.reserve_kwh)
        least[-1, self.charger_node.size + len(self.targets) - 1] = self.final_kwh
        return least

    @property
    def charging_curve(self) -> tuple[Floats, Floats] | None:
        """SoC and power of the car's charging curve [kW]; None: it cannot fast-charge."""
        return None if self.power is None else (self.power.curve_soc, self.power.curve_kw)

    @property
    def step_kwh(self) -> float:
        """Energy of one cell of SoC."""
        return self.capacity_kwh / SOC_CELLS

    @property
    def stop_count(self) -> int:
        """Chargers, targets and the origin."""
        return int(self.charger_node.size) + len(self.targets) + 1

    @property
    def stop_node(self) -> Ints:
        """Node of each stop: chargers, targets, origin; shape (stops,)."""
        ends = [*(target.node for target in self.targets), self.origin]
        return np.concatenate([self.charger_node, np.array(ends)]).astype(np.int32)

    @property
    def stop_kw(self) -> Floats:
        """Power of the plug at each stop, 0 where there is none, shape (stops,)."""
        targets = [target.charger_kw for target in self.targets[:-1]]
        return np.concatenate([self.charger_kw, np.array([*targets, 0.0, 0.0])])

    def drawn_kwh(self, stop: int) -> float:
        """Energy that the battery gives at a stop before it drives on; see `Target`."""
        target = stop - int(self.charger_node.size)
        return self.targets[target].drawn_kwh if 0 <= target < len(self.targets) else 0.0

    def open_at(self, stop: int) -> OpeningIntervals:
        """When one can charge at a stop; empty: always."""
        target = stop - int(self.charger_node.size)
        if target < 0:
            return self.opening_intervals.get(stop, ())
        return self.targets[target].opening_intervals if target < len(self.targets) else ()

    def opens_s(self, stop: int, time_s: float) -> float:
        """Time from which a stop can be used by a car that comes at a time [s]."""
        intervals = self.open_at(stop)
        if not intervals:
            return time_s
        return min((max(time_s, begin) for begin, end in intervals if time_s < end), default=np.inf)

    @property
    def has_hours(self) -> bool:
        """Whether any charger that matters is not always open."""
        return bool(self.opening_intervals) or any(t.opening_intervals for t in self.targets)

    def at_any_hour(self) -> "Problem":
        """Return the trip with all chargers open at all hours, but for those that never are."""
        never = {k for k, spells in self.opening_intervals.items() if spells[-1][1] <= 0.0}
        targets = tuple(replace(target, opening_intervals=()) for target in self.targets)
        return replace(self, targets=targets, opening_intervals={}, banned=self.banned | never)

    @property
    def least_charges_kwh(self) -> Floats:
        """What a charge adds at the least at each stop, shape (stops,)."""
        chargers, found = self.charger_node.size, np.zeros(self.stop_count)
        found[:chargers] = self.least_charge_kwh
        required = max(self.least_charge_kwh, REQUIRED_SOC * self.capacity_kwh)
        for k, target in enumerate(self.targets):
            found[chargers + k] = required if target.is_charger else 0.0
        return found

    @property
    def departures_are_finite(self) -> bool:
        """Whether the theorem of finite departures holds: no stop must be made or bounded.

        See `kernels.departures`; where it does not, `profile_search` is exact.
        """
        bounded = self.least_charge_kwh > 0.0 or np.isfinite(self.longest_charge_s)
        plugs = self.power is not None and any(t.charger_kw > 0.0 for t in self.targets[:-1])
        return not (bounded or plugs or self.has_hours)

    @property
    def best_kw(self) -> float:
        """The most power of any stop of this trip; 0 where nothing can be charged."""
        if self.power is None or not self.stop_kw.any():
            return 0.0
        return min(
            float(self.stop_kw.max()),
            float(self.power.curve_kw.max()),
            optimistic_limit_kw(self),
        )

    @property
    def least_s_per_kwh(self) -> float:
        """The least that a kilowatt-hour counts at any stop, its time included [s/kWh].

        Infinite where nothing can be charged.
        """
        if self.best_kw <= 0.0:
            return np.inf
        if self.objective is None:
            return S_PER_H / self.best_kw
        plugs = np.flatnonzero(self.stop_kw > 0.0)
        kw = np.minimum(self.stop_kw[plugs], self.best_kw)
        objective = self.objective
        return float(
            (objective.charging_factor[plugs] * S_PER_H / kw + objective.kwh_s[plugs]).min()
        )

    @property
    def end_s_per_kwh(self) -> float:
        """What a kilowatt-hour counts that the car arrives with below full."""
        return self.objective.end_s_per_kwh if self.objective else 0.0

    @property
    def constant_s(self) -> float:
        """What every plan counts: the energy that lacks at the start, priced as at the end."""
        return self.end_s_per_kwh * (self.capacity_kwh - self.start_kwh)

    def overheads_s(self) -> Floats:
        """Time that a stop takes beside charging, shape (stops,)."""
        chargers, targets = self.charger_node.size, self.targets
        overhead = np.zeros(self.stop_count)
        overhead[:chargers] = self.overhead_s
        overhead[chargers : chargers + len(targets)] = [target.overhead_s for target in targets]
        return overhead


def optimistic_limit_kw(problem: Problem) -> float:
    """Most power that any pack temperature reachable on the trip allows [kW].

    Nothing but active cooling takes the pack below both the air and its temperature at the
    start, and cooling stops where it starts to run; upward nothing is excluded.
    """
    power, pack = problem.power, problem.pack
    if power is None:
        return 0.0
    lowest_c = min(problem.start_c, pack.air_c, pack.cooling_on_c)
    reachable = power.limit_kw[power.limit_c >= lowest_c]
    here_kw = interpolate(lowest_c, power.limit_c, power.limit_kw)
    return max([here_kw, *map(float, reachable)])


def at_best_temperature(problem: Problem) -> Problem:
    """Return the trip of a car whose pack always allows the most power that it can on the way."""
    if problem.power is None:
        return problem
    most_kw = np.full(1, optimistic_limit_kw(problem))
    return replace(problem, power=problem.power._replace(limit_c=np.zeros(1), limit_kw=most_kw))


def charging_times_s(
    curve: tuple[Floats, Floats] | None,
    levels_kw: Floats,
    most_kw: float,
    step_kwh: float,
    relaxed_from: int | None = None,
) -> Floats:
    """Time to charge from empty at best temperatures [s].

    Parameters
    ----------
    curve
        SoC and power of the car's charging curve, shape (points,) each [kW]; None: it cannot
        fast-charge.
    levels_kw
        Distinct powers of chargers, shape (levels,). [kW]
    most_kw
        What `optimistic_limit_kw` allows. [kW]
    step_kwh
        Energy of one cell of SoC. [kWh]
    relaxed_from
        For a relaxation, the cell below which no car ever is: power rises with SoC in a few steps
        only, each to the most that it reaches before the next; no slower anywhere.

    Returns
    -------
    ndarray
        Shape (levels, SOC_CELLS + 1).
    """
    if curve is None or not levels_kw.size:
        return np.zeros((1, SOC_CELLS + 1))
    middles = (np.arange(SOC_CELLS) + 0.5) / SOC_CELLS
    own_kw = np.interp(middles, curve[0], curve[1])
    kw = np.minimum(np.minimum(own_kw[None, :], levels_kw[:, None]), most_kw)
    if relaxed_from is not None:
        kw = np.array([_in_steps(row, relaxed_from) for row in kw])
    with np.errstate(divide="ignore"):
        cells = step_kwh / kw * S_PER_H
    return np.concatenate([np.zeros((levels_kw.size, 1)), np.cumsum(cells, axis=1)], axis=1)


_RISES = 4
"""Steps in which power rises in a relaxation."""
_FLAT = 1.005
"""A rise by less than this factor is taken as none."""


def _in_steps(kw: Floats, least_cell: int) -> Floats:
    """Power that is nowhere less, and rises in a few steps only, shape (cells,).

    Between two steps it is the most of all further on before the second.
    """
    low, high = float(kw[least_cell]), float(kw[least_cell:].max())
    steps = [0]
    if high > low * _FLAT:
        wanted = np.linspace(low, high, _RISES + 2)[1:-1]
        above = kw[None, least_cell:] > wanted[:, None]
        steps += np.unique(least_cell + above.argmax(axis=1)).tolist()
    found = np.empty(kw.size)
    for begin, end in itertools.pairwise([*steps, kw.size]):
        found[begin:end] = np.maximum.accumulate(kw[begin:end][::-1])[::-1]
    return found
