"""A journey on its way: who drives where, where the car is by now, and what each step costs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tripplan.charger import Plug
from tripplan.region import RoadNetwork
from tripplan.search.costs import ArcCosts
from tripplan.track import Track
from tripplan.trip import Place, Trip
from tripplan.vehicle import Vehicle

Floats = NDArray[np.float64]


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
    """Power of a waypoint's own plug; 0: none."""


@dataclass(frozen=True, eq=False)
class Journey:
    """Who drives on which roads."""

    network: RoadNetwork
    vehicle: Vehicle
    trip: Trip
    shares: Floats
    """Shares of the usual speed that the search chose from, shape (speeds,)."""
    halts: tuple[Halt, ...] = ()
    """Places on the way, as the question's goals have them but for the last."""


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
