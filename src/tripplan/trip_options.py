"""Options of the command line that are wishes of a trip, as a table."""

from typing import Any, Final

TEXT, MANY, SWITCH = str | None, list[str] | None, bool | None
"""Kinds: one text, several, or on and off; which values are right, the records of `trip` say."""
WISHES: Final[tuple[tuple[str, Any, str, tuple[str, ...]], ...]] = (
    ("via", MANY, '"Vail, CO; 8h; 11kW": dwell, plug.', ()),
    ("require", MANY, "Id of a charger to stop at.", ()),
    ("soh", TEXT, "State of health: 0.9 or 90%.", ()),
    ("departure_soc", TEXT, "SoC at the start: 0.9 or 90%.", ()),
    ("arrival_soc", TEXT, "Least SoC at the destination.", ()),
    ("reserve_soc", TEXT, "SoC never undercut on the way.", ()),
    ("arrive_with_probability", TEXT, "No reserve, 95%.", ()),
    ("charge_limit_soc", TEXT, "Charge no further.", ()),
    ("least_charge_soc", TEXT, "A stop adds this much.", ()),
    ("most_stops", TEXT, "Most stops at chargers.", ()),
    ("longest_stop_s", TEXT, "Charge no longer.", ()),
    ("stop_overhead_s", TEXT, "Seconds a stop costs.", ()),
    ("max_speed_kmh", TEXT, "The driver's own limit.", ()),
    ("slow_down_to", TEXT, "Of usual speed; 1: never.", ()),
    ("ambient_c", TEXT, "Air temperature, degrees C.", ()),
    ("pack_start_c", TEXT, "Pack temperature at start.", ()),
    ("wind_mps", TEXT, "Wind speed, m/s.", ()),
    ("wind_from_deg", TEXT, "Where it blows from, degrees.", ()),
    ("road", TEXT, "dry, wet or snow.", ()),
    ("payload_kg", TEXT, "People and luggage, kg.", ()),
    ("cabin", TEXT, "on, preheated or off.", ()),
    ("departure", TEXT, "Local time: 2026-06-07T08:00.", ()),
    ("avoid", MANY, "motorway, toll, ferry, tunnel.", ()),
    ("min_power_kw", TEXT, "Least power of a charger.", ()),
    ("min_stalls", TEXT, "Least number of stalls.", ()),
    ("operators", MANY, "Only theirs.", ("--operator",)),
    ("exclude_operators", MANY, "Avoid.", ("--exclude-operator",)),
    ("access", MANY, "public, unknown, restricted.", ()),
    ("banned", MANY, "Id of a charger.", ("--ban",)),
    ("adapters", MANY, "CCS1:CHADEMO:50", ("--adapter",)),
    ("keep_unknown", SWITCH, "What nobody states is fine.", ()),
    ("out_of_service", SWITCH, "Broken ones too.", ()),
    ("only_stated_power", SWITCH, "No assumed power.", ()),
    ("objective", TEXT, "time, energy, money or stops.", ()),
    ("hour_worth_kwh", TEXT, "What an hour is worth in energy.", ()),
    ("value_of_time_per_h", TEXT, "What an hour is worth in money.", ()),
    ("price_per_kwh", TEXT, "Where no price is known.", ()),
    ("price_per_session", TEXT, "Where no price is known.", ()),
    ("home_price_per_kwh", TEXT, "Energy from home.", ()),
    ("currency", TEXT, "Currency of the prices: EUR.", ()),
)
"""Options of a trip: name of the wish, kind, help, and name of the option where it is another."""
