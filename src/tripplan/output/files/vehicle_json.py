"""Cars of the catalogue as JSON: a list of some, and one with all values and their sources."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any, Final

from tripplan.output.text.vehicle_text import AIRS_C, Ranges, speeds_kmh
from tripplan.records.catalogue import CatalogueEntry
from tripplan.records.vehicle import Vehicle
from tripplan.vehicle_model.ranges import charging_min, steady_range

FORMAT: Final = "tripplan-vehicles/1"


def cars_to_json(entries: Sequence[CatalogueEntry], ranges: Ranges) -> str:
    """Return a list of cars as one object of JSON.

    Parameters
    ----------
    entries
        The cars to list.
    ranges
        Their ranges.
    """
    rows: list[dict[str, Any]] = []
    for entry in entries:
        warm, cold = ranges[entry.id]
        row = dataclasses.asdict(entry)
        row["range_km"], row["cold_range_km"] = round(warm.p50_km), round(cold.p50_km)
        rows.append(row)
    return _text({"format": FORMAT, "vehicles": rows})


def car_to_json(car: Vehicle, stands_for: Sequence[str] = ()) -> str:
    """Return a car as one object of JSON: its values, their sources, and its ranges.

    Parameters
    ----------
    car
        The car.
    stands_for
        Ids of other records of the same car that are not listed.
    """
    ranges = [
        {"speed_kmh": kmh, "ambient_c": air, **_rounded(steady_range(car, kmh, air)._asdict())}
        for kmh in speeds_kmh(car)
        for air in AIRS_C
    ]
    minutes = charging_min(car)
    told = {
        "format": FORMAT,
        "vehicle": car.model_dump(mode="json", exclude_unset=True),
        "ranges": ranges,
        "charging_10_to_80_min": None if minutes is None else round(minutes, 1),
        "assumptions": list(car.assumptions),
        "stands_for": list(stands_for),
    }
    return _text(told)


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 1) for name, value in values.items()}


def _text(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
