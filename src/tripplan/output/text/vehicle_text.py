"""Cars of the catalogue as text: a list of some, and the card of one, whole at 80 columns."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from tripplan.records.catalogue import CatalogueEntry
from tripplan.records.vehicle import CoastDown, Vehicle
from tripplan.vehicle_model.ranges import SteadyRange, charging_min, steady_range

_WIDTH: Final = 80
_LABEL: Final = 12
_BAR: Final = 40
SPEEDS_KMH: Final = (90.0, 110.0, 130.0)
AIRS_C: Final = (20.0, 0.0, -10.0)
"""Speeds and temperatures of a card's table of ranges."""
_KINDS: Final = {
    "published": "Published",
    "fitted": "Fitted to published figures",
    "user": "Given by you",
    "estimate": "Estimates",
}
Ranges = Mapping[str, tuple[SteadyRange, SteadyRange]]
"""Ranges at 110 km/h in warm and in cold air, by id."""


def cars_to_text(entries: Sequence[CatalogueEntry], ranges: Ranges, of_all: int) -> str:
    """Return a list of cars, one a line.

    Parameters
    ----------
    entries
        The cars to list.
    ranges
        Their ranges.
    of_all
        How many the catalogue has.
    """
    lines = []
    for entry in entries:
        warm, cold = ranges[entry.id]
        dc = f"{entry.dc_max_kw:g} kW" if entry.dc_max_kw else "-"
        plugs = " ".join(entry.plugs) or "no fast charging"
        lines += [entry.id, f"  {entry.name}"]
        ranges_km = f"{warm.p50_km:.0f} km ({cold.p50_km:.0f} km at -10 C)"
        lines.append(f"  {entry.usable_kwh:g} kWh, {plugs}, DC {dc}, {ranges_km}, {entry.kind}")
    lines.append(f"{len(entries)} of {of_all} cars")
    lines.append("ranges at 110 km/h (or top speed), level and calm, full to empty")
    return "\n".join(lines) + "\n"


def car_to_text(car: Vehicle, stands_for: Sequence[str] = ()) -> str:
    """Return the card of a car: what it is, its curve, its ranges, and where all of it comes from.

    Parameters
    ----------
    car
        The car.
    stands_for
        Ids of other records of the same car that are not listed.
    """
    lines = [*_wrapped(car.name), car.id, ""]
    if car.note:
        lines += [*_wrapped(car.note), ""]
    for label, told in _facts(car):
        indent = " " * _LABEL
        lines += textwrap.wrap(f"{label:<{_LABEL}}{told}", _WIDTH, subsequent_indent=indent)
    lines += ["", *_curve(car), *_ranges(car)]
    if car.assumptions:
        lines += ["", "What plans say of it:"]
        for sentence in car.assumptions:
            lines += _wrapped(sentence.removeprefix(f"{car.name}: "), "- ")
    lines += _sources(car)
    if stands_for:
        lines += ["", *_wrapped("Stands for the records: " + ", ".join(stands_for))]
    return "\n".join(lines) + "\n"


def speeds_kmh(car: Vehicle) -> tuple[float, ...]:
    """Return the speeds of a car's table of ranges: no faster than it goes."""
    driven = tuple(kmh for kmh in SPEEDS_KMH if kmh <= car.top_speed_kmh)
    return driven or (car.top_speed_kmh,)


def _wrapped(text: str, first: str = "") -> list[str]:
    after = " " * len(first)
    return textwrap.wrap(
        text, _WIDTH, initial_indent=first, subsequent_indent=after, break_on_hyphens=False
    )


def _facts(car: Vehicle) -> Iterator[tuple[str, str]]:
    battery, load = car.battery, car.road_load
    told = f"{battery.nominal_kwh:g} kWh usable when new ({battery.gross_kwh:g} gross)"
    told += f", {100.0 * battery.soh:.3g} % of it left" if battery.soh < 1.0 else ""
    yield "Battery", f"{told}, {battery.nominal_voltage_v:g} V, cooling: {battery.thermal.cooling}"
    if isinstance(load, CoastDown):
        told = f"{load.a_lbf:g} lbf + {load.b_lbf_per_mph:g} lbf/mph + "
        told += f"{load.c_lbf_per_mph2:g} lbf/mph2"
    else:
        told = f"c_d {load.drag_coefficient:g}, {load.frontal_area_m2:g} m2, "
        told += f"rolling {load.rolling_coefficient:g}"
    if car.drag_factor != 1.0:
        told += f" (last part times {car.drag_factor:g})" if isinstance(load, CoastDown) else ""
        told += "" if isinstance(load, CoastDown) else f" (drag times {car.drag_factor:g})"
    yield "Road load", f"{told}, {car.mass_kg:g} kg"
    told = f"{car.motor_kw:g} kW, {car.top_speed_kmh:g} km/h, {car.drive_efficiency:.3g} to the "
    told += f"wheels, {car.regen_efficiency:.3g} back, {car.auxiliary_kw:g} kW constant"
    yield "Drive", told
    yield "Heater", car.cabin.heater.replace("_", " ")
    if (heater := battery.heater) is not None:
        told = "also on the way to a charger" if heater.while_driving else "not while driving"
        yield "Battery heater", f"{heater.power_kw:g} kW up to {heater.target_c:g} °C, {told}"
    minutes = charging_min(car)
    if battery.charging_curve is None or minutes is None:
        told = "no fast charging"
    else:
        told = f"{', '.join(car.connectors)}; at most {battery.charging_curve.max_kw:g} kW, "
        told += f"10 to 80 % in {minutes:.0f} min when warm"
    yield "Charging", f"{told}; AC {car.onboard_charger_kw:g} kW"


def _curve(car: Vehicle) -> list[str]:
    """Return the charging curve as bars."""
    curve = car.battery.charging_curve
    if curve is None:
        return []
    words = "measured" if curve.measured else "estimate"
    lines = [f"Fast charging by SoC ({words}):"]
    for tenth in range(11):
        kw = _at(curve.points, tenth / 10.0)
        bar = "#" * max(round(_BAR * kw / curve.max_kw), 1)
        lines.append(f"{10 * tenth:5d} % {kw:6.0f} kW  {bar}")
    return [*lines, ""]


def _at(points: Sequence[tuple[float, float]], soc: float) -> float:
    for (soc_a, kw_a), (soc_b, kw_b) in pairwise(points):
        if soc <= soc_b:
            return kw_a + (kw_b - kw_a) * (soc - soc_a) / (soc_b - soc_a)
    return points[-1][1]


def _ranges(car: Vehicle) -> list[str]:
    """Return a table of ranges, each with P10 and P90."""
    head = "".join(f"{f'at {air:g} C':>22}" for air in AIRS_C)
    lines = ["Range in km, full to empty, level and calm (P10 to P90):", f"{'':>10}{head}"]
    for kmh in speeds_kmh(car):
        cells = ""
        for air in AIRS_C:
            found = steady_range(car, kmh, air)
            cells += f"{f'{found.p50_km:.0f} ({found.p10_km:.0f}-{found.p90_km:.0f})':>22}"
        lines.append(f"{kmh:5g} km/h{cells}")
    return lines


def _sources(car: Vehicle) -> list[str]:
    """Return where values come from, by kind and source."""
    lines: list[str] = []
    for kind, title in _KINDS.items():
        by_source: dict[str, list[str]] = {}
        for name, origin in car.provenance.items():
            if origin.kind == kind:
                by_source.setdefault(origin.source or "not stated", []).append(name)
        if by_source:
            lines += ["", f"{title}:"]
        for source, names in by_source.items():
            lines += _wrapped(f"{', '.join(names)}: {source}", "- ")
    return lines
