"""The car: `Vehicle`, `Battery`, `ChargingCurve`; where cars come from: files, and the catalogue.

The catalogue has cars written by hand (`data/vehicles/*.toml`) and those of a table
(`records.vehicle_table`); `records.catalogue` lists both.

In a TOML file a value is either plain (``mass_kg = 1075``) or a table that says where it comes
from (``mass_kg = { value = 1075, unit = "kg", source = "...", kind = "published" }``).
"""

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from tripplan.errors import DataError, InvalidInputError
from tripplan.physics.thermal import aged_resistance_ohm
from tripplan.records import vehicle_table
from tripplan.records.base import Record, as_path, as_text, shown
from tripplan.records.battery_age import FORM, read_age
from tripplan.records.marks import Unit
from tripplan.records.outside import read_text_file, refuse_depth
from tripplan.records.range_tests import with_range_tests
from tripplan.records.trip import fraction

Standard = Literal["CHADEMO", "CCS1", "CCS2", "NACS", "TYPE1", "TYPE2", "GBT_DC"]
DC_STANDARDS = frozenset({"CHADEMO", "CCS1", "CCS2", "NACS", "GBT_DC"})
Cooling = Literal["none", "air", "refrigerant", "liquid"]
Heater = Literal["ptc", "heat_pump", "none"]
Kind = Literal["published", "fitted", "estimate", "user"]
LOWEST_TABLE_C: Final = -90.0
HIGHEST_TABLE_C: Final = 120.0
"""Tables over the pack's temperature reach so far."""
Conductance = Annotated[float, Field(gt=0, le=1e5)]
"""Power per kelvin of difference. [W/K]"""
Efficiency = Annotated[float, Field(gt=0, le=1)]

CAPACITY_BY_TEMPERATURE = (
    (-40.0, 0.66),
    (-20.0, 0.80),
    (-10.0, 0.87),
    (0.0, 0.93),
    (10.0, 0.97),
    (25.0, 1.0),
)
"""(pack temperature in degrees Celsius, share of the energy that can be used) of a car that states
none: an estimate, +-0.04, the same for all cars; below -20 it goes on as between -20 and -10."""
ROLLING_RISE_PER_K = 0.6 * 0.008
"""Growth of rolling resistance per kelvin of a car that states none: 0.8 % on cold tyres (UN R117),
of which 0.6 remains once they have warmed up (estimate)."""
ONBOARD_CHARGER_KW = 7.2
"""Power of the onboard charger of a car that states none (estimate, the most usual one)."""
STANDBY_W = 10.0
"""Power that a car which states none draws while it stands without a plug (estimate: between the
6 W of a LEAF and the 30 W of a Tesla)."""
_SHAPING = {
    "mass": "mass_kg",
    "road load": "road_load.",
    "drive efficiency": "drive_efficiency",
    "usable energy": "battery.nominal_kwh",
    "plugs": "connectors",
    "heater": "cabin.heater",
}
"""Words of fields that shape a plan, and how their dotted names start."""
CAPACITY_PROVENANCE = {
    "unit": "degC, share",
    "source": "estimate for all cars alike; agrees with 12 % less range at -7 degC without heating "
    "(AAA 2019, five cars)",
    "kind": "estimate",
    "uncertainty": "+-0.04",
}


def _rise(values: Sequence[float]) -> bool:
    return all(a < b for a, b in pairwise(values))


def _within_tables(what: str, temperatures: Iterable[float]) -> None:
    if any(not LOWEST_TABLE_C <= c <= HIGHEST_TABLE_C for c in temperatures):
        raise ValueError(
            f"the temperatures of {what} lie within {LOWEST_TABLE_C:g} and {HIGHEST_TABLE_C:g} "
            "degrees Celsius"
        )


class Provenance(Record):
    """Where a value comes from."""

    unit: str = ""
    """Unit of the value as the source has it."""
    source: str = ""
    """Where the value comes from."""
    kind: Kind = "user"
    """How well it is known."""
    uncertainty: str = ""
    """How far off it may be, in words."""


class CoastDown(Record):
    """Road load as the EPA's target coast-down F = A + B v + C v^2, in lbf and mph."""

    a_lbf: Annotated[float, Field(ge=0, le=2000)]
    """Constant part of the road load; target coefficient A of the EPA's test car list."""
    b_lbf_per_mph: Annotated[float, Field(ge=-20, le=20)]
    """Part that grows with speed; target coefficient B there."""
    c_lbf_per_mph2: Annotated[float, Field(gt=0, le=1)]
    """Part that grows with speed squared; target coefficient C there."""


class DragAndRolling(Record):
    """Road load as drag area and rolling resistance."""

    drag_coefficient: Annotated[float, Field(gt=0, le=2)]
    """Air drag coefficient c_d."""
    frontal_area_m2: Annotated[float, Field(gt=0, le=20)]
    """Area that the air meets."""
    rolling_coefficient: Annotated[float, Field(gt=0, le=0.1)]
    """Rolling resistance over weight."""


def _road_load_form(value: object) -> str | None:
    """Tell by its fields which form a road load has, so that only that form's faults are named."""
    if isinstance(value, CoastDown | DragAndRolling):
        return "coast_down" if isinstance(value, CoastDown) else "drag_and_rolling"
    if isinstance(value, Mapping):
        if CoastDown.model_fields.keys() & value.keys():
            return "coast_down"
        if DragAndRolling.model_fields.keys() & value.keys():
            return "drag_and_rolling"
    return None


RoadLoadForm = Annotated[
    Annotated[CoastDown, Tag("coast_down")] | Annotated[DragAndRolling, Tag("drag_and_rolling")],
    Discriminator(
        _road_load_form,
        custom_error_type="road_load_form",
        custom_error_message="give either "
        + ", ".join(CoastDown.model_fields)
        + " or "
        + ", ".join(DragAndRolling.model_fields),
    ),
]


class ChargingCurve(Record):
    """DC power that the warm, new pack takes, by SoC; linear between the points.

    ``points`` are (SoC as a fraction, power in kW), from SoC 0 to 1, powers above zero.
    """

    points: Annotated[tuple[tuple[float, float], ...], Unit("1, kW")]
    """SoC, and DC power that the warm and new pack takes there, shape (points, 2)."""
    measured: bool = False
    """Whether a measurement stands behind it."""

    @model_validator(mode="after")
    def _is_a_curve(self) -> "ChargingCurve":
        socs = [soc for soc, _ in self.points]
        if len(socs) < 2 or socs[0] != 0 or socs[-1] != 1:
            raise ValueError("a charging curve runs from SoC 0 to SoC 1")
        if not _rise(socs):
            raise ValueError("the SoC values of a charging curve rise")
        if any(not 0.1 <= kw <= 2000 for _, kw in self.points):
            raise ValueError("the powers of a charging curve lie within 0.1 and 2000 kW")
        return self

    @property
    def max_kw(self) -> float:
        """Highest power, kW."""
        return max(kw for _, kw in self.points)


class TemperatureLimit(Record):
    """DC power that the pack temperature allows: (degrees Celsius, kW), linear, flat outside."""

    points: Annotated[tuple[tuple[float, float], ...], Unit("degC, kW")]
    """Pack temperature, and DC power allowed there, shape (points, 2)."""
    assumed: bool = True
    """Whether no published table stands behind it."""

    @model_validator(mode="after")
    def _is_a_table(self) -> "TemperatureLimit":
        temperatures = [c for c, _ in self.points]
        if not temperatures:
            raise ValueError("a temperature limit needs at least one point")
        if not _rise(temperatures):
            raise ValueError("the temperatures of a temperature limit rise")
        _within_tables("a temperature limit", temperatures)
        if any(not 0 <= kw <= 2000 for _, kw in self.points):
            raise ValueError("the powers of a temperature limit lie within 0 and 2000 kW")
        return self


class PackThermal(Record):
    """The pack as one lump of heat: C dT/dt = I^2 R(T) - hA (T - T_air) - P_cool."""

    heat_capacity_j_per_k: Annotated[float, Field(ge=1e3, le=1e8)]
    """Heat capacity of the pack."""
    resistance_ohm: Annotated[float, Field(gt=0, le=10)]
    """Effective resistance when new, at 25 degrees Celsius."""
    resistance_temperature_per_k: Annotated[float, Field(ge=0, le=0.1)] = 0.02
    """Relative fall of the resistance per kelvin, around 25 degrees Celsius."""
    conductance_driving_w_per_k: Conductance
    """Heat loss to the air while driving, hA."""
    conductance_parked_w_per_k: Conductance
    """Heat loss to the air while standing, hA."""
    cooling: Cooling
    """How the pack is cooled."""
    cooling_w: Annotated[float, Field(ge=0, le=1e5)] = 0.0
    """Heat that active cooling removes while it runs."""
    cooling_on_c: Annotated[float, Field(ge=-30, le=90)] | None = None
    """Pack temperature at which active cooling starts; None: there is none."""

    @model_validator(mode="after")
    def _cooling_agrees(self) -> "PackThermal":
        stated = (self.cooling_w > 0, self.cooling_on_c is not None)
        if any(stated) if self.cooling == "none" else not all(stated):
            raise ValueError(
                "active cooling needs cooling_w above zero and cooling_on_c; "
                'cooling = "none" has neither'
            )
        return self


class BatteryHeater(Record):
    """An electric heater of the pack, fed by the pack itself."""

    power_kw: Annotated[float, Field(gt=0, le=50)]
    """Power that it draws; all of it warms the pack."""
    target_c: Annotated[float, Field(ge=0, le=50)]
    """Pack temperature that its thermostat keeps."""
    while_driving: bool
    """Whether the driver, or the car by its own navigation, can run it on the way to a charger."""


class Battery(Record):
    """The traction battery."""

    nominal_kwh: Annotated[float, Field(gt=0, le=1000)]
    """Usable energy when new, at 25 degrees Celsius."""
    gross_kwh: Annotated[float, Field(gt=0, le=1200)]
    """Energy on the maker's plate."""
    soh: Annotated[float, BeforeValidator(fraction), Field(ge=0.3, le=1.0)] = 1.0
    """State of health: today's share of nominal_kwh."""
    nominal_voltage_v: Annotated[float, Field(gt=10, le=1500)]
    """Nominal pack voltage."""
    low_voltage_kw: Annotated[float, Field(gt=0, le=1000)] | None = None
    """Most power at a fast charger whose voltage stays below the pack's; None: 50 kW."""
    capacity_by_temperature: Annotated[tuple[tuple[float, float], ...], Unit("degC, 1")] = (
        CAPACITY_BY_TEMPERATURE
    )
    """(pack temperature in degrees Celsius, share of the energy that can be used), linear, flat
    outside, shape (points, 2)."""
    thermal: PackThermal
    """The pack as one lump of heat."""
    charging_curve: ChargingCurve | None = None
    """None: no fast charging."""
    temperature_limit: TemperatureLimit | None = None
    """None: temperature never limits the charging power."""
    heater: BatteryHeater | None = None
    """Heater of the pack; None: there is none, or none is stated.  ``temperature_limit`` is then
    that of a pack that is not heated."""

    @model_validator(mode="after")
    def _heats_below_cooling(self) -> "Battery":
        cooling_on_c = self.thermal.cooling_on_c
        if self.heater and cooling_on_c is not None and self.heater.target_c >= cooling_on_c:
            raise ValueError("heater.target_c lies below thermal.cooling_on_c")
        return self

    @model_validator(mode="after")
    def _is_consistent(self) -> "Battery":
        if self.nominal_kwh > self.gross_kwh:
            raise ValueError("nominal_kwh (usable when new) cannot exceed gross_kwh")
        temperatures = [c for c, _ in self.capacity_by_temperature]
        if not temperatures:
            raise ValueError("capacity_by_temperature needs at least one point")
        if not _rise(temperatures):
            raise ValueError("the temperatures of capacity_by_temperature rise")
        _within_tables("capacity_by_temperature", temperatures)
        if any(not 0 < share <= 1 for _, share in self.capacity_by_temperature):
            raise ValueError("the shares of capacity_by_temperature lie above 0 and up to 1")
        return self

    @property
    def resistance_ohm(self) -> float:
        """Today's effective resistance at 25 degrees Celsius, ohm."""
        return aged_resistance_ohm(self.thermal.resistance_ohm, self.soh)

    @property
    def usable_kwh(self) -> float:
        """Today's usable energy at 25 degrees Celsius, kWh."""
        return self.nominal_kwh * self.soh


class CabinHeating(Record):
    """Electric heating of a car whose heating was measured; see `physics.cabin`."""

    loss_w_per_k: Conductance
    """Steady power per kelvin between cabin (22 degrees Celsius) and air."""
    gain_w_per_k: Conductance
    """Power on top per kelvin that the cabin is too cold."""
    heat_capacity_j_per_k: Annotated[float, Field(gt=0, le=1e8)]
    """Heat capacity of the cabin, in electric energy."""
    max_kw: Annotated[float, Field(gt=0, le=100)]
    """Most power of the heater."""


class Cabin(Record):
    """What heats the people."""

    heater: Heater
    """What heats the people; "none" has no air conditioning either."""
    heating: CabinHeating | None = None
    """Its own measured heating; None: the table of its kind of heater."""


class Vehicle(Record):
    """A car as the planner sees it."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    """Name in the catalogue."""
    name: str
    """Name for people."""
    mass_kg: Annotated[float, Field(gt=50, le=60_000)]
    """Kerb mass without people and luggage."""
    road_load: RoadLoadForm
    """Resistance of air and tyres, in one of two forms."""
    drag_factor: Annotated[float, Field(ge=0.3, le=3, allow_inf_nan=False), Unit("1")] = 1.0
    """Factor of the road load's part that grows with speed squared: what the car's own range tests
    ask for; 1: none do."""
    range_tests: Annotated[int, Field(ge=0, le=1000)] = 0
    """How many published range tests of the car drag_factor was fitted to."""
    drive_efficiency: Efficiency
    """Battery to wheel."""
    regen_efficiency: Efficiency
    """Wheel to battery."""
    regen_max_kw: Annotated[float, Field(ge=0, le=2000)]
    """Most power that braking feeds into the battery."""
    rolling_rise_per_k: Annotated[float, Field(ge=0, le=0.1)] = ROLLING_RISE_PER_K
    """Relative growth of rolling resistance per kelvin below 20 degrees Celsius."""
    rolling_start_factor: Annotated[float, Field(ge=1, le=5)] = 1.0
    """Rolling resistance at a cold start against that of warm tyres and gears; 1 (no excess) where
    nobody measured it."""
    motor_kw: Annotated[float, Field(gt=0, le=2000)]
    """Most power of the motor at the wheels."""
    auxiliary_kw: Annotated[float, Field(ge=0, le=10)]
    """Lights, pumps, electronics while driving."""
    standby_w: Annotated[float, Field(ge=0, le=1000)] = STANDBY_W
    """Power drawn from the battery while the car stands without a plug, the mean over days."""
    top_speed_kmh: Annotated[float, Field(ge=10, le=400)]
    """Fastest that the car goes."""
    max_posted_speed_kmh: Annotated[float, Field(gt=0, le=400)] | None = None
    """Only roads with at most this limit may be used (low-speed vehicles); None: all roads.  A law
    that a trip names counts in its place."""
    connectors: tuple[Standard, ...]
    """DC plugs that fit, several where variants of the car differ, shape (plugs,); empty: no fast
    charging. AC inlets are left out, since chargers on the way are DC."""
    onboard_charger_kw: Annotated[float, Field(ge=1, le=100)] = ONBOARD_CHARGER_KW
    """Most power that the car takes from an AC plug."""
    cabin: Cabin
    """Heating of the people."""
    battery: Battery
    """The traction battery."""
    consumption_spread: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False), Unit("1")] = 0.0
    """What estimated values of this car add to the uncertainty of its consumption: eight in ten
    such cars lie within this share of it; 0: nothing beyond what holds for all cars."""
    note: str = ""
    """Remarks."""
    provenance: dict[str, Provenance] = Field(default_factory=dict, repr=False)
    """Where each value comes from, by dotted field name, shape (values,)."""

    @model_validator(mode="after")
    def _can_plug_in(self) -> "Vehicle":
        if self.battery.charging_curve is not None and not self.connectors:
            raise ValueError("a car with a charging_curve needs at least one of connectors")
        return self

    @property
    def is_fitted_to_drives(self) -> bool:
        """Whether its own drives were fitted: they alone tell how tyres roll in the cold."""
        known = self.provenance.get("rolling_rise_per_k")
        return known is not None and known.kind == "fitted"

    @property
    def is_tesla(self) -> bool:
        """Whether it is one of Tesla's cars, by its name: some plugs charge no other make."""
        return "tesla" in f"{self.id} {self.name}".casefold()

    @property
    def fast_charging_standards(self) -> frozenset[str]:
        """Kinds of plug with which it charges on the way; empty: no fast charging."""
        able = self.battery.charging_curve is not None
        return DC_STANDARDS.intersection(self.connectors) if able else frozenset()

    def aged(self, soh: float | str) -> "Vehicle":
        """Return the same car at another state of health.

        Parameters
        ----------
        soh
            What is left, or an age, like "6 years" or "6 years, 90000 km": the mean of cars of
            that age counts (`physics.ageing`).

        Raises
        ------
        InvalidInputError
            ``soh`` is outside 0.3..1, or an age beyond those that were published.
        """
        told = shown(soh, 20)
        where = f"{self.id} with soh {told}"
        data = self.model_dump(exclude_unset=True)
        known = data.setdefault("provenance", {})
        if known.get("battery.soh", {}).get("kind") == "estimate":
            del known["battery.soh"]
        try:
            cooled = self.battery.thermal.cooling != "none"
            age = read_age(soh, cooled=cooled) if isinstance(soh, str) else None
        except ValueError as error:
            raise InvalidInputError(
                f"{where}: {error}", field="soh", value=soh, expected=FORM
            ) from error
        if age is not None:
            words = str(soh).strip()
            low, soh, high = (round(share, 3) for share in age)
            known["battery.soh"] = {
                "unit": "1",
                "source": f"the mean of cars after {words}, as published",
                "kind": "estimate",
                "uncertainty": f"eight in ten have {100 * low:.0f} to {100 * high:.0f} %",
            }
        data["battery"]["soh"] = soh
        return Vehicle.parse(data, where=where)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """Sentences about values of this car that no source backs and that shape a plan."""
        found = []
        by_age = self.provenance.get("battery.soh")
        if by_age is not None and by_age.kind == "estimate":
            found.append(
                f"{self.name}: that {100.0 * self.battery.soh:.1f} % of its battery are left is "
                f"{by_age.source}; {by_age.uncertainty}, which P10 to P90 of arrivals do not count."
            )
        limit = self.battery.temperature_limit
        if limit is not None and limit.assumed:
            found.append(
                f"{self.name}: no table of charging power by pack temperature is published; "
                "the one used is an assumption."
            )
        curve = self.battery.charging_curve
        if curve is not None and not curve.measured:
            known = self.provenance.get("battery.charging_curve.points")
            band = known.uncertainty if known is not None else ""
            told = self.consumption_spread > 0.0 or self.range_tests > 0
            more = f" ({band})" if told and band else ""
            found.append(
                f"{self.name}: its charging curve is an estimate, not a measurement{more}."
            )
        if self.consumption_spread > 0.0:
            known_kinds = {name: origin.kind for name, origin in self.provenance.items()}
            guessed = [
                words
                for words, field in _SHAPING.items()
                if any(n.startswith(field) and k == "estimate" for n, k in known_kinds.items())
            ]
            if guessed:
                found.append(f"{self.name}: estimates are its {', '.join(guessed)}.")
            found.append(
                f"{self.name}: eight in ten cars known like this one take within "
                f"{100.0 * self.consumption_spread:.0f} % of its consumption: P10 to P90 are wider."
            )
        return tuple(found)


def load_vehicle(path: str | Path) -> Vehicle:
    """Read a car from a TOML file.

    Raises
    ------
    DataError
        The file cannot be read or is not TOML.
    InvalidInputError
        Values are missing or wrong; one message names them all.
    """
    text = read_text_file(as_path(path, where="vehicle file"), "vehicle file")
    return parse_vehicle(text, where=f"vehicle file {path}")


def parse_vehicle(text: str, *, where: str) -> Vehicle:
    """Read a car from TOML text; errors as in `load_vehicle`."""
    return Vehicle.parse(_values_of(text, where), where=where)


def _values_of(text: str, where: str) -> dict[str, Any]:
    """Return what a car's TOML text says, values and where they come from."""
    try:
        data = tomllib.loads(as_text(text, where=where))
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits, deep lists
        raise DataError(f"{where}: not valid TOML: {error}", path=where) from error
    refuse_depth(data, where)
    provenance: dict[str, dict[str, str]] = {}
    values = _plain(data, "", provenance)
    battery = values.get("battery")
    if isinstance(battery, dict) and "capacity_by_temperature" not in battery:
        provenance["battery.capacity_by_temperature"] = CAPACITY_PROVENANCE
    given = values.get("provenance", {})
    values["provenance"] = provenance | given if isinstance(given, dict) else given
    return values


def _plain(
    table: Mapping[str, Any], prefix: str, provenance: dict[str, dict[str, str]]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, item in table.items():
        name = f"{prefix}{key}"
        if isinstance(item, dict) and "value" in item:
            values[key] = item["value"]
            provenance[name] = {k: str(v) for k, v in item.items() if k != "value"}
        elif isinstance(item, dict):
            values[key] = _plain(item, f"{name}.", provenance)
        else:
            values[key] = item
    return values


@cache
def catalogue() -> Mapping[str, Vehicle]:
    """Return the cars written by hand, by id; `find_vehicle` knows those of the table too."""
    folder = resources.files("tripplan") / "data" / "vehicles"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    cars = []
    for file in files:
        where = f"catalogue file {file.name}"
        values = with_range_tests(_values_of(file.read_text(encoding="utf-8"), where))
        cars.append(Vehicle.parse(values, where=where))
    return MappingProxyType({car.id: car for car in cars})


def find_vehicle(name: str) -> Vehicle:
    """Return a car of the catalogue by its id, or read the TOML file of that path.

    Raises
    ------
    InvalidInputError
        Neither; the message names the nearest ids.
    """
    if as_text(name, where="vehicle").endswith(".toml"):
        return load_vehicle(name)
    wanted = name.strip().lower().replace("_", "-").replace(" ", "-")
    if (listed := _of_table(wanted)) is not None:
        return listed  # ids of the table are no ids by hand; it is quicker than reading all files
    cars = catalogue()
    if wanted in cars:
        return cars[wanted]
    if wanted in vehicle_table.head()["replaced"]:
        return find_vehicle(vehicle_table.head()["replaced"][wanted])
    known = [*cars, *vehicle_table.lines()]
    near = [car_id for car_id in known if wanted and wanted in car_id][:4]
    near = near or difflib.get_close_matches(wanted, known, n=4, cutoff=0.5)
    hint = f"did you mean {' / '.join(near)}?" if near else "`tripplan vehicles` lists them."
    raise InvalidInputError(
        f'vehicle "{name}" is not in the catalogue: {hint} A path to a .toml file works as well.',
        field="vehicle",
        value=name,
        expected="an id of the catalogue or a .toml file",
    )


@cache
def _of_table(car_id: str) -> Vehicle | None:
    """Make the car of a line of the table; None: it has no such line."""
    line = vehicle_table.line_of(car_id)
    if line is None:
        return None
    values = vehicle_table.values_of(line)
    values["provenance"]["battery.capacity_by_temperature"] = CAPACITY_PROVENANCE
    return Vehicle.parse(with_range_tests(values), where=f"vehicle table, {car_id}")
