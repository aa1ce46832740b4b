"""Price roads for one car on one trip: time, battery energy and heat of every arc."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tripplan import model
from tripplan.physics import consumption
from tripplan.physics.thermal import joule_heat_w
from tripplan.region import RoadNetwork
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
class ArcCosts:
    """Columns over the arcs of a network, shape (arcs,)."""

    time_s: Floats
    """Driving time; infinite on roads that the car may not use."""
    speed_mps: Floats
    motion_kwh: Floats
    """Drawn from the battery by the motor."""
    regenerated_kwh: Floats
    """Fed back by braking."""
    auxiliary_kwh: Floats
    cabin_kwh: Floats
    heat_j: Floats
    """Heat in a pack of 25 degrees Celsius."""
    height_kwh: Floats
    """Potential energy m g z of the loaded car at each node, shape (nodes,)."""

    @property
    def energy_kwh(self) -> Floats:
        """Net battery energy of each arc; negative where it charges."""
        return self.motion_kwh - self.regenerated_kwh + self.auxiliary_kwh + self.cabin_kwh

    def roads(self, network: RoadNetwork) -> Roads:
        """Return the forward star with these costs, for the compiled searches."""
        drawn = np.maximum(self.energy_kwh, 0.0)
        return Roads(
            first_out=network.first_out,
            head=network.head,
            time_s=self.time_s,
            energy_kwh=self.energy_kwh,
            need_kwh=drawn,
            drop_kwh=drawn,
            heat_j=self.heat_j,
        )


def price_arcs(network: RoadNetwork, vehicle: Vehicle, trip: Trip) -> ArcCosts:
    """Price every arc.

    The car drives at the road's expected speed, at most at its own top speed and the driver's
    limit, and on a climb no faster than the motor's power allows.
    """
    load = model.road_load(vehicle, trip.conditions)
    tail = network.tail
    slope = (network.elevation_m[network.head] - network.elevation_m[tail]) / network.length_m
    air = consumption.air_density_kg_per_m3(
        trip.conditions.ambient_c,
        0.5 * (network.elevation_m[network.head] + network.elevation_m[tail]),
    )
    wind = consumption.headwind_mps(
        trip.conditions.wind_mps, trip.conditions.wind_from_deg, bearings_deg(network)
    )
    speed, motion = _drivable(vehicle, trip, network, load, slope, wind, air)
    time_s = network.length_m / speed
    hours = time_s / S_PER_H
    cabin = model.cabin_kw(vehicle, trip.conditions)
    power_kw = motion + vehicle.auxiliary_kw + cabin
    thermal = vehicle.battery.thermal
    current_heat_w = joule_heat_w(1.0, vehicle.battery.nominal_voltage_v, thermal.resistance_ohm)
    if vehicle.max_posted_speed_kmh is not None:
        time_s = np.where(
            network.speed_limit_kmh <= vehicle.max_posted_speed_kmh + 0.5, time_s, np.inf
        )
    return ArcCosts(
        time_s=time_s,
        speed_mps=speed,
        motion_kwh=np.maximum(motion, 0.0) * hours,
        regenerated_kwh=np.maximum(-motion, 0.0) * hours,
        auxiliary_kwh=vehicle.auxiliary_kw * hours,
        cabin_kwh=cabin * hours,
        heat_j=power_kw**2 * current_heat_w * hours * S_PER_H,
        height_kwh=load.mass_kg * STANDARD_GRAVITY_MPS2 * network.elevation_m / J_PER_KWH,
    )


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
    network: RoadNetwork,
    load: model.RoadLoad,
    slope: Floats,
    wind: Floats,
    air: Floats,
) -> tuple[Floats, Floats]:
    """Speed of each arc within the motor's power [m/s], and the motor's battery power there [kW].

    Steps of 2 % of the wished speed, down to a tenth of it.
    """
    wished_kmh = np.minimum(
        network.speed_kmh, min(vehicle.top_speed_kmh, trip.max_speed_kmh or np.inf)
    )
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
