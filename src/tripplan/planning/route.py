"""A journey on its way: who drives where, where the car is by now, and what each step costs."""

from dataclasses import dataclass

from tripplan.arrays import Floats
from tripplan.planning.arc_costs import ArcCosts
from tripplan.records.charger import Plug
from tripplan.records.network import RoadNetwork
from tripplan.records.trip import Place, Trip, Waypoint
from tripplan.records.vehicle import Vehicle
from tripplan.routing.geometry import Track
from tripplan.search.problem import Target
from tripplan.vehicle_model import conditioned as model


@dataclass
class State:
    """Where the car is while the plan is unfolded."""

    energy_kwh: float
    pack_c: float
    elapsed_s: float = 0.0
    distance_km: float = 0.0


@dataclass(frozen=True)
class Halt:
    """A place that the trip must visit on the way: a waypoint, or a charger that is required."""

    place: Place
    plug: Plug | None = None
    """The plug of a required charger."""
    dwell_s: float = 0.0
    charger_kw: float = 0.0
    """Power that a waypoint's own plug gives the battery; 0: none."""
    efficiency: float = 1.0
    """Share of the energy from that plug that reaches the battery."""
    standing_kwh: float = 0.0
    """Energy that the car takes while it stands there without a plug."""
    warm_up: model.WarmUp = model.NO_WARM_UP
    """Energy that it takes to get warm again when it drives on."""

    @property
    def power_kw(self) -> float:
        """Power of the plug there, kW; 0: there is none."""
        return self.plug.power_kw if self.plug else self.charger_kw


def waypoint_halt(stay: Waypoint, trip: Trip, vehicle: Vehicle) -> Halt:
    """Return what a waypoint is to this car."""
    plug = model.waypoint_plug(vehicle, stay.charger_kw)
    plugged_in = plug.battery_kw > 0.0
    return Halt(
        stay.place,
        dwell_s=stay.dwell_s,
        charger_kw=plug.battery_kw,
        efficiency=plug.efficiency,
        standing_kwh=0.0 if plugged_in else model.standing_kwh(vehicle, stay.dwell_s),
        warm_up=model.warm_up_again(vehicle, trip.conditions, stay.dwell_s, plugged_in=plugged_in),
    )


def target_at(halt: Halt, node: int, trip: Trip) -> Target:
    """Return a place on the way as the search sees it."""
    if halt.plug is None:
        drawn_kwh = halt.standing_kwh + halt.warm_up.total_kwh
        return Target(node, halt.dwell_s, halt.charger_kw, drawn_kwh=drawn_kwh)
    return Target(node, 0.0, halt.plug.power_kw, trip.stop_overhead_s, is_charger=True)


@dataclass(frozen=True, eq=False)
class Journey:
    """Who drives on which roads."""

    network: RoadNetwork
    vehicle: Vehicle
    trip: Trip
    shares: Floats
    """Shares of the usual speed that the search chose from, shape (speeds,)."""
    halts: tuple[Halt, ...] = ()
    """Places on the way, as the problem's targets have them but for the last."""


@dataclass(frozen=True, eq=False)
class Steps:
    """What each step of a track costs: columns of shape (steps,)."""

    time_s: Floats
    energy_kwh: Floats
    motion_kwh: Floats
    auxiliary_kwh: Floats
    cabin_kwh: Floats
    regenerated_kwh: Floats
    heat_j: Floats
    speed_mps: Floats
    bearing_deg: Floats


def steps_of(network: RoadNetwork, track: Track, costs: ArcCosts) -> Steps:
    """Price the steps of a track; ``costs`` are those of the track's arcs, in its order."""
    pieces, share = costs.pieces, track.share
    here = costs.piece_first[track.at] + (track.piece - network.piece_first[track.arc])
    return Steps(
        time_s=pieces.time_s[here] * share,
        energy_kwh=pieces.energy_kwh[here] * share,
        motion_kwh=pieces.motion_kwh[here] * share,
        auxiliary_kwh=pieces.auxiliary_kwh[here] * share,
        cabin_kwh=pieces.cabin_kwh[here] * share,
        regenerated_kwh=pieces.regenerated_kwh[here] * share,
        heat_j=pieces.heat_j[here] * share,
        speed_mps=pieces.speed_mps[here],
        bearing_deg=costs.bearing_deg[track.at],
    )
