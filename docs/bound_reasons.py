"""Why each quantity that is given to the planner has the bounds that it has: one table of all.

What is given are trips, cars and settings, with all records in them.  Each bound is there to refuse
slips (a wrong unit, a lost decimal point), not to judge cars: what exists lies well within.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, get_args

from record_facts import Fact, facts

from tripplan.records.base import Record
from tripplan.records.settings import Settings
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle

GIVEN = (Trip, Vehicle, Settings)
SHARE = "a share of the battery's energy"
PRICE = "in the smallest currency units energy costs ten thousands, an hour millions"
WAYS_TO_SEARCH = "a setting of the search: the upper end is what memory or patience bear"
CELSIUS = "air that cars are driven in: -50 is colder than any motorway, 60 warmer than any shade"
ROAD_KMH = "the slowest that traffic bears, and faster than any limit"
POST_KW = "a megawatt charger, twice"
TABLE = "knots of a table"
REASONS = {
    "Trip.departure_soc": SHARE,
    "Trip.reserve_soc": SHARE,
    "Trip.arrival_soc": SHARE,
    "Trip.arrive_with_probability": "a probability; none is certain",
    "Trip.charge_limit_soc": SHARE,
    "Trip.least_charge_soc": SHARE,
    "Trip.most_stops": "no trip on earth needs more",
    "Trip.prefer_fewer_stops_s": "a day",
    "Trip.longest_stop_s": "a day",
    "Trip.stranded_s": "a tow and a night; two days are beyond any",
    "WorkingShare.works": "a probability",
    "Trip.stop_overhead_s": "plugging in takes no two hours",
    "Trip.max_speed_kmh": ROAD_KMH,
    "Trip.slow_down_to": "a share of the usual speed",
    "Trip.slowest_kmh": ROAD_KMH,
    "Trip.pack_start_c": "colder packs give no power, warmer ones switch off",
    "Trip.ambient_by_hour": CELSIUS,
    "Trip.hour_worth_kwh": "an hour of the strongest charger",
    "Place.lat": "from pole to pole",
    "Place.lon": "round the earth",
    "Waypoint.dwell_s": "two weeks: longer stays make trips of their own",
    "Waypoint.charger_kw": POST_KW,
    "Waypoint.garage_c": CELSIUS,
    "Waypoint.price_per_kwh": PRICE,
    "Prices.price_per_kwh": PRICE,
    "Prices.price_per_session": PRICE,
    "Prices.home_price_per_kwh": PRICE,
    "Prices.value_of_time_per_h": PRICE,
    "Conditions.ambient_c": CELSIUS,
    "Conditions.wind_mps": "a hurricane, in which nobody drives",
    "Conditions.wind_from_deg": "round the compass",
    "Conditions.payload_kg": "what vans carry",
    "Conditions.passengers": "the seats of a van, the driver aside",
    "Conditions.trailer_kg": "the heaviest trailer of licence class BE",
    "Conditions.sun_w_per_m2": "the solar constant is 1361",
    "ChargerWishes.min_power_kw": POST_KW,
    "ChargerWishes.min_stalls": "the largest sites have some hundred",
    "Adapter.max_kw": POST_KW,
    "Vehicle.mass_kg": "from a light trike to a loaded lorry",
    "Vehicle.drive_efficiency": "no motor gives more than it takes",
    "Vehicle.regen_efficiency": "no motor gives more than it takes",
    "Vehicle.regen_max_kw": "more than any lorry brakes with",
    "Vehicle.rolling_rise_per_k": "measured tyres: below 0.02",
    "Vehicle.rolling_start_factor": "measured cold starts: below 2",
    "Vehicle.motor_kw": "more than any car or lorry has",
    "Vehicle.auxiliary_kw": "lights and pumps; heating is not in it",
    "Vehicle.standby_w": "a car that empties a 20 kWh battery in a day",
    "Vehicle.top_speed_kmh": "from a cart to a racing car",
    "Vehicle.max_posted_speed_kmh": "faster than any limit",
    "Vehicle.onboard_charger_kw": "from a household socket to twice the strongest (43 kW)",
    "Vehicle.drag_factor": "from a third to three times what the rating says",
    "Vehicle.range_tests": "far more than any car had",
    "Vehicle.consumption_spread": "a car of which nothing is known",
    "CoastDown.a_lbf": "30 times that of a large car",
    "CoastDown.b_lbf_per_mph": "it may fall below zero; 20 times that of a car",
    "CoastDown.c_lbf_per_mph2": "20 times that of a van",
    "DragAndRolling.drag_coefficient": "above an open parachute",
    "DragAndRolling.frontal_area_m2": "twice a lorry",
    "DragAndRolling.rolling_coefficient": "tyres on sand",
    "CabinHeating.loss_w_per_k": "a large greenhouse",
    "CabinHeating.gain_w_per_k": "a large greenhouse",
    "CabinHeating.heat_capacity_j_per_k": "20 t of water",
    "CabinHeating.max_kw": "the heating of a house, five times",
    "Battery.nominal_kwh": "the largest lorries",
    "Battery.gross_kwh": "the largest lorries",
    "Battery.soh": "below 30 % packs are scrap",
    "Battery.nominal_voltage_v": "from a bicycle to the highest class of road vehicles",
    "Battery.low_voltage_kw": "a megawatt charger",
    "Battery.capacity_by_temperature": TABLE,
    "PackThermal.heat_capacity_j_per_k": "from 1 kg of cells to 100 t",
    "PackThermal.resistance_ohm": "100 times that of a small car's pack",
    "PackThermal.resistance_temperature_per_k": "five times what is measured",
    "PackThermal.conductance_driving_w_per_k": "more than any radiator",
    "PackThermal.conductance_parked_w_per_k": "more than any radiator",
    "BatteryHeater.power_kw": "several times the strongest that are sold",
    "BatteryHeater.target_c": "cells freeze below, and need no heater above",
    "PackThermal.cooling_w": "the strongest are near 15 kW",
    "PackThermal.cooling_on_c": "cells freeze below and burn above",
    "ChargingCurve.points": TABLE,
    "TemperatureLimit.points": TABLE,
    "Settings.snap_limit_km": "farther off no road is meant",
    "Settings.gap": WAYS_TO_SEARCH,
    "Settings.fewer_stops_gap": WAYS_TO_SEARCH,
    "Settings.exact_limit": WAYS_TO_SEARCH,
    "Settings.time_epsilon_s": WAYS_TO_SEARCH,
    "Settings.temperature_epsilon_k": WAYS_TO_SEARCH,
    "Settings.departure_step": WAYS_TO_SEARCH,
    "Settings.label_limit": WAYS_TO_SEARCH,
    "Settings.heat_label_limit": WAYS_TO_SEARCH,
    "Settings.heat_bound_levels": WAYS_TO_SEARCH,
    "Settings.heat_bound_gap": WAYS_TO_SEARCH,
    "Settings.waits_s": "a day",
    "Settings.time_budget_s": WAYS_TO_SEARCH,
    "Settings.audit_step_s": "a coarser re-drive would miss short slopes",
}
"""Of each field."""
BY_CHECK = {
    "Trip.ambient_by_hour": "hours 0..24, -50..60 degrees",
    "Waypoint.dwell_s": "0..1.2096e+06",
    "Battery.capacity_by_temperature": "-90..120 degrees, shares above 0 and up to 1",
    "ChargingCurve.points": "SoC 0..1, 0.1..2000 kW",
    "TemperatureLimit.points": "-90..120 degrees, 0..2000 kW",
}
"""Bounds that a check of the record holds, where its fields cannot say them."""


class Bound(NamedTuple):
    """A quantity, its bounds, and why."""

    where: str
    """Record and field."""
    fact: Fact
    limits: str
    reason: str


def bounds() -> Iterator[Bound]:
    """Yield every quantity that is given, record by record."""
    seen: list[type[Record]] = []
    for record in GIVEN:
        _reached(record, seen)
    for record in seen:
        for fact in facts(record):
            where = f"{record.__name__}.{fact.name}"
            if fact.unit or fact.limits:
                yield Bound(where, fact, BY_CHECK.get(where, fact.limits), REASONS.get(where, ""))


def _reached(record: type[Record], seen: list[type[Record]]) -> None:
    if record not in seen:
        seen.append(record)
        for info in record.model_fields.values():
            for inner in _records_in(info.annotation):
                _reached(inner, seen)


def _records_in(kind: Any) -> Iterator[type[Record]]:  # noqa: ANN401 - an annotation
    if isinstance(kind, type) and issubclass(kind, Record):
        yield kind
    for part in get_args(kind):
        yield from _records_in(part)
