"""One car under given conditions, made once: what the formulas of `physics` take of it.

A `Vehicle` says what a car is, `Conditions` what day it is; mass, road load, cabin, warm-up, pack,
capacity and charging limits follow from both, and from nothing else of a trip but the pack's
temperature at the start and the driver's speed limit.
"""

import math
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics import cabin, consumption, loads
from tripplan.physics.charging import LARGEST_AC_KW, PowerModel, ac_battery_kw, interpolate
from tripplan.physics.thermal import PackHeater, PackModel
from tripplan.records.trip import Conditions, Trip
from tripplan.records.vehicle import ONBOARD_CHARGER_KW, Battery, CoastDown, Vehicle
from tripplan.units import J_PER_KWH, KMH_PER_MPS, STANDARD_GRAVITY_MPS2, W_PER_KW

Heights = TypeVar("Heights", float, Floats)

SLOWEST_TOLD_KMH = 40.0
"""No slower speed is said to be the thriftiest."""
COOLING_S = 1800.0
"""Time in which cabin, tyres and gears of a car that stands lose their warmth to 1/e (assumption;
the measured cabin of the BMW i3 60 Ah: 1550 s)."""


class RoadLoad(NamedTuple):
    """Road load of a loaded car at reference air density, for `consumption.tractive_force_n`."""

    rolling_n: float
    linear_n_per_mps: float
    drag_n_per_mps2: float


class WarmUp(NamedTuple):
    """Energy that a cold start takes on top of the steady power, drawn at departure."""

    cabin_kwh: float
    """What a cold cabin takes to get warm, or a hot one to get cool."""
    motion_kwh: float
    """What cold tyres and gears take."""

    @property
    def total_kwh(self) -> float:
        """Both together, kWh."""
        return self.cabin_kwh + self.motion_kwh


NO_WARM_UP = WarmUp(0.0, 0.0)


class WaypointPlug(NamedTuple):
    """What a waypoint's own plug is to a car."""

    battery_kw: float
    """Power that the battery takes and gives back at the most; 0: the car cannot charge there."""
    efficiency: float
    """Share of the energy from the plug that it gives back; 1 for direct current in the warm."""


class Stay(NamedTuple):
    """What standing at a waypoint is to a car."""

    plug: WaypointPlug
    standing_kwh: float
    """Energy that the car takes while it stands there; none at a plug that charges it."""
    warm_up: WarmUp
    """Energy that it takes to get warm again when it drives on."""


@dataclass(frozen=True, eq=False)
class ConditionedVehicle:
    """One car under given conditions; made by `of` or `under`."""

    vehicle: Vehicle
    conditions: Conditions
    mass_kg: float
    """The car with its payload and trailer."""
    road_load: RoadLoad
    """On this road at this temperature."""
    top_speed_kmh: float
    """The car's own top speed, or the driver's limit where that is less."""
    slowest_kmh: float
    """No road is driven more slowly than this for the sake of energy."""
    measured_cabin: cabin.MeasuredCabin | None
    """The car's own cabin heating; None where it was not measured."""
    cabin_kw: float
    """Steady power of heater or air conditioning."""
    cold_start: WarmUp
    """What a start takes from a cabin, tyres and gears as cold as the air, preheated or not."""
    capacity_kwh: float
    """Battery energy between SoC 0 and 1, by age and by cold, for the whole trip."""
    charge_efficiency: float
    """Share of what is charged that the battery gives back on this trip; 1 in the warm.  SoC is a
    share of charge: in the cold it takes as much to charge as in the warm, and gives back less."""
    pack: PackModel
    """The lumped pack in this air."""
    power: PowerModel | None
    """The car's own limits of fast charging, as power that it gives back; None: it cannot."""

    @classmethod
    def of(cls, vehicle: Vehicle, trip: Trip, *, heat: bool = True) -> "ConditionedVehicle":
        """Return the car under the conditions of a trip.

        Parameters
        ----------
        vehicle, trip
            Who drives where; of the trip its conditions, its pack's temperature at the start and
            its driver's speed limit count.
        heat
            Whether pack temperature limits the charging power.
        """
        return cls.under(
            vehicle,
            trip.conditions,
            pack_c=trip.pack_departure_c,
            max_speed_kmh=trip.fastest_kmh,
            slowest_kmh=trip.slowest_kmh,
            heat=heat,
        )

    @classmethod
    def under(
        cls,
        vehicle: Vehicle,
        conditions: Conditions,
        *,
        pack_c: float | None = None,
        max_speed_kmh: float | None = None,
        slowest_kmh: float = 0.0,
        heat: bool = True,
    ) -> "ConditionedVehicle":
        """Return the car under conditions alone, without a trip.

        Parameters
        ----------
        vehicle, conditions
            The car, and weather, road and load.
        pack_c
            Pack temperature at the start; None: that of the air. [degC]
        max_speed_kmh
            The driver's own limit; None: there is none. [km/h]
        slowest_kmh
            No road is driven more slowly than this for the sake of energy. [km/h]
        heat
            Whether pack temperature limits the charging power.

        Notes
        -----
        The capacity is taken at the colder of the air and the pack at the start (an assumption on
        the safe side: packs warm up while driven and charged).
        """
        coldest_c = min(conditions.ambient_c, math.inf if pack_c is None else pack_c)
        table = np.array(vehicle.battery.capacity_by_temperature)
        share = interpolate(coldest_c, table[:, 0], table[:, 1])
        capacity_kwh = vehicle.battery.usable_kwh * share
        return cls(
            vehicle=vehicle,
            top_speed_kmh=min(vehicle.top_speed_kmh, max_speed_kmh or math.inf),
            slowest_kmh=slowest_kmh,
            capacity_kwh=capacity_kwh,
            charge_efficiency=share,
            power=_power(vehicle.battery, share, heat=heat),
            **_in_weather(vehicle, conditions),
        )

    def in_air(self, ambient_c: float) -> "ConditionedVehicle":
        """Return the same car on its way where the air is otherwise: its capacity stays.

        Parameters
        ----------
        ambient_c
            Air temperature. [degC]
        """
        weather = self.conditions.model_copy(update={"ambient_c": ambient_c})
        return replace(self, **_in_weather(self.vehicle, weather))

    @property
    def warm_up(self) -> WarmUp:
        """Energy that the start takes on a long drive: cabin, tyres and gears."""
        preheated = self.conditions.cabin == "preheated"
        return self.cold_start._replace(cabin_kwh=0.0) if preheated else self.cold_start

    @property
    def charging_pack(self) -> PackModel:
        """The pack for charging with powers that it gives back: as warm as by what is charged."""
        return self.pack._replace(voltage_v=self.pack.voltage_v * self.charge_efficiency)

    @property
    def heater_on_the_way(self) -> PackHeater | None:
        """The pack's heater, if it can warm it on the way to a charger; None: it cannot."""
        heater = self.vehicle.battery.heater
        if heater is None or not heater.while_driving:
            return None
        return PackHeater(heater.power_kw, heater.target_c)

    @property
    def fast_charging_kw(self) -> float:
        """The most power that the car charges with and gives back, kW; 0: it cannot fast-charge."""
        return 0.0 if self.power is None else float(self.power.curve_kw.max())

    @property
    def home_efficiency(self) -> float:
        """Share of the energy from a wall of 7.2 kW at most, at home, that reaches the battery.

        What a cold battery does not give back of it is not in there: see `charge_efficiency`.
        """
        wall_kw = min(ONBOARD_CHARGER_KW, self.vehicle.onboard_charger_kw)
        return ac_battery_kw(wall_kw) / wall_kw

    def motion_kw(
        self,
        speed_mps: Floats,
        slope_sine: Floats,
        headwind_mps: Floats,
        air_density_kg_per_m3: Floats,
        *,
        crosswind_mps: Floats | float = 0.0,
        stops_per_m: Floats | None = None,
        acceleration_mps2: Floats | None = None,
        cold_start_factor: Floats | float = 1.0,
    ) -> Floats:
        """Battery power of the motor [kW]; negative: braking.

        Arrays have one shape, (pieces,) of roads or (times,) of a log, and so has the result.

        A log says how the car speeds up; a road does not: there, speeds are means, and stop-and-go
        comes on top.

        Parameters
        ----------
        speed_mps, slope_sine
            Speed, and rise over length.
        headwind_mps, air_density_kg_per_m3
            The air; see `headwind_mps` and `air_density_kg_per_m3` below.
        crosswind_mps
            Wind from the side; see `crosswind_mps` below.
        stops_per_m
            What `consumption.stop_and_go_per_m` says of the road; None: it is driven at the speed
            that is usual there.
        acceleration_mps2
            How the car speeds up; None: the speeds are those of roads.
        cold_start_factor
            Factor of the rolling resistance while tyres and gears get warm.
        """
        vehicle, load = self.vehicle, self.road_load
        force_n = consumption.tractive_force_n(
            speed_mps,
            headwind_mps=headwind_mps,
            crosswind_mps=crosswind_mps,
            slope_sine=slope_sine,
            mass_kg=self.mass_kg,
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
            if stops_per_m is None:
                stops_per_m = consumption.stop_and_go_per_m(speed_mps)
            power_w = power_w + consumption.stop_and_go_w(
                speed_mps,
                stops_per_m,
                mass_kg=self.mass_kg,
                drive_efficiency=vehicle.drive_efficiency,
                regen_efficiency=vehicle.regen_efficiency,
            )
        return np.asarray(power_w / W_PER_KW, dtype=np.float64)

    def draw_kw(self, motion_kw: Floats) -> Floats:
        """Battery power while driving: of the motor, of auxiliaries and of a warm cabin [kW]."""
        return motion_kw + self.vehicle.auxiliary_kw + self.cabin_kw

    def level_kwh_per_km(self, speed_kmh: float) -> float:
        """Battery energy of a kilometre at a steady speed, level and without wind, at sea level.

        Parameters
        ----------
        speed_kmh
            The speed. [km/h]
        """
        one, none = np.ones(1), np.zeros(1)
        air = self.air_density_kg_per_m3(none)
        motion = self.motion_kw(one * speed_kmh / KMH_PER_MPS, none, none, air, stops_per_m=none)
        return float(self.draw_kw(motion)[0]) / speed_kmh

    @property
    def thriftiest_kmh(self) -> float:
        """Steady speed at which a level kilometre takes least, in steps of 5 km/h from 40 on.

        Below it heater, lights and electronics take over, which run for longer.
        """
        speeds = np.arange(SLOWEST_TOLD_KMH, max(self.top_speed_kmh, SLOWEST_TOLD_KMH) + 1.0, 5.0)
        return float(min(speeds.tolist(), key=self.level_kwh_per_km))

    def headwind_mps(self, bearing_deg: Floats) -> Floats:
        """Wind against a car that drives in these directions, shape as theirs [m/s]."""
        weather = self.conditions
        return np.asarray(
            consumption.headwind_mps(weather.wind_mps, weather.wind_from_deg, bearing_deg)
        )

    def crosswind_mps(self, bearing_deg: Floats) -> Floats:
        """Wind from the side of a car that drives in these directions, shape as theirs [m/s]."""
        weather = self.conditions
        return np.asarray(
            consumption.crosswind_mps(weather.wind_mps, weather.wind_from_deg, bearing_deg)
        )

    def air_density_kg_per_m3(self, elevation_m: Floats) -> Floats:
        """Density of the air at these heights, shape as theirs [kg/m3]."""
        return np.asarray(consumption.air_density_kg_per_m3(self.conditions.ambient_c, elevation_m))

    def lift_kwh(self, height_m: Heights) -> Heights:
        """Potential energy m g z of the loaded car at heights, shape as theirs [kWh]."""
        return self.mass_kg * STANDARD_GRAVITY_MPS2 * height_m / J_PER_KWH

    def waypoint_plug(self, plug_kw: float) -> WaypointPlug:
        """Return what a plug of this power, AC or DC, is to the car; see `LARGEST_AC_KW`."""
        if plug_kw <= 0.0 or self.power is None:
            return WaypointPlug(0.0, 1.0)
        cold = self.charge_efficiency
        if plug_kw > LARGEST_AC_KW:
            return WaypointPlug(plug_kw * cold, cold)
        wall_kw = min(plug_kw, self.vehicle.onboard_charger_kw)
        battery_kw = ac_battery_kw(wall_kw)
        efficiency = battery_kw / wall_kw * cold if battery_kw > 0.0 else 1.0
        return WaypointPlug(battery_kw * cold, efficiency)

    def stay(self, dwell_s: float, plug_kw: float, garage_c: float | None = None) -> Stay:
        """Return what standing at a waypoint for a time is to the car.

        Cabin, tyres and gears lose their warmth exponentially, with a time constant of `COOLING_S`;
        a cabin that is to be preheated is, at a plug that charges the car.

        Parameters
        ----------
        dwell_s
            How long it stands. [s]
        plug_kw
            Power of the plug there; 0: there is none. [kW]
        garage_c
            Air where it stands, which it takes on; None: that outside.  The pack is taken to stand
            outside all the same (an assumption on the safe side in winter). [degC]
        """
        plug, lost = self.waypoint_plug(plug_kw), 1.0 - math.exp(-dwell_s / COOLING_S)
        plugged_in = plug.battery_kw > 0.0
        inside = self if garage_c is None else self.in_air(garage_c)
        whole = inside.warm_up if plugged_in else inside.cold_start
        return Stay(
            plug,
            0.0 if plugged_in else self.vehicle.standby_w * dwell_s / J_PER_KWH,
            WarmUp(lost * whole.cabin_kwh, lost * whole.motion_kwh),
        )


def _in_weather(vehicle: Vehicle, conditions: Conditions) -> dict[str, Any]:
    """Return what follows from weather, road and load, by field."""
    own_kg = vehicle.mass_kg + conditions.payload_kg + loads.PERSON_KG * conditions.passengers
    own_kg += loads.BIKES[conditions.bikes].mass_kg
    mass_kg = own_kg + trailer_kg(conditions)
    load = _road_load(vehicle, conditions, own_kg)
    heater, ambient_c = vehicle.cabin.heater, conditions.ambient_c
    measured = None
    if heating := vehicle.cabin.heating:
        measured = cabin.MeasuredCabin(
            heating.loss_w_per_k,
            heating.gain_w_per_k,
            heating.heat_capacity_j_per_k,
            heating.max_kw * W_PER_KW,
        )
    steady_kw, cabin_kwh = 0.0, 0.0
    if conditions.cabin != "off":
        steady_kw = cabin.power_kw(ambient_c, heater, measured, conditions.sun_w_per_m2)
        cabin_kwh = cabin.warm_up_kwh(ambient_c, heater, measured)
        cabin_kwh += cabin.pull_down_kwh(ambient_c, heater, conditions.sun_w_per_m2)
    motion_j = consumption.cold_start_j(
        load.rolling_n, vehicle.rolling_start_factor, vehicle.drive_efficiency
    )
    return {
        "conditions": conditions,
        "mass_kg": mass_kg,
        "road_load": load,
        "measured_cabin": measured,
        "cabin_kw": steady_kw,
        "cold_start": WarmUp(cabin_kwh, motion_j / J_PER_KWH),
        "pack": _pack(vehicle.battery, ambient_c),
    }


def trailer_kg(conditions: Conditions) -> float:
    """Return the mass of what is towed: as stated, or usual of its kind [kg]."""
    usual_kg = loads.TRAILERS[conditions.trailer].mass_kg
    stated_kg = conditions.trailer_kg
    return usual_kg if stated_kg is None or conditions.trailer == "none" else stated_kg


def _road_load(vehicle: Vehicle, conditions: Conditions, mass_kg: float) -> RoadLoad:
    """Return the road load: it grows with mass; a coast-down is for the kerb mass plus 300 lb."""
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
    drag *= vehicle.drag_factor
    if conditions.winter_tyres:
        rolling *= loads.WINTER_TYRES
    towed = loads.TRAILERS[conditions.trailer]
    rolling += towed.rolling_coefficient * trailer_kg(conditions) * STANDARD_GRAVITY_MPS2
    outside_m2 = towed.drag_area_m2 + loads.BIKES[conditions.bikes].drag_area_m2
    outside_m2 += consumption.ROOF_BOX_M2 if conditions.roof_box else 0.0
    if outside_m2 > 0.0:
        drag += consumption.drag_n_per_mps2(1.0, outside_m2)
    return RoadLoad(rolling * factor, linear, drag)


def _pack(battery: Battery, air_c: float) -> PackModel:
    thermal = battery.thermal
    return PackModel(
        heat_capacity_j_per_k=thermal.heat_capacity_j_per_k,
        resistance_25c_ohm=battery.resistance_ohm,
        resistance_per_k=thermal.resistance_temperature_per_k,
        voltage_v=battery.nominal_voltage_v,
        conductance_driving_w_per_k=thermal.conductance_driving_w_per_k,
        conductance_parked_w_per_k=thermal.conductance_parked_w_per_k,
        cooling_w=thermal.cooling_w,
        cooling_on_c=math.inf if thermal.cooling_on_c is None else thermal.cooling_on_c,
        air_c=air_c,
    )


def _power(battery: Battery, share: float, *, heat: bool) -> PowerModel | None:
    """Return the limits of charging: of what is charged, the battery gives back a share."""
    if battery.charging_curve is None:
        return None
    points = np.array(battery.charging_curve.points)
    limit = battery.temperature_limit
    table = np.array(limit.points if heat and limit else [(0.0, 1e6)])
    return PowerModel(
        curve_soc=points[:, 0].copy(),
        curve_kw=points[:, 1] * share,
        limit_c=table[:, 0].copy(),
        limit_kw=table[:, 1] * share,
        capacity_kwh=battery.usable_kwh * share,
    )
