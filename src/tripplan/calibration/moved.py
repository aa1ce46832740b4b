"""The values of a car that a fit moves, how far they may go, and their provenance."""

from typing import Any

import numpy as np

from tripplan.arrays import Floats
from tripplan.records.vehicle import CabinHeating, CoastDown, Provenance, Vehicle

PRIOR = (0.30, 0.015, 0.15, 0.25)
"""How far values are likely to be off: rolling resistance and drag as a share, growth in the cold
per kelvin, auxiliaries in kW (assumptions)."""
ROLLING, DRAG = (-0.5, 1.2), (-0.4, 0.6)
"""Shares by which rolling resistance and drag may move: four deviations of `PRIOR` upwards, and as
far down as tyres and bodies go (assumptions)."""
MOST_RISE_PER_K, MOST_AUXILIARY_KW = 0.06, 3.0
"""Largest growth of rolling resistance in the cold, and largest auxiliaries (assumptions)."""
_NEAR = 1e-3
_NAMES = ("rolling resistance", "its growth in the cold", "drag", "auxiliaries")


def lowest(car: Vehicle) -> Floats:
    """Return the least moves: none of the values falls below zero."""
    return np.array([ROLLING[0], -car.rolling_rise_per_k - 1e-9, DRAG[0], -car.auxiliary_kw - 1e-9])


def highest(car: Vehicle) -> Floats:
    """Return the largest moves."""
    return np.array(
        [
            ROLLING[1],
            max(MOST_RISE_PER_K - car.rolling_rise_per_k, 1e-3),
            DRAG[1],
            max(MOST_AUXILIARY_KW - car.auxiliary_kw, 1e-3),
        ]
    )


def at_bounds(car: Vehicle, moves: Floats) -> str:
    """Name the values that end at a bound that no car reaches; empty where none does.

    Zero is no such bound for auxiliaries and for growth in the cold: many logs cannot tell them
    from nothing.
    """
    low, high = lowest(car), highest(car)
    stuck = []
    for k, name in enumerate(_NAMES):
        near = _NEAR * (high[k] - low[k])
        if moves[k] >= high[k] - near:
            stuck.append(f"the most that is possible of {name}")
        elif moves[k] <= low[k] + near and k in (0, 2):
            stuck.append(f"the least that is possible of {name}")
    return " and ".join(stuck)


def moved(car: Vehicle, moves: Floats) -> Vehicle:
    """Return the car with its values moved."""
    rolling, cold, drag, auxiliary = (float(move) for move in moves)
    factors = {
        "a_lbf": rolling,
        "b_lbf_per_mph": rolling,
        "rolling_coefficient": rolling,
        "c_lbf_per_mph2": drag,
        "drag_coefficient": drag,
    }
    load = car.road_load
    loads = {
        name: getattr(load, name) * (1.0 + move)
        for name, move in factors.items()
        if hasattr(load, name)
    }
    return car.model_copy(
        update={
            "road_load": load.model_copy(update=loads),
            "rolling_rise_per_k": max(car.rolling_rise_per_k + cold, 0.0),
            "auxiliary_kw": max(car.auxiliary_kw + auxiliary, 0.0),
        }
    )


def named(car: Vehicle, before: Vehicle, sigma: Floats, words: str, *, heated: bool) -> Vehicle:
    """Give the fitted car a name and the provenance of its values.

    Parameters
    ----------
    car, before
        The fitted car, and that which the fit started from.
    sigma
        Standard deviations of the moves, in the order of `PRIOR`; shape (values,).
    words
        What the values were fitted to.
    heated
        Whether the cabin's heating was fitted too.
    """
    rolling, cold, drag, auxiliary = (float(s) for s in sigma)
    names = (
        ("a_lbf", "b_lbf_per_mph", "c_lbf_per_mph2")
        if isinstance(car.road_load, CoastDown)
        else ("rolling_coefficient", "drag_coefficient")
    )
    off = {
        f"road_load.{name}": f"+-{100 * (drag if name[0] in 'cd' else rolling):.0f} %"
        for name in names
    }
    off |= {"rolling_rise_per_k": f"+-{cold:.3f} 1/K", "auxiliary_kw": f"+-{auxiliary:.2f} kW"}
    if heated:
        off |= dict.fromkeys((f"cabin.heating.{name}" for name in CabinHeating.model_fields), "")
    known = dict(before.provenance)
    for name, margin in off.items():
        unit = known[name].unit if name in known else _UNITS.get(name.rsplit(".", 1)[-1], "1")
        known[name] = Provenance(unit=unit, source=words, kind="fitted", uncertainty=margin)
    if before.consumption_spread > 0.0:
        # Its own drives take the place of what such cars take: the band of all cars is that of one
        # which was fitted to its drives.
        known["consumption_spread"] = Provenance(unit="1", source=words, kind="fitted")
    values: dict[str, Any] = car.model_dump(exclude_unset=True, exclude={"provenance"})
    values |= {"consumption_spread": 0.0} if before.consumption_spread > 0.0 else {}
    values |= {
        "id": f"{before.id}-calibrated",
        "name": f"{before.name}, calibrated",
        "rolling_rise_per_k": car.rolling_rise_per_k,
        "provenance": known,
    }
    return Vehicle.parse(values, where="calibrated car")


_UNITS = {
    "rolling_rise_per_k": "1/K",
    "auxiliary_kw": "kW",
    "loss_w_per_k": "W/K",
    "gain_w_per_k": "W/K",
    "heat_capacity_j_per_k": "J/K",
    "max_kw": "kW",
}
