"""What a car under given conditions means to the formulas of `physics`."""

import math
from typing import NamedTuple

import numpy as np

from tripplan.arrays import Floats
from tripplan.errors import InvalidInputError
from tripplan.physics import cabin, consumption
from tripplan.physics.charging import LARGEST_AC_KW, PowerModel, ac_battery_kw, interpolate
from tripplan.physics.thermal import PackModel
from tripplan.records.trip import Conditions, Trip
from tripplan.records.vehicle import ONBOARD_CHARGER_KW, CoastDown, Vehicle
from tripplan.units import J_PER_KWH, STANDARD_GRAVITY_MPS2, W_PER_KW

COOLING_S = 1800.0
"""Time in which cabin, tyres and gears of a car that stands lose their warmth to 1/e (assumption;
the measured cabin of the BMW i3 60 Ah: 1550 s)."""


class RoadLoad(NamedTuple):
    """Road load of a loaded car at reference air density, for `consumption.tractive_force_n`."""

    mass_kg: float
    rolling_n: float
    linear_n_per_mps: float
    drag_n_per_mps2: float


def road_load(vehicle: Vehicle, conditions: Conditions) -> RoadLoad:
    """Return the road load of the car with its payload on this road at this temperature.

    Rolling resistance grows with mass; a coast-down holds for the kerb mass plus 300 lb.
    """
    mass_kg = vehicle.mass_kg + conditions.payload_kg
    factor = consumption.rolling_factor(
        conditions.ambient_c, conditions.road, vehicle.rolling_rise_per_k
    )
    load = vehicle.road_load
    if isinstance(load, CoastDown):
        rolling, linear, drag = consumption.coast_down_in_si(
            load.a_lbf, load.b_lbf_per_mph, load.c_lbf_per_mph2
        )
        rolling *= mass_kg / (vehicle.mass_kg + consumption.COAST_DOWN_LOAD_KG)
    else:
        rolling = load.rolling_coefficient * mass_kg * STANDARD_GRAVITY_MPS2
        linear = 0.0
        drag = consumption.drag_n_per_mps2(load.drag_coefficient, load.frontal_area_m2)
    if conditions.roof_box:
        drag += consumption.drag_n_per_mps2(1.0, consumption.ROOF_BOX_M2)
    return RoadLoad(mass_kg, rolling * factor, linear, drag)


def motion_kw(
    vehicle: Vehicle,
    load: RoadLoad,
    speed_mps: Floats,
    slope_sine: Floats,
    headwind_mps: Floats,
    air_density_kg_per_m3: Floats,
    *,
    acceleration_mps2: Floats | None = None,
    cold_start_factor: Floats | float = 1.0,
) -> Floats:
    """Battery power of the motor, shape of the arrays [kW]; negative: braking.

    A log says how the car speeds up; a road does not: there, speeds are means, and stop-and-go
    comes on top.
    """
    force_n = consumption.tractive_force_n(
        speed_mps,
        headwind_mps=headwind_mps,
        slope_sine=slope_sine,
        mass_kg=load.mass_kg,
        rolling_n=load.rolling_n * cold_start_factor,
        linear_n_per_mps=load.linear_n_per_mps,
        drag_n_per_mps2=load.drag_n_per_mps2,
        density_kg_per_m3=air_density_kg_per_m3,
        acceleration_mps2=0.0 if acceleration_mps2 is None else acceleration_mps2,
    )
    power_w = consumption.motion_power_w(
        force_n,
        speed_mps,
        drive_efficiency=vehicle.drive_efficiency,
        regen_efficiency=vehicle.regen_efficiency,
        regen_max_w=vehicle.regen_max_kw * W_PER_KW,
    )
    if acceleration_mps2 is None:
        power_w = power_w + consumption.stop_and_go_w(
            speed_mps,
            mass_kg=load.mass_kg,
            drive_efficiency=vehicle.drive_efficiency,
            regen_efficiency=vehicle.regen_efficiency,
        )
    return np.asarray(power_w / W_PER_KW, dtype=np.float64)


def capacity_kwh(vehicle: Vehicle, trip: Trip) -> float:
    """Battery energy between SoC 0 and 1 on this trip [kWh]: by age, and by cold.

    Taken at the colder of the air and the pack at departure, for the whole trip (an assumption
    on the safe side: packs warm up while driven and charged).
    """
    battery = vehicle.battery
    coldest = min(trip.conditions.ambient_c, trip.pack_departure_c)
    table = np.array(battery.capacity_by_temperature)
    return battery.usable_kwh * interpolate(coldest, table[:, 0], table[:, 1])


class WarmUp(NamedTuple):
    """Energy that a cold start takes on top of the steady power, drawn at departure."""

    cabin_kwh: float
    motion_kwh: float
    """What cold tyres and gears take."""

    @property
    def total_kwh(self) -> float:
        """Both together, kWh."""
        return self.cabin_kwh + self.motion_kwh


NO_WARM_UP = WarmUp(0.0, 0.0)


def measured_cabin(vehicle: Vehicle) -> cabin.MeasuredCabin | None:
    """Return the car's own cabin heating; None where it was not measured."""
    heating = vehicle.cabin.heating
    if heating is None:
        return None
    return cabin.MeasuredCabin(
        heating.loss_w_per_k,
        heating.gain_w_per_k,
        heating.heat_capacity_j_per_k,
        heating.max_kw * W_PER_KW,
    )


def cabin_kw(vehicle: Vehicle, conditions: Conditions) -> float:
    """Steady power of heater or air conditioning [kW]."""
    if conditions.cabin == "off":
        return 0.0
    return cabin.power_kw(
        conditions.ambient_c,
        vehicle.cabin.heater,
        measured_cabin(vehicle),
        conditions.sun_w_per_m2,
    )


def warm_up(vehicle: Vehicle, conditions: Conditions) -> WarmUp:
    """Energy that a cold start takes on a long drive: cabin (as cold as the air), tyres, gears."""
    cabin_kwh = 0.0
    if conditions.cabin == "on":
        cabin_kwh = cabin.warm_up_kwh(
            conditions.ambient_c, vehicle.cabin.heater, measured_cabin(vehicle)
        )
    motion_j = consumption.cold_start_j(
        road_load(vehicle, conditions).rolling_n,
        vehicle.rolling_start_factor,
        vehicle.drive_efficiency,
    )
    return WarmUp(cabin_kwh, motion_j / J_PER_KWH)


def standing_kwh(vehicle: Vehicle, dwell_s: float) -> float:
    """Energy that the car takes while it stands without a plug [kWh]."""
    return vehicle.standby_w * dwell_s / J_PER_KWH


def warm_up_again(
    vehicle: Vehicle, conditions: Conditions, dwell_s: float, *, plugged_in: bool
) -> WarmUp:
    """Energy that the car takes to get warm after it stood for a time.

    Cabin, tyres and gears lose their warmth exponentially, with a time constant of `COOLING_S`.

    Parameters
    ----------
    vehicle, conditions
        The car and the weather.
    dwell_s
        How long it stood. [s]
    plugged_in
        Whether at a plug: a cabin that is to be preheated is, there.
    """
    if not plugged_in and conditions.cabin == "preheated":
        conditions = conditions.model_copy(update={"cabin": "on"})
    whole, lost = warm_up(vehicle, conditions), 1.0 - math.exp(-dwell_s / COOLING_S)
    return WarmUp(lost * whole.cabin_kwh, lost * whole.motion_kwh)


class WaypointPlug(NamedTuple):
    """What a waypoint's own plug is to a car."""

    battery_kw: float
    """Power that reaches the battery at the most; 0: the car cannot charge there."""
    efficiency: float
    """Share of the energy from the wall that reaches the battery; 1 for direct current."""


def waypoint_plug(vehicle: Vehicle, plug_kw: float) -> WaypointPlug:
    """Return what a plug of this power, AC or DC, is to a car; see `LARGEST_AC_KW`."""
    if plug_kw <= 0.0 or vehicle.battery.charging_curve is None:
        return WaypointPlug(0.0, 1.0)
    if plug_kw > LARGEST_AC_KW:
        return WaypointPlug(plug_kw, 1.0)
    wall_kw = min(plug_kw, vehicle.onboard_charger_kw)
    battery_kw = ac_battery_kw(wall_kw)
    return WaypointPlug(battery_kw, battery_kw / wall_kw if battery_kw > 0.0 else 1.0)


def home_efficiency(vehicle: Vehicle) -> float:
    """Share of the energy from the wall at home, at 7.2 kW at most, that reaches the battery."""
    wall_kw = min(ONBOARD_CHARGER_KW, vehicle.onboard_charger_kw)
    return ac_battery_kw(wall_kw) / wall_kw


def pack_model(vehicle: Vehicle, conditions: Conditions) -> PackModel:
    """Return the lumped pack in this air."""
    thermal = vehicle.battery.thermal
    return PackModel(
        heat_capacity_j_per_k=thermal.heat_capacity_j_per_k,
        resistance_25c_ohm=vehicle.battery.resistance_ohm,
        resistance_per_k=thermal.resistance_temperature_per_k,
        voltage_v=vehicle.battery.nominal_voltage_v,
        conductance_driving_w_per_k=thermal.conductance_driving_w_per_k,
        conductance_parked_w_per_k=thermal.conductance_parked_w_per_k,
        cooling_w=thermal.cooling_w,
        cooling_on_c=math.inf if thermal.cooling_on_c is None else thermal.cooling_on_c,
        air_c=conditions.ambient_c,
    )


def power_model(vehicle: Vehicle, capacity: float, *, heat: bool = True) -> PowerModel:
    """Return the limits of charging on the car's side.

    Parameters
    ----------
    vehicle
        A car with a charging curve.
    capacity
        Battery energy between SoC 0 and 1. [kWh]
    heat
        Whether pack temperature limits the power.

    Raises
    ------
    InvalidInputError
        The car cannot fast-charge.
    """
    curve = vehicle.battery.charging_curve
    if curve is None:
        raise InvalidInputError(
            f"{vehicle.name} cannot fast-charge: it has no charging curve",
            field="vehicle",
            value=vehicle.id,
            expected="a car with battery.charging_curve",
        )
    points = np.array(curve.points)
    limit = vehicle.battery.temperature_limit
    table = np.array(limit.points if heat and limit else [(0.0, 1e6)])
    return PowerModel(
        curve_soc=points[:, 0].copy(),
        curve_kw=points[:, 1].copy(),
        limit_c=table[:, 0].copy(),
        limit_kw=table[:, 1].copy(),
        capacity_kwh=capacity,
    )
