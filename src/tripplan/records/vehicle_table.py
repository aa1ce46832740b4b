"""The table of cars, `data/vehicle_table.jsonl`: read, and a line spelt out as a car's values.

Its first line says sources, rules and classes, each other line a car: facts with the code of where
they come from, and values that follow from them.  What a car does not state follows here from its
class, marked an estimate. `tools/build_vehicle_table.py` writes the table.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from tripplan.units import KG_PER_LB

COAST_DOWN_LOAD_LB = 300.0
"""Equivalent test weights are those of the car and this, 40 CFR 86.129."""
REGEN_SHARE, LEAST_REGEN_KW, MOST_REGEN_KW = 0.45, 20, 100
"""Most power of braking by that of the motors, and its bounds (estimate)."""
USABLE_OVER_GROSS = 0.94
"""Usable over gross energy where the gross one is not stated (estimate)."""
AUXILIARY_KW = 0.25
USUAL_CLASS = "liquid"
"""Class of the packs of lines that name none."""
HEAT_PUMP_SINCE = 2021
"""First model year of Teslas that are taken to have a heat pump."""
_TOP_SPEEDS_KMH = ((70.0, 130.0), (120.0, 150.0), (180.0, 160.0), (280.0, 180.0), (1e9, 200.0))
"""(most power of the motors in kW, top speed) where no top speed is stated (estimate)."""
_FIELDS = {
    "a": ("road_load.a_lbf", "lbf"),
    "b": ("road_load.b_lbf_per_mph", "lbf/mph"),
    "c": ("road_load.c_lbf_per_mph2", "lbf/mph^2"),
    "cd": ("road_load.drag_coefficient", "1"),
    "fa": ("road_load.frontal_area_m2", "m2"),
    "rr": ("road_load.rolling_coefficient", "1"),
    "kg": ("mass_kg", "kg"),
    "e": ("drive_efficiency", "1"),
    "r": ("regen_efficiency", "1"),
    "p": ("auxiliary_kw", "kW"),
    "m": ("motor_kw", "kW"),
    "t": ("top_speed_kmh", "km/h"),
    "ac": ("onboard_charger_kw", "kW"),
    "pl": ("connectors", "word"),
    "k": ("battery.nominal_kwh", "kWh"),
    "g": ("battery.gross_kwh", "kWh"),
    "nv": ("battery.nominal_voltage_v", "V"),
}
"""Keys of a line, the fields of a car that they are, and their units."""


@cache
def _text() -> str:
    folder = resources.files("tripplan") / "data"
    return (folder / "vehicle_table.jsonl").read_text(encoding="utf-8")


@cache
def head() -> Mapping[str, Any]:
    """Return what the table says beside the cars."""
    return MappingProxyType(json.loads(_text().split("\n", maxsplit=1)[0]))


@cache
def lines() -> Mapping[str, Mapping[str, Any]]:
    """Return the lines of all cars, by id."""
    rows = map(json.loads, _text().splitlines()[1:])
    return MappingProxyType({row["id"]: row for row in rows})


def line_of(car_id: str) -> Mapping[str, Any] | None:
    """Return a car's line, or None, without reading the others."""
    text = _text()
    start = text.find(f'\n{{"id":"{car_id}",')
    if start < 0:
        return None
    found: dict[str, Any] = json.loads(text[start + 1 : text.index("\n", start + 1)])
    return found


def name_of(line: Mapping[str, Any]) -> str:
    """Return a car's name for people, which ends with model years and market."""
    first, last = line["y"]
    years = f"{first}-"
    if last is not None:
        years = f"{first}" if last == first else f"{first}-{last % 100:02d}"
    return f"{line['mk']} {line['md']} ({years}, {line['mt']})"


def values_of(line: Mapping[str, Any]) -> dict[str, Any]:
    """Spell a line out as the values of a `Vehicle`, with where each comes from."""
    return _Speller(line).values()


def group_of(make: str) -> Mapping[str, float]:
    """Return the drive and regeneration efficiency of a make's cars; of all where none was rated.

    Those with induction motors are groups of their own.
    """
    groups: Mapping[str, Mapping[str, float]] = head()["groups"]
    wanted = make.strip().casefold()
    for name, values in groups.items():
        members = [member.strip().casefold() for member in name.split(",")]
        if wanted in members and members[-1] != "induction":
            return values
    return groups["other makers"]


def _percent(share: float) -> str:
    return f"{100.0 * share:.1f} %"


class _Speller:
    """One line on its way to a car."""

    def __init__(self, line: Mapping[str, Any]) -> None:
        self._line, self._head = line, head()
        self._given: Mapping[str, Any] = line["v"]
        self._class_name = line.get("cl", USUAL_CLASS)
        self._class = self._head["classes"][self._class_name]
        self._values: dict[str, Any] = {}
        self._known: dict[str, dict[str, str]] = {}

    def origin(self, code: str, key: str = "") -> dict[str, str]:
        """Return what is told of a value by the code of its source or rule."""
        if code == "you":
            return {"source": "given by you", "kind": "user"}
        if code in self._head["sources"]:
            said = self._head["sources"][code]
            kind = "estimate" if said["licence"] == "rule" else "published"
            told = {"source": f"{said['source']} ({said['licence']})", "kind": kind}
            return {**told, "uncertainty": _STATED.get(key, "none stated")}
        spread, rates = self._head["spread"], self._head["rates"]
        given = self._given.get(key, ())
        same = "family" if self._line["kd"] == "own rating" else "platform"
        words = {
            "form": _percent(spread["form"]),
            "group": f"{self._line['mk']} and makers with the same drives, or all",
            "group_off": _percent(spread["all" if self._is_lone() else "group"]),
            "donor": self._line.get("d", ""),
            "donor_off": _percent(self._line.get("s", spread[same])),
            "sibling": given[2] if len(given) > 2 else "its family",
            "rate": rates[str("800 V" in self._class_name)],
            "rate_low": self._head["rate_band"][0],
            "rate_high": self._head["rate_band"][1],
        }
        return {name: text.format(**words) for name, text in self._head["origins"][code].items()}

    def _is_lone(self) -> bool:
        """Tell whether no car of the makers was rated, so that all makers say the efficiency."""
        return group_of(self._line["mk"]) is self._head["groups"]["other makers"]

    def _put(self, name: str, value: object, unit: str, origin: Mapping[str, str]) -> None:
        *tables, field = name.split(".")
        table = self._values
        for key in tables:
            table = table.setdefault(key, {})
        table[field] = value
        self._known[name] = {"unit": unit, **origin}

    def _estimate(self, name: str, value: object, unit: str, source: str, off: str = "") -> None:
        origin = {"source": source, "kind": "estimate", "uncertainty": off}
        self._put(name, value, unit, origin)

    def values(self) -> dict[str, Any]:
        """Return the values."""
        line = self._line
        for key, (name, unit) in _FIELDS.items():
            if key in self._given:
                value, code = self._given[key][:2]
                self._put(name, value, unit, self.origin(code, key))
        self._mass()
        self._drive()
        self._pack()
        self._charging()
        self._values |= {
            "id": line["id"],
            "name": name_of(line),
            "note": _NOTES[line["kd"]].format(donor=line.get("d", "")),
            "consumption_spread": line["s"],
            "provenance": self._known,
        }
        spread = (
            "tools/build_vehicle_table.py: what families and donors left out say, and the energy"
        )
        self._known["consumption_spread"] = {
            "unit": "1",
            "source": f"{spread} of the battery",
            "kind": "estimate",
            "uncertainty": "itself from some 240 cars",
        }
        self._values.setdefault("connectors", ())
        if not self._values["connectors"]:
            words = "no source states fast charging of this car; it is taken to have none"
            self._estimate("connectors", (), "word", words)
        return self._values

    def _mass(self) -> None:
        if "w" not in self._given:
            return
        weight_lb, code = self._given["w"]
        origin = self.origin(code, "w")
        source = f"{origin['source']}: {weight_lb:g} lb less the 300 lb of load"
        mass_kg = round((weight_lb - COAST_DOWN_LOAD_LB) * KG_PER_LB)
        self._put("mass_kg", mass_kg, "kg", {**origin, "source": source})

    def _drive(self) -> None:
        motor_kw = self._values["motor_kw"]
        if "p" not in self._given:
            words = "one figure for all cars, as for those by hand"
            self._estimate("auxiliary_kw", AUXILIARY_KW, "kW", words, "0.2 to 0.3 kW")
        regen_kw = round(min(max(REGEN_SHARE * motor_kw, LEAST_REGEN_KW), MOST_REGEN_KW))
        words = "0.45 of the motors' power, 20 to 100 kW"
        self._estimate("regen_max_kw", float(regen_kw), "kW", words, "40 %")
        if "t" not in self._given:
            top = next(kmh for most_kw, kmh in _TOP_SPEEDS_KMH if motor_kw <= most_kw)
            self._estimate("top_speed_kmh", top, "km/h", "usual for the motors' power", "25 km/h")
        if "hp" in self._given:
            has, code = self._given["hp"]
            self._put("cabin.heater", "heat_pump" if has else "ptc", "word", self.origin(code))
        else:
            new = self._line["mk"] == "Tesla" and (self._line["y"][0] or 0) >= HEAT_PUMP_SINCE
            heater = "heat_pump" if new else self._class["heater"]
            words = "usual of its class; the safe side where cars differ"
            self._estimate("cabin.heater", heater, "word", words, "depends on the trim")

    def _pack(self) -> None:
        kind, usable = self._class, self._given["k"][0]
        if "g" not in self._given:
            words = f"usable energy over {USABLE_OVER_GROSS}"
            gross = round(usable / USABLE_OVER_GROSS, 1)
            self._estimate("battery.gross_kwh", gross, "kWh", words, "4 %")
        if "nv" not in self._given:
            words = "usual of packs of its class of voltage"
            self._estimate("battery.nominal_voltage_v", kind["voltage_v"], "V", words, "10 %")
        voltage_v = self._values["battery"]["nominal_voltage_v"]
        words = f'the class "{self._class_name}", after the cars by hand'
        if "low_voltage_kw" in kind:
            at = "battery.low_voltage_kw"
            self._estimate(at, kind["low_voltage_kw"], "kW", words, "+-10 kW")
        resistance = kind["resistance_kwh_ohm_per_v2"] * voltage_v**2 / usable
        for name, value, unit, off in (
            ("heat_capacity_j_per_k", kind["heat_j_per_k_per_kwh"] * usable, "J/K", "25 %"),
            ("resistance_ohm", round(resistance, 4), "ohm", "30 %"),
            ("conductance_driving_w_per_k", kind["driving_w_per_k"], "W/K", "50 %"),
            ("conductance_parked_w_per_k", kind["parked_w_per_k"], "W/K", "50 %"),
            ("cooling", kind["cooling"], "word", ""),
            ("cooling_w", kind.get("cooling_w"), "W", "50 %"),
            ("cooling_on_c", kind.get("cooling_on_c"), "degC", "+-5 K"),
        ):
            if value is not None:
                self._estimate(f"battery.thermal.{name}", value, unit, words, off)

    def _charging(self) -> None:
        curve = self._curve()
        if curve is None:
            return
        points, measured, origin = curve
        at = "battery.charging_curve"
        self._put(f"{at}.points", points, "soc, kW", origin)
        self._values["battery"]["charging_curve"]["measured"] = measured
        most_kw = max(kw for _, kw in points)
        limit = [(float(c), round(share * most_kw, 1)) for c, share in self._class["limit"]]
        words = f"assumption, no table of this car is published: {self._class['limit_words']}"
        at = "battery.temperature_limit"
        off = "40 % below 20 degC; unknown above 45 degC"
        self._estimate(f"{at}.points", limit, "degC, kW", words, off)
        self._values["battery"]["temperature_limit"]["assumed"] = True

    def _curve(self) -> tuple[list[tuple[float, float]], bool, dict[str, str]] | None:
        if "cv" in self._given:
            index, code, alone = self._given["cv"]
            points = [(soc / 100.0, float(kw)) for soc, kw in self._head["curves"][index]]
            origin = self.origin(code, "cv")
            origin["source"] += self._of_european_car(code)
            if not alone:
                shared = (
                    "a shape that several cars share there: not sure that this one was measured"
                )
                origin |= {"kind": "estimate", "uncertainty": shared}
            return points, bool(alone), origin
        if "dc" not in self._given:
            return None
        most_kw, code = self._given["dc"][:2]
        low, middle, high = self._head["taper_band"]
        origin = self.origin(code, "dc")
        words = (
            f"highest power: {origin['source']}{self._of_european_car(code)}; taper: the median of "
            f"{self._head['taper_curves']} curves"
        )
        off = (
            f"mean power from 10 to 80 % {middle:g} of the highest, eight curves in ten {low:g} to "
            f"{high:g}"
        )
        points = [(soc, max(round(share * most_kw, 1), 0.5)) for soc, share in self._head["taper"]]
        return points, False, {"source": words, "kind": "estimate", "uncertainty": off}

    def _of_european_car(self, code: str) -> str:
        """Return words on a US car's charging that a European source states."""
        european = self._line["mt"] == "US" and code in _EUROPEAN
        return ", of the European car with the same pack" if european else ""


_EUROPEAN = ("C", "K", "O")
"""Codes of sources that tell of European cars."""
_STATED = {
    "w": "weight classes of 125 to 500 lb",
    "a": "rounded by the maker; 5 %",
    "c": "rounded by the maker; 5 %",
    "cv": "where and when it was measured is not stated",
    "k": "2 % (assumption)",
}
"""How far off stated values may be, by key."""
_NOTES = {
    "own rating": "Road load and official consumption are this car's own.",
    "own road load": "Road load is this car's own; its efficiency is that of its makers' cars.",
    "platform": "Road load or consumption are those of {donor}: an estimate.",
}
