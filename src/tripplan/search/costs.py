"""Price roads for one car on one trip: time, battery energy and heat of every arc."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tripplan import model
from tripplan.physics import consumption
from tripplan.physics.thermal import joule_heat_w
from tripplan.region import RoadNetwork
from tripplan.road_wishes import open_arcs
from tripplan.search.kernels.drives import Roads
from tripplan.trip import Trip
from tripplan.units import (
    J_PER_KWH,
    KMH_PER_MPS,
    S_PER_H,
    STANDARD_GRAVITY_MPS2,
)
from tripplan.vehicle import Vehicle

Floats = NDArray[np.float64]

_SPEED_STEPS = np.linspace(1.0, 0.1, 46)


@dataclass(frozen=True, eq=False)
class PieceCosts:
    """Columns over the pieces of constant grade of a network, shape (pieces,)."""

    time_s: Floats
    speed_mps: Floats
    motion_kwh: Floats
    """Drawn from the battery by the motor."""
    regenerated_kwh: Floats
    """Fed back by braking."""
    auxiliary_kwh: Floats
    cabin_kwh: Floats
    heat_j: Floats
    """Heat in a pack of 25 degrees Celsius."""

    @property
    def energy_kwh(self) -> Floats:
        """Net battery energy of each piece; negative where it charges."""
        return self.motion_kwh - self.regenerated_kwh + self.auxiliary_kwh + self.cabin_kwh


@dataclass(frozen=True, eq=False)
class ArcCosts:
    """What driving costs, arc by arc and piece by piece."""

    pieces: PieceCosts
    bearing_deg: Floats
    """Direction of travel of each arc, end to end, shape (arcs,)."""
    height_kwh: Floats
    """Potential energy m g z of the loaded car at each node, shape (nodes,)."""
    open_arcs: NDArray[np.bool_]
    """Whether the car may use each arc, shape (arcs,)."""

    def roads(self, network: RoadNetwork) -> Roads:
        """Return the forward star with these costs, for the compiled searches.

        The battery profile of an arc is that of its pieces in a row: it needs the largest sum of
        energies from its start, and leaves the battery below full by the largest sum up to its
        end.
        """
        start = network.piece_first[:-1]
        total = np.concatenate([[0.0], np.cumsum(self.pieces.energy_kwh)])
        before, after = total[:-1], total[1:]
        from_start = np.maximum.reduceat(after, start) - total[start]
        to_end = total[network.piece_first[1:]] - np.minimum.reduceat(before, start)
        time_s = np.add.reduceat(self.pieces.time_s, start)
        return Roads(
            first_out=network.first_out,
            head=network.head,
            time_s=np.where(self.open_arcs, time_s, np.inf),
            energy_kwh=np.add.reduceat(self.pieces.energy_kwh, start),
            need_kwh=np.maximum(from_start, 0.0),
            drop_kwh=np.maximum(to_end, 0.0),
            heat_j=np.add.reduceat(self.pieces.heat_j, start),
        )


def price_arcs(network: RoadNetwork, vehicle: Vehicle, trip: Trip) -> ArcCosts:
    """Price every arc.

    The car drives at the road's expected speed, at most at its own top speed and the driver's
    limit, and on a climb no faster than the motor's power allows.
    """
    load = model.road_load(vehicle, trip.conditions)
    arc = np.repeat(np.arange(network.arc_count), np.diff(network.piece_first))
    slope = network.piece_rise_m / network.piece_length_m
    bearing = bearings_deg(network)
    air = consumption.air_density_kg_per_m3(trip.conditions.ambient_c, _middle_m(network, arc))
    wind = consumption.headwind_mps(
        trip.conditions.wind_mps, trip.conditions.wind_from_deg, bearing[arc]
    )
    speed, motion = _drivable(vehicle, trip, network.speed_kmh[arc], load, slope, wind, air)
    time_s = network.piece_length_m / speed
    hours = time_s / S_PER_H
    cabin = model.cabin_kw(vehicle, trip.conditions)
    power_kw = motion + vehicle.auxiliary_kw + cabin
    thermal = vehicle.battery.thermal
    current_heat_w = joule_heat_w(1.0, vehicle.battery.nominal_voltage_v, thermal.resistance_ohm)
    return ArcCosts(
        pieces=PieceCosts(
            time_s=time_s,
            speed_mps=speed,
            motion_kwh=np.maximum(motion, 0.0) * hours,
            regenerated_kwh=np.maximum(-motion, 0.0) * hours,
            auxiliary_kwh=vehicle.auxiliary_kw * hours,
            cabin_kwh=cabin * hours,
            heat_j=power_kw**2 * current_heat_w * hours * S_PER_H,
        ),
        bearing_deg=bearing,
        height_kwh=load.mass_kg * STANDARD_GRAVITY_MPS2 * network.elevation_m / J_PER_KWH,
        open_arcs=open_arcs(network, vehicle, trip.avoid),
    )


def _middle_m(network: RoadNetwork, arc: NDArray[np.int64]) -> Floats:
    """Elevation halfway along each piece, shape (pieces,)."""
    total = np.concatenate([[0.0], np.cumsum(network.piece_rise_m)])
    climbed = total[:-1] - total[network.piece_first[:-1]][arc]
    start_m = network.elevation_m[network.tail[arc]] + climbed
    return np.asarray(start_m + 0.5 * network.piece_rise_m)


def bearings_deg(network: RoadNetwork) -> Floats:
    """Direction of travel of each arc, degrees clockwise from north, shape (arcs,)."""
    tail, head = network.tail, network.head
    phi_1, phi_2 = np.radians(network.lat[tail]), np.radians(network.lat[head])
    turn = np.radians(network.lon[head] - network.lon[tail])
    east = np.sin(turn) * np.cos(phi_2)
    north = np.cos(phi_1) * np.sin(phi_2) - np.sin(phi_1) * np.cos(phi_2) * np.cos(turn)
    return np.asarray(np.degrees(np.arctan2(east, north)) % 360.0)


def _drivable(
    vehicle: Vehicle,
    trip: Trip,
    expected_kmh: Floats,
    load: model.RoadLoad,
    slope: Floats,
    wind: Floats,
    air: Floats,
) -> tuple[Floats, Floats]:
    """Speed of each piece within the motor's power [m/s], and the motor's battery power there [kW].

    Steps of 2 % of the wished speed, down to a tenth of it.
    """
    wished_kmh = np.minimum(expected_kmh, min(vehicle.top_speed_kmh, trip.max_speed_kmh or np.inf))
    speed = wished_kmh / KMH_PER_MPS
    motion = model.motion_kw(vehicle, load, speed, slope, wind, air)
    most = vehicle.motor_kw / vehicle.drive_efficiency
    for step in _SPEED_STEPS[1:]:
        weak = np.flatnonzero(motion > most)
        if not weak.size:
            break
        speed[weak] = wished_kmh[weak] / KMH_PER_MPS * step
        motion[weak] = model.motion_kw(
            vehicle, load, speed[weak], slope[weak], wind[weak], air[weak]
        )
    return speed, motion
