"""What a limit can be asked of: range, steps, and how a value enters a trip and its car."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tripplan.questions.laws import FASTEST_KMH
from tripplan.questions.trying import Case, with_values
from tripplan.records.vehicle import Vehicle


@dataclass(frozen=True)
class Kind:
    """A number of which a limit can be asked."""

    name: str
    """As it is asked for: "ambient-c"."""
    easiest: float
    """The end of the range at which the trip is easiest."""
    hardest: float
    """The other one."""
    step: float
    """Steps of a bisection; the tolerance of its answer."""
    coarse: float
    """Steps of a scan."""
    put: Callable[[Case, float], Case]
    """Returns the case with the value."""
    told: str
    """Format of the value: "{:.1f} °C"."""
    noun: str
    """What it is: "the coldest day"."""
    law: str = ""
    """What a bisection rests on."""
    scanned_for: str = ""
    """Why it is scanned in any case; empty: it need not be."""

    def grid(self, step: float, easiest: float) -> int:
        """Return the number of steps from an easiest value to the hardest."""
        return max(int(abs(self.hardest - easiest) / step + 1e-9), 0)

    def value(self, number: int, step: float, easiest: float) -> float:
        """Return the value of a step."""
        sign = 1.0 if self.hardest > easiest else -1.0
        return round(easiest + sign * number * step, 6)

    def words(self, value: float) -> str:
        """Return a value with its unit."""
        return self.told.format(100.0 * value if "%" in self.told else value)


def with_battery(vehicle: Vehicle, usable_kwh: float) -> Vehicle:
    """Return a car with another battery: as much energy when new; mass and all else as it is."""
    size = {"nominal_kwh": usable_kwh / vehicle.battery.soh}
    size["gross_kwh"] = max(vehicle.battery.gross_kwh, size["nominal_kwh"])
    return vehicle.model_copy(update={"battery": vehicle.battery.model_copy(update=size)})


def _soh(case: Case, value: float) -> Case:
    battery = case.vehicle.battery.model_copy(update={"soh": value})
    return case._replace(vehicle=case.vehicle.model_copy(update={"battery": battery}))


def _ambient(case: Case, value: float) -> Case:
    return case._replace(trip=with_values(case.trip, ambient_c=value))


def _wind(case: Case, value: float) -> Case:
    return case._replace(trip=with_values(case.trip, wind_mps=value))


def _speed(case: Case, value: float) -> Case:
    return case._replace(trip=with_values(case.trip, max_speed_kmh=value))


def _departure_soc(case: Case, value: float) -> Case:
    return case._replace(trip=with_values(case.trip, departure_soc=value))


def _charger(case: Case, value: float) -> Case:
    points = case.trip.waypoints
    plugged = [point.charger_kw > 0 for point in points]
    chosen = plugged if any(plugged) else [point.dwell_s > 0 for point in points]
    changed = tuple(
        point.model_copy(update={"charger_kw": value}) if here else point
        for point, here in zip(points, chosen, strict=True)
    )
    return case._replace(trip=with_values(case.trip, waypoints=changed))


def _battery(case: Case, value: float) -> Case:
    return case._replace(vehicle=with_battery(case.vehicle, value))


SLOWEST_KMH: Final = 40.0
"""No lower speed is looked at."""
KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind(
            *("soh", 1.0, 0.30, 0.005, 0.02, _soh),
            told="{:.1f} %",
            noun="the worst state of health",
            law="a battery that is more worn gives less",
        ),
        Kind(
            *("ambient-c", 20.0, -40.0, 0.5, 2.5, _ambient),
            told="{:.1f} °C",
            noun="the coldest day",
            law="each kelvin less takes more and leaves the battery less, as looked up for this "
            "car step by step",
        ),
        Kind(
            *("wind-mps", 0.0, 30.0, 0.25, 1.0, _wind),
            told="{:.2f} m/s",
            noun="the strongest headwind",
            law="wind that is head-on all the way takes more the stronger it is",
        ),
        Kind(
            *("max-speed-kmh", SLOWEST_KMH, FASTEST_KMH, 0.5, 2.5, _speed),
            told="{:.1f} km/h",
            noun="the highest cruising speed",
            law="from that speed on drag takes more than heater and electronics save, downhill too",
        ),
        Kind(
            *("departure-soc", 1.0, 0.0, 0.005, 0.02, _departure_soc),
            told="{:.1f} %",
            noun="the lowest SoC to start with",
            law="less at the start is less everywhere",
        ),
        Kind(
            *("charger-kw", 22.0, 0.0, 0.5, 0.5, _charger),
            told="{:.1f} kW",
            noun="the weakest plug at the stays",
            scanned_for="what a plug gives during a stay goes by the battery's temperature",
        ),
        Kind(
            *("battery-kwh", 150.0, 5.0, 0.1, 2.5, _battery),
            told="{:.1f} kWh",
            noun="the smallest battery (all else of the car as it is)",
            law="a smaller battery gives less",
        ),
    )
}
"""By their names."""
