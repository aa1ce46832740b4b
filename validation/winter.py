"""Range in cold and heat against that of a mild day: two published surveys.

Cars drive the EPA's city and highway cycles by turns until the battery is empty, from a cold start.
Nothing was fitted to these figures.
"""

from dataclasses import dataclass, replace

import numpy as np

from tripplan.calibration.drive_log import follow
from tripplan.physics.consumption import COAST_DOWN_LOAD_KG
from tripplan.records.trip import CabinSetting, Conditions
from tripplan.records.vehicle import Vehicle, catalogue
from tripplan.vehicle_model.conditioned import ConditionedVehicle
from validation.epa import cycle_log

MILD_C = 23.9
AAA = ("bmw-i3-120", "chevrolet-bolt-60", "nissan-leaf-40")
"""Cars of the AAA's five that the catalogue has, or a near relation."""


@dataclass(frozen=True)
class Survey:
    """A published share of the range of a mild day."""

    words: str
    cars: tuple[str, ...]
    ambient_c: float
    cabin: CabinSetting
    published: float
    source: str


def with_heater(heater: str) -> tuple[str, ...]:
    """Return the cars of the catalogue that have a kind of heater."""
    return tuple(name for name, car in catalogue().items() if car.cabin.heater == heater)


def surveys() -> list[Survey]:
    """Return all published figures."""
    test, fleet = "AAA 2019, five cars on the dynamometer", "Recurrent, cars of its members"
    return [
        Survey("-7 °C, heating off", AAA, -6.7, "off", 0.88, test),
        Survey("-7 °C, heating on", AAA, -6.7, "on", 0.59, test),
        Survey("35 °C, cooling off", AAA, 35.0, "off", 0.96, test),
        Survey("35 °C, cooling on", AAA, 35.0, "on", 0.83, test),
        Survey("0 °C, heat pump", with_heater("heat_pump"), 0.0, "on", 0.83, fleet),
        Survey("0 °C, resistive heater", with_heater("ptc"), 0.0, "on", 0.75, fleet),
    ]


def range_km(car: Vehicle, conditions: Conditions) -> float:
    """Distance on a full battery from a cold start."""
    needs = []
    for cycle in ("udds", "hwfet"):
        log = cycle_log(cycle)
        log = replace(log, ambient_c=np.full(log.time_s.size, conditions.ambient_c))
        needs.append(log.energy_kwh(follow(car, log, conditions).power_kw) / log.distance_km)
    start = ConditionedVehicle.under(car, conditions)
    left_kwh = start.capacity_kwh - start.warm_up.total_kwh
    return left_kwh / float(np.mean(needs))


def shares(survey: Survey) -> list[float]:
    """Range of each car of a survey over that of a mild day without heating and cooling."""
    found = []
    for name in survey.cars:
        car = catalogue()[name].model_copy(update={"rolling_start_factor": 1.0})
        mild, day = (
            Conditions(ambient_c=ambient_c, cabin=cabin, payload_kg=COAST_DOWN_LOAD_KG)
            for ambient_c, cabin in ((MILD_C, "off"), (survey.ambient_c, survey.cabin))
        )
        found.append(range_km(car, day) / range_km(car, mild))
    return found
