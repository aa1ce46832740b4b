"""The audit of stops: the plug fits, is open to this car and trip, and gives no more than it can.

Opening hours are read anew from the site's own text, moment by moment.
"""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics.charging import SOC_CELLS, PowerModel
from tripplan.planning.audit_charge import WarmCharging
from tripplan.planning.audit_ground import Ground
from tripplan.planning.audit_objections import Objections, differ
from tripplan.planning.opening_hours import is_open, local_time
from tripplan.records.charger import Charger, Connector
from tripplan.records.charger_names import SAME_OPERATOR, folded, similarity
from tripplan.records.plan import ChargingStop, Plan
from tripplan.records.settings import Settings
from tripplan.records.trip import Trip, Waypoint
from tripplan.records.vehicle import DC_STANDARDS, Vehicle
from tripplan.units import S_PER_H
from tripplan.vehicle_model.conditioned import ConditionedVehicle

POINTLESS_KWH: Final = 0.05
"""A stop at a charger that charges less has no purpose (assumption)."""
_POWER: Final = 2e-3
"""Relative: the pack warms up within a sample."""
_SOC: Final = 1e-9
_SHARE: Final = 1e-12
_KWH: Final = 1e-6
_S: Final = 1e-3
_LIMIT_S: Final = 0.5
_LIMIT_KWH: Final = 1e-3
_LOOKS_S: Final = 300.0
"""Opening hours are looked at no further apart than this."""
_MOST_LOOKS: Final = 1000
_BEFORE_S: Final = 30.0
"""So long before a site opens it is closed."""
_PLACE_DEG: Final = 1e-9
_CONVERTER_KW: Final = 50.0
"""At a post below the pack's voltage, of a car that states no power there (an assumption)."""


def look_at_stops(
    plan: Plan, ground: Ground, car: ConditionedVehicle, settings: Settings, found: Objections
) -> None:
    """Look at each stop by itself.

    Parameters
    ----------
    plan, ground, car
        The plan, where it was made, and its car under its conditions.
    settings
        How it was made.
    found
        Where objections go.
    """
    _once_each(plan, found)
    waypoints = iter(plan.trip.waypoints)
    charging = WarmCharging.of(plan.vehicle, plan.trip, heat=settings.heat)
    for number, stop in enumerate(plan.stops, start=1):
        where = f"stop {stop.number} ({stop.name})"
        found.when(stop.number != number, f"{where}: is stop {number} of the trip")
        _times(where, stop, found)
        if stop.charger is not None and stop.connector is not None:
            _site(where, stop, stop.charger, plan, ground, found)
            _plug(where, stop.charger, stop.connector, plan, found)
            _given(where, stop, stop.connector, plan.vehicle, charging.given_back, found)
            _charger_wishes(where, stop.charger, stop.connector, plan.trip, found)
            _charge_wishes(where, stop, plan.trip, found)
            _hours(where, stop, stop.charger, plan, number - 1, found)
            _purpose(where, plan, number - 1, car, settings, found)
        else:
            _waypoint(where, stop, next(waypoints, None), car, found)
            found.when(
                stop.waited_s > max(settings.waits_s, default=0.0) + _S,
                f"{where}: waits {stop.waited_s:.0f} s for nothing",
            )
        _charge(where, stop, car, charging, found)


def _once_each(plan: Plan, found: Objections) -> None:
    """Object to a car that comes back to a charger where its stops may not last.

    Stops at two of its own sites between two places of the trip would be one stop that lasts.
    """
    if plan.trip.longest_stop_s is None:
        return
    used: set[str] = set()
    for stop in plan.stops:
        if stop.charger is None or not set(plan.trip.via_chargers).isdisjoint(stop.charger.ids):
            used.clear()
            continue
        found.when(
            not used.isdisjoint(stop.charger.ids),
            f"stop {stop.number} ({stop.name}): charges again where it did, and stops may not last",
        )
        used.update(stop.charger.ids)


def _times(where: str, stop: ChargingStop, found: Objections) -> None:
    for name in ("charging_s", "overhead_s", "waited_s", "dwell_s", "heat_delay_s", "energy_kwh"):
        value = getattr(stop, name)
        found.when(not value >= -_KWH, f"{where}: {name} is {value:g}")


def _site(
    where: str,
    stop: ChargingStop,
    site: Charger,
    plan: Plan,
    ground: Ground,
    found: Objections,
) -> None:
    """Object to a site that the region does not have, or has otherwise."""
    known = ground.sites.get(site.id)
    if known is None:
        found.say(f"{where}: region {plan.region} has no charger {site.id}")
    else:
        found.when(known[0] != site, f"{where}: the region has charger {site.id} otherwise")
    found.when(
        stop.name != (site.name or stop.name) or _moved(stop, site.lat, site.lon),
        f"{where}: is not where charger {site.id} is, or has not its name",
    )
    found.when(
        stop.dwell_s != 0.0 or stop.dwell_energy_kwh != 0.0 or stop.standby_kwh != 0.0,
        f"{where}: a stop at a charger has no dwell",
    )


def _moved(stop: ChargingStop, lat: float, lon: float) -> bool:
    return differ(stop.lat, lat, _PLACE_DEG) or differ(stop.lon, lon, _PLACE_DEG)


def _plug(
    where: str,
    site: Charger,
    plug: Connector,
    plan: Plan,
    found: Objections,
) -> None:
    """Object to a plug that is not there or does not fit."""
    found.when(
        plug not in site.connectors and plug not in list(_through_adapters(site, plan.trip)),
        f"{where}: the site has no such plug ({plug.standard}, {plug.power_kw} kW)",
    )
    found.when(
        plug.standard not in _standards(plan.vehicle),
        f"{where}: {plug.standard} does not fit {plan.vehicle.name}",
    )
    found.when(
        plug.vehicles == "tesla" and "tesla" not in plan.vehicle.name.lower() + plan.vehicle.id,
        f"{where}: its plug charges Teslas only",
    )


def _given(
    where: str,
    stop: ChargingStop,
    plug: Connector,
    vehicle: Vehicle,
    given_back: float,
    found: Objections,
) -> None:
    """Object to another power of a plug, or another share of it that the battery gives back."""
    gives_kw = _given_kw(plug, vehicle)
    found.when(
        differ(stop.charger_kw, gives_kw * given_back, _KWH),
        f"{where}: the plug gives {gives_kw} kW, not {stop.charger_kw / given_back:g}",
    )
    found.when(
        differ(stop.plug_efficiency, given_back, _SHARE),
        f"{where}: of direct current the battery gives back {given_back:.6g}, "
        f"not {stop.plug_efficiency:.6g}",
    )


def _given_kw(plug: Connector, vehicle: Vehicle) -> float:
    """Return what a plug gives this car: by its power, its amperes and its volts, kW."""
    pack_v = vehicle.battery.nominal_voltage_v
    limits = [plug.power_kw or 0.0]
    volts = min(pack_v, plug.max_voltage_v if plug.max_voltage_v is not None else math.inf)
    if plug.max_current_a is not None:
        limits.append(1e-3 * volts * plug.max_current_a)
    if volts < pack_v:
        limits.append(vehicle.battery.low_voltage_kw or _CONVERTER_KW)
    return min(limits)


def _standards(vehicle: Vehicle) -> frozenset[str]:
    if vehicle.battery.charging_curve is None:
        return frozenset()
    return frozenset(vehicle.connectors) & DC_STANDARDS


def _through_adapters(site: Charger, trip: Trip) -> Iterator[Connector]:
    """Plugs of a site as the car sees them through each adapter that travels along."""
    for adapter in trip.chargers.adapters:
        for plug in site.connectors:
            if plug.standard == adapter.plug:
                powers = [kw for kw in (plug.power_kw, adapter.max_kw) if kw is not None]
                yield Connector(
                    standard=adapter.inlet,
                    power_kw=None if plug.power_kw is None else min(powers),
                    power_assumed=plug.power_assumed,
                    power_rule=plug.power_rule,
                    count=plug.count,
                    standard_rule=f"through an adapter from {adapter.plug}",
                    operation=plug.operation,
                    limit_kw=plug.limit_kw,
                    max_voltage_v=plug.max_voltage_v,
                    max_current_a=plug.max_current_a,
                    voltage_rule=plug.voltage_rule,
                    vehicles=plug.vehicles,
                    vehicles_rule=plug.vehicles_rule,
                )


def _charger_wishes(
    where: str,
    site: Charger,
    plug: Connector,
    trip: Trip,
    found: Objections,
) -> None:
    """Object to a charger that the trip wishes not to use."""
    wishes = trip.chargers
    found.when(bool(set(wishes.banned) & set(site.ids)), f"{where}: is banned")
    found.when(site.access not in wishes.access, f"{where}: its access is {site.access}")
    found.when(
        site.operation == "out_of_service" and not wishes.out_of_service,
        f"{where}: is out of service",
    )
    found.when(
        plug.operation == "out_of_service" and not wishes.out_of_service,
        f"{where}: its plug is out of service",
    )
    found.when(
        not (plug.power_kw or 0.0) >= wishes.min_power_kw,
        f"{where}: {plug.power_kw} kW, at least {wishes.min_power_kw:g} wished",
    )
    found.when(
        wishes.only_stated_power and plug.power_assumed, f"{where}: its power is only assumed"
    )
    if site.stalls is None:
        few = plug.count is None and not wishes.keep_unknown
    else:
        few = site.stalls < wishes.min_stalls
    found.when(
        bool(wishes.min_stalls) and few,
        f"{where}: {site.stalls} stalls, at least {wishes.min_stalls} wished",
    )
    names = [name for name in (site.operator, site.network) if name]
    found.when(_named(names, wishes.exclude_operators), f"{where}: its operator is to be avoided")
    unnamed = not names and wishes.keep_unknown
    found.when(
        bool(wishes.operators) and not unnamed and not _named(names, wishes.operators),
        f"{where}: its operator is none of those wanted",
    )


def _charge_wishes(where: str, stop: ChargingStop, trip: Trip, found: Objections) -> None:
    """Object to a charge that is less, or lasts longer, than the trip wishes."""
    least_soc, longest_s = trip.least_charge_soc, trip.longest_stop_s
    charged_soc = stop.departure_soc - stop.arrival_soc
    found.when(
        not charged_soc >= least_soc - _LIMIT_KWH / 10.0
        and not stop.departure_soc >= trip.charge_limit_soc - _LIMIT_KWH / 10.0,
        f"{where}: charges {charged_soc:.2%}, at least {least_soc:.2%} wished",
    )
    found.when(
        longest_s is not None and not stop.charging_s <= longest_s + _LIMIT_S,
        f"{where}: charges for {stop.charging_s:.0f} s, at most {longest_s or 0:.0f} s wished",
    )


def objections_to_site(site: Charger, plan: Plan) -> str:
    """Return what keeps a car from charging at a site on its trip; empty: nothing.

    Parameters
    ----------
    site
        The site.
    plan
        The plan with trip and car.
    """
    told = "has no plug that fits"
    for plug in (*site.connectors, *_through_adapters(site, plan.trip)):
        if plug.standard not in _standards(plan.vehicle) or not plug.power_kw:
            continue
        found = Objections()
        _plug("it", site, plug, plan, found)
        _charger_wishes("it", site, plug, plan.trip, found)
        if not found.sentences:
            return ""
        told = found.sentences[0].removeprefix("it: ")
    return told


def open_for_a_day(site: Charger, trip: Trip) -> bool:
    """Tell whether a site is open for a day from the departure on, as far as its text says.

    Parameters
    ----------
    site, trip
        The site, and the trip.
    """
    hours = site.opening_hours
    if trip.departure is None or hours == "24/7":
        return True
    if hours is None:
        return trip.chargers.keep_unknown
    start = local_time(trip.departure, trip.origin.lat, trip.origin.lon).astimezone(UTC)
    looks = (_whole_second(start + timedelta(hours=hour)) for hour in range(24))
    known = (is_open(site, at) for at in looks)
    return all(trip.chargers.keep_unknown if one is None else one for one in known)


def _named(names: list[str], wanted: tuple[str, ...]) -> bool:
    return any(
        similarity(folded(name), folded(other)) >= SAME_OPERATOR
        for name in names
        for other in wanted
    )


def _hours(
    where: str,
    stop: ChargingStop,
    site: Charger,
    plan: Plan,
    before: int,
    found: Objections,
) -> None:
    """Object to a charge that begins, goes on or ends while the site is closed."""
    trip = plan.trip
    if trip.departure is None:
        return
    if site.opening_hours is None:
        found.when(not trip.chargers.keep_unknown, f"{where}: its opening hours are not known")
        return
    if site.opening_hours == "24/7":
        return
    start = local_time(trip.departure, trip.origin.lat, trip.origin.lon).astimezone(UTC)
    arrival_s = plan.legs[before].trace.elapsed_s[-1]
    first_s = arrival_s + stop.waited_s + stop.dwell_s + stop.overhead_s
    looks = min(int(stop.charging_s / _LOOKS_S) + 2, _MOST_LOOKS)
    # The last look is just before the end: a site that closes then was open all the time.
    for second in np.linspace(first_s, max(first_s, first_s + stop.charging_s - 1.0), looks):
        at = _whole_second(start + timedelta(seconds=float(second)))
        opened = is_open(site, at)
        if opened is False or (opened is None and not trip.chargers.keep_unknown):
            found.say(f"{where}: charges while it is closed, {second / S_PER_H:.2f} h on")
            return


def _whole_second(at: datetime) -> datetime:
    """Return the next whole second: hours open and close with one."""
    return (at + timedelta(microseconds=999_999)).replace(microsecond=0)


def _purpose(
    where: str,
    plan: Plan,
    number: int,
    car: ConditionedVehicle,
    settings: Settings,
    found: Objections,
) -> None:
    """Object to a stop or a wait that serves nothing."""
    stop, trip = plan.stops[number], plan.trip
    assert stop.charger is not None
    arrival_s = plan.legs[number].trace.elapsed_s[-1]
    room_kwh = (trip.charge_limit_soc - stop.arrival_soc) * car.capacity_kwh
    required = bool(set(trip.via_chargers) & set(stop.charger.ids))
    least_kwh = POINTLESS_KWH
    if trip.stop_overhead_s <= 0.0 or not _goes_on_without(plan, number, car):
        # A stop that costs no time may give the last bit, and so does one that is needed for it.
        least_kwh = _KWH
    found.when(
        not stop.energy_kwh >= least_kwh and not (required and room_kwh < POINTLESS_KWH),
        f"{where}: stops to charge {stop.energy_kwh:.3f} kWh",
    )
    found.when(
        not _waits_for_something(stop, stop.charger, trip, arrival_s, settings),
        f"{where}: waits {stop.waited_s:.0f} s for nothing",
    )


def _goes_on_without(plan: Plan, number: int, car: ConditionedVehicle) -> bool:
    """Whether a car would come to where it charges next without what a stop gives it."""
    trip, missing_soc = plan.trip, plan.stops[number].energy_kwh / car.capacity_kwh
    for leg, stop in zip(plan.legs[number + 1 :], [*plan.stops[number + 1 :], None], strict=True):
        if not leg.min_soc - missing_soc >= trip.reserve_soc:
            return False
        if stop is None:
            return bool(leg.arrival_soc - missing_soc >= trip.arrival_soc)
        if stop.charger_kw > 0.0:
            break
    return True


def _waits_for_something(
    stop: ChargingStop, site: Charger, trip: Trip, arrival_s: float, settings: Settings
) -> bool:
    """Whether a wait ends as the site opens, but for the time that a pack may take to cool."""
    for cooling_s in settings.waits_s:
        closed_s = stop.waited_s - cooling_s
        if closed_s <= _S:
            return True
        if trip.departure is None or site.opening_hours in (None, "24/7"):
            continue
        before_s = arrival_s + closed_s - min(_BEFORE_S, 0.5 * closed_s)
        start = local_time(trip.departure, trip.origin.lat, trip.origin.lon).astimezone(UTC)
        if is_open(site, start + timedelta(seconds=before_s)) is not True:
            return True
    return False


def _waypoint(
    where: str,
    stop: ChargingStop,
    waypoint: Waypoint | None,
    car: ConditionedVehicle,
    found: Objections,
) -> None:
    """Object to a stop that is not the waypoint whose turn it is, or not as long or as strong."""
    if waypoint is None:
        found.say(f"{where}: the trip has no such waypoint")
        return
    place = waypoint.place
    found.when(
        _moved(stop, place.lat, place.lon) or stop.name != place.label,
        f"{where}: it is the turn of waypoint {place.label}",
    )
    stay = car.stay(waypoint.dwell_s, waypoint.charger_kw, waypoint.garage_c)
    found.compare(where, "s", (("dwell", stop.dwell_s, waypoint.dwell_s, _S),))
    found.compare(
        where,
        "kW, kWh or share",
        (
            ("the plug's power", stop.charger_kw, stay.plug.battery_kw, _KWH),
            ("the plug's efficiency", stop.plug_efficiency, stay.plug.efficiency, _KWH),
            ("what standing takes", stop.standby_kwh, stay.standing_kwh, _KWH),
        ),
    )


def _charge(
    where: str,
    stop: ChargingStop,
    car: ConditionedVehicle,
    charging: WarmCharging,
    found: Objections,
) -> None:
    """Object to figures of a charge that do not follow from its samples, or exceed a limit."""
    capacity = car.capacity_kwh
    gained_kwh = (stop.departure_soc - stop.arrival_soc) * capacity + stop.standby_kwh
    found.compare(where, "kWh", (("energy charged", stop.energy_kwh, gained_kwh, _KWH),))
    samples = stop.samples
    if not samples:
        found.when(
            stop.energy_kwh > _KWH or stop.charging_s > 0.0, f"{where}: charges without samples"
        )
        return
    table = _Samples.of(stop)
    busy_s = float(table.step_s[table.gained > _SOC].sum())
    charging_s = max(0.0, samples[-1].since_plug_in_s - stop.dwell_s)
    found.compare(where, "s", (("charging time", stop.charging_s, charging_s, _S),))
    mean_kw = stop.energy_kwh / busy_s * S_PER_H if busy_s else 0.0
    found.compare(
        where,
        "kW",
        (
            ("mean power", stop.mean_kw, mean_kw, 1e-6 * mean_kw + _KWH),
            ("highest power", stop.max_kw, float(table.given_kw.max()), _KWH),
        ),
    )
    end_soc = stop.departure_soc + stop.standby_kwh / capacity
    for word, stated, right in (
        ("begin", samples[0].soc, stop.arrival_soc),
        ("end", samples[-1].soc, end_soc),
    ):
        found.when(
            differ(stated, right, _SOC),
            f"{where}: its samples {word} at SoC {stated:.6f}, the stop at {right:.6f}",
        )
    _samples(where, stop, table, charging, found)


class _Samples(NamedTuple):
    """The samples of a charge in columns, shape (samples,), and from one to the next."""

    time_s: Floats
    soc: Floats
    given_kw: Floats
    pack_c: Floats
    step_s: Floats
    gained: Floats

    @classmethod
    def of(cls, stop: ChargingStop) -> "_Samples":
        time_s = np.array([s.since_plug_in_s for s in stop.samples])
        soc = np.array([s.soc for s in stop.samples])
        given_kw = np.array([s.power_kw for s in stop.samples])
        pack_c = np.array([s.pack_c for s in stop.samples])
        return cls(time_s, soc, given_kw, pack_c, time_s[1:] - time_s[:-1], soc[1:] - soc[:-1])


def _samples(
    where: str, stop: ChargingStop, table: _Samples, charging: WarmCharging, found: Objections
) -> None:
    """Object to a power above what car, plug and temperature give, and to energy from nowhere."""
    model = charging.power
    if model is None:
        found.say(f"{where}: the car cannot be charged there")
        return
    time_s, soc, given_kw, pack_c, step_s, gained = table
    kw = given_kw / charging.given_back
    found.when(
        not (np.all(step_s >= -_S) and np.all(gained >= -_SOC) and time_s[0] == 0.0),
        f"{where}: its samples run backwards",
    )
    idle = gained <= _SOC
    found.when(
        not stop.dwell_s and bool(np.any(step_s[idle] > _S)),
        f"{where}: stands without charging amid its charge",
    )
    energy_kwh, told_kwh = gained * model.capacity_kwh, kw[:-1] * step_s / S_PER_H
    wrong = ~idle & ~(np.abs(energy_kwh - told_kwh) <= _KWH + _POWER * energy_kwh)
    found.when(bool(wrong.any()), f"{where}: the energy of a sample is not power times time")
    middle = (np.floor(0.5 * (soc[1:] + soc[:-1]) * SOC_CELLS) + 0.5) / SOC_CELLS
    curve_kw = np.interp(middle, model.curve_soc, model.curve_kw)
    heat_kw = _most_by_heat(pack_c, model)
    for words, limit_kw in (
        ("the car's curve", curve_kw),
        ("its plug", np.full(curve_kw.size, stop.charger_kw / charging.given_back)),
        ("its pack's temperature", heat_kw),
    ):
        above = ~idle & ~(kw[:-1] <= limit_kw * (1.0 + _POWER))
        if above.any():
            k = int(np.argmax(above))
            found.say(
                f"{where}: {kw[k]:.1f} kW at SoC {soc[k]:.2f}, more than the {limit_kw[k]:.1f} kW "
                f"of {words}",
            )


def _most_by_heat(pack_c: Floats, model: PowerModel) -> Floats:
    """Return the most that the temperature limit gives between one sample and the next, kW."""
    at = np.interp(pack_c, model.limit_c, model.limit_kw)
    low, high = np.minimum(pack_c[:-1], pack_c[1:]), np.maximum(pack_c[:-1], pack_c[1:])
    between = (model.limit_c > low[:, None]) & (model.limit_c < high[:, None])
    corners = np.where(between, model.limit_kw, 0.0).max(axis=1, initial=0.0)
    return np.asarray(np.maximum(np.maximum(at[:-1], at[1:]), corners))
