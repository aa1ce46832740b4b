"""A stop of the route: at a charger or a waypoint, minute by minute."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics.charging import SOC_CELLS, PowerModel, interpolated
from tripplan.physics.thermal import parked_pack_c
from tripplan.records.charger import Plug
from tripplan.records.plan import ChargingStop, LimitedBy
from tripplan.records.trip import Place, Waypoint
from tripplan.search.kernels.heat_trajectory import charging_trajectory, charging_trajectory_for
from tripplan.search.problem import Problem, Target
from tripplan.search.reach import refused_by_heat
from tripplan.search.solve import SolutionStop
from tripplan.units import S_PER_H
from tripplan.vehicle_model.conditioned import NO_WARM_UP, ConditionedVehicle, WarmUp


@dataclass
class State:
    """Where the car is while the plan is reconstructed."""

    energy_kwh: float
    pack_c: float
    elapsed_s: float = 0.0
    distance_km: float = 0.0


@dataclass(frozen=True)
class Stop:
    """A place where the car stops: a waypoint, or a charger that is required or was chosen."""

    node: int
    place: Place
    plug: Plug | None = None
    """The plug of a charger."""
    dwell_s: float = 0.0
    charger_kw: float = 0.0
    """Power from the plug that the battery gives back again; 0: there is none."""
    efficiency: float = 1.0
    """Share of the energy from the plug that the battery gives back."""
    standing_kwh: float = 0.0
    """Energy that the car takes while it stands there without a plug."""
    warm_up: WarmUp = NO_WARM_UP
    """Energy that it takes to get warm again when it drives on."""
    price_per_kwh: float | None = None
    """Price at a waypoint's own plug; None: that of home."""
    opening_intervals: tuple[tuple[float, float], ...] = ()
    """When a required charger is open, in seconds after departure; empty: always."""

    def target(self, overhead_s: float) -> Target:
        """Return a place on the way as the search sees it.

        Parameters
        ----------
        overhead_s
            Time that a stop at a charger takes beside charging. [s]
        """
        if self.plug is None:
            drawn_kwh = self.standing_kwh + self.warm_up.total_kwh
            return Target(self.node, self.dwell_s, self.charger_kw, drawn_kwh=drawn_kwh)
        return Target(
            self.node,
            0.0,
            self.charger_kw,
            overhead_s,
            is_charger=True,
            opening_intervals=self.opening_intervals,
        )


_Sample = dict[str, Any]
"""Fields of a `PowerSample`."""
_SAME_OPENING_S = 120.0
"""A finished plan comes to a charger this much sooner or later than the search at the most."""


def charger_stop(plug: Plug, node: int, car: ConditionedVehicle) -> Stop:
    """Return the stop of a car at a charger."""
    site, efficiency = plug.site, car.charge_efficiency
    place = Place(lat=site.lat, lon=site.lon, name=site.name)
    return Stop(node, place, plug, charger_kw=plug.power_kw * efficiency, efficiency=efficiency)


def waypoint_stop(waypoint: Waypoint, node: int, car: ConditionedVehicle) -> Stop:
    """Return what a waypoint is to a car."""
    stay = car.stay(waypoint.dwell_s, waypoint.charger_kw, waypoint.garage_c)
    return Stop(
        node,
        waypoint.place,
        dwell_s=waypoint.dwell_s,
        charger_kw=stay.plug.battery_kw,
        efficiency=stay.plug.efficiency,
        standing_kwh=stay.standing_kwh,
        warm_up=stay.warm_up,
        price_per_kwh=waypoint.price_per_kwh,
    )


def stop_at(
    stop: Stop, chosen: SolutionStop, number: int, problem: Problem, state: State
) -> ChargingStop:
    """Stand and charge, and move the state to the moment of departure.

    Parameters
    ----------
    stop, chosen, number
        Where, what the search has chosen to do there, and which stop of the route it is.
    problem
        What was asked of the search.
    state
        Where the car is.

    Raises
    ------
    NoPlanError
        The pack comes too cold or too hot to take the charge.
    """
    capacity, pack = problem.capacity_kwh, problem.pack
    arrival_c, arrival_kwh = state.pack_c, state.energy_kwh
    kw = stop.charger_kw if problem.power is not None else 0.0
    # Targets have no opening hours; -1 names no charger.
    at = chosen.charger if chosen.target < 0 else problem.charger_node.size + chosen.target
    closed_s = problem.opens_s(int(at), state.elapsed_s) - state.elapsed_s
    waited_s = closed_s + chosen.waited_s
    for opens_s, _ in problem.open_at(int(at)) if chosen.waited_s > 0.0 else ():
        # Waiting for a later opening ends as it opens, by the clock of the finished plan.
        if abs(state.elapsed_s + waited_s - opens_s) < _SAME_OPENING_S:
            closed_s = waited_s = max(opens_s - state.elapsed_s, 0.0)
    state.pack_c = parked_pack_c(state.pack_c, 0.0, waited_s, pack)
    trajectories = [_dwell(problem, state, kw, stop.dwell_s)] if stop.dwell_s > 0.0 else []
    dwell_kwh = state.energy_kwh - arrival_kwh
    state.energy_kwh -= stop.standing_kwh
    overhead_s = problem.overhead_s if stop.plug else 0.0
    charging_s = 0.0
    if kw > 0.0 and problem.power is not None:
        state.pack_c = parked_pack_c(state.pack_c, 0.0, overhead_s, pack)
        trajectories.append(
            _charge(problem, state, kw, chosen.departure_kwh, float(problem.least_charges_kwh[at]))
        )
        charging_s = float(trajectories[-1][-1, 1])
        if not math.isfinite(charging_s):
            # Road by road, heat leaves the pack a little warmer or cooler than the search had it.
            raise refused_by_heat(problem)
    samples, free_s = _all_samples(trajectories, stop.dwell_s, kw, problem.power)
    state.elapsed_s += waited_s + stop.dwell_s + overhead_s + charging_s
    gained_kwh = state.energy_kwh + stop.standing_kwh - arrival_kwh
    busy_s = sum(float(trajectory[-1, 1]) for trajectory in trajectories)
    return ChargingStop(
        number=number,
        charger_kw=kw,
        arrival_soc=arrival_kwh / capacity,
        departure_soc=state.energy_kwh / capacity,
        energy_kwh=gained_kwh,
        charging_s=charging_s,
        overhead_s=overhead_s,
        waited_s=waited_s,
        closed_s=closed_s,
        dwell_energy_kwh=dwell_kwh,
        pack_arrival_c=arrival_c,
        pack_departure_c=state.pack_c,
        mean_kw=gained_kwh / busy_s * S_PER_H if busy_s else 0.0,
        max_kw=max((sample["power_kw"] for sample in samples), default=0.0),
        limited_by=_main_limit(samples),
        heat_delay_s=max(0.0, busy_s - free_s),
        # Made of their fields by the record: each by itself takes five times as long.
        samples=samples,
        name=stop.place.label,
        lat=stop.place.lat,
        lon=stop.place.lon,
        charger=stop.plug.site if stop.plug else None,
        connector=stop.plug.connector if stop.plug else None,
        dwell_s=stop.dwell_s,
        standby_kwh=stop.standing_kwh,
        plug_efficiency=stop.efficiency,
    )


def _charge(
    problem: Problem, state: State, kw: float, departure_kwh: float, least_kwh: float
) -> Floats:
    """Charge up to an energy, and by so much at the least; returns the trajectory of the charge."""
    assert problem.power is not None
    capacity = problem.capacity_kwh
    leave_kwh = max(departure_kwh, state.energy_kwh + least_kwh)
    leave_kwh = min(leave_kwh, max(problem.limit_kwh, departure_kwh, state.energy_kwh))
    trajectory = charging_trajectory(
        state.energy_kwh / capacity,
        leave_kwh / capacity,
        state.pack_c,
        kw,
        problem.power,
        problem.pack,
    )
    state.pack_c = float(trajectory[-1, 2])
    state.energy_kwh = leave_kwh
    return trajectory


def _dwell(problem: Problem, state: State, kw: float, dwell_s: float) -> Floats:
    """Stand for a time, charging where there is a plug; returns the trajectory of the charge."""
    trajectory = np.array([[state.energy_kwh / problem.capacity_kwh, 0.0, state.pack_c]])
    if kw > 0.0 and problem.power is not None:
        trajectory = charging_trajectory_for(
            state.energy_kwh / problem.capacity_kwh,
            problem.limit_kwh / problem.capacity_kwh,
            state.pack_c,
            kw,
            dwell_s,
            problem.power,
            problem.pack,
        )
    state.energy_kwh = float(trajectory[-1, 0]) * problem.capacity_kwh
    rest_s = max(dwell_s - float(trajectory[-1, 1]), 0.0)
    state.pack_c = parked_pack_c(float(trajectory[-1, 2]), 0.0, rest_s, problem.pack)
    return trajectory


def _all_samples(
    trajectories: Sequence[Floats], dwell_s: float, kw: float, power: PowerModel | None
) -> tuple[list[_Sample], float]:
    """Return samples of the charges of a stop, and the time that they take without heat."""
    if power is None or kw <= 0.0:
        return [], 0.0
    found: list[_Sample] = []
    free_s = 0.0
    for position, trajectory in enumerate(trajectories):
        if position and trajectory.shape[0] < 2:
            continue
        samples, without_heat_s = _samples(trajectory, dwell_s if position else 0.0, kw, power)
        found += samples
        free_s += without_heat_s
    return found, free_s


def _samples(
    trajectory: Floats, since_s: float, charger_kw: float, power: PowerModel
) -> tuple[list[_Sample], float]:
    """Each cell of a charge, and the time that it takes without a limit by temperature."""
    soc, elapsed_s, pack_c = trajectory.T
    energy_kwh = (soc[1:] - soc[:-1]) * power.capacity_kwh
    power_kw = energy_kwh / (elapsed_s[1:] - elapsed_s[:-1]) * S_PER_H
    middle = (np.floor(0.5 * (soc[:-1] + soc[1:]) * SOC_CELLS) + 0.5) / SOC_CELLS
    curve_kw = interpolated(middle, power.curve_soc, power.curve_kw)
    most_kw = np.minimum(curve_kw, charger_kw)
    free_s = np.add.accumulate(energy_kwh / most_kw * S_PER_H)
    slower = power_kw < most_kw * (1.0 - 1e-6)
    limits: list[LimitedBy] = [
        "temperature" if heat else "charger" if charger else "vehicle"
        for heat, charger in zip(slower.tolist(), (charger_kw < curve_kw).tolist(), strict=True)
    ]
    # The last point ends what the one before began.
    columns = (
        (elapsed_s + since_s).tolist(),
        soc.tolist(),
        [*power_kw.tolist(), *(power_kw[-1:].tolist() or [0.0])],
        pack_c.tolist(),
        [*limits, *(limits[-1:] or ["vehicle"])],
    )
    samples = [
        {"since_plug_in_s": s, "soc": soc, "power_kw": kw, "pack_c": c, "limited_by": limit}
        for s, soc, kw, c, limit in zip(*columns, strict=True)
    ]
    return samples, float(free_s[-1]) if free_s.size else 0.0


def _main_limit(samples: Sequence[_Sample]) -> LimitedBy:
    """Tell what set the power for the largest part of the time."""
    share: dict[LimitedBy, float] = {"vehicle": 0.0, "charger": 0.0, "temperature": 0.0}
    for now, then in pairwise(samples):
        share[now["limited_by"]] += then["since_plug_in_s"] - now["since_plug_in_s"]
    return max(share, key=lambda limit: share[limit])
