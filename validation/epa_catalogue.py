"""The table's rated cars on the EPA's cycles: as they are, and with their whole family left out.

As they are, the ratings come out by construction: drive and regeneration efficiency were fitted to
them.  What a car without a rating of its own can expect is told by leaving out every car of its
family (LEAF, Model S ...) and driving it with what its makers' other families say.  That rule is
worked out here anew, from the table alone and by `epa.wall_wh_per_km`; the cars by hand, whose
ratings are not in the table, do not take part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tripplan.arrays import Floats
from tripplan.records import vehicle_table
from tripplan.records.vehicle import Vehicle, find_vehicle
from tripplan.units import KG_PER_LB, M_PER_MILE
from validation.epa import wall_wh_per_km

CYCLES = ("udds", "hwfet")
OLD_DEFAULT = (0.92, 0.80)
"""Drive and regeneration efficiency that all cars had before: the documented default."""
TIE_REGEN, TIE_WEIGHT = 0.72, 0.3
"""A group's regeneration efficiency is weakly tied to this: the rule of the table."""
SHRINK = 0.7
"""A group of n families counts n / (n + this) against all families of its kind of motor."""
WH_PER_KM = 10_000.0 / M_PER_MILE
"""Watt-hours a kilometre in a kilowatt-hour per 100 miles."""


@dataclass(frozen=True)
class Rated:
    """A car of the table with its own rating."""

    line: Mapping[str, Any]

    @cached_property
    def car(self) -> Vehicle:
        """The car that plans use."""
        return find_vehicle(str(self.line["id"]))

    @property
    def is_induction(self) -> bool:
        """Whether its motors are taken to be induction motors."""
        return str(self.line["gr"]).endswith(", induction")

    @cached_property
    def measured(self) -> Floats:
        """Its rating at the wall, Wh/km: UDDS, HWFET."""
        values = self.line["v"]
        return np.array([values["u"][0], values["h"][0]]) * WH_PER_KM

    def predicted(self, **changed: float) -> Floats:
        """Return what the model takes at the wall with some values changed, Wh/km."""
        car = self.car.model_copy(update=changed)
        weight_kg = self.line["v"]["w"][0] * KG_PER_LB
        return np.array([wall_wh_per_km(car, cycle, weight_kg) for cycle in CYCLES])

    @cached_property
    def parts(self) -> tuple[Floats, Floats, Floats]:
        """Shares of the rating: work by 1/drive, by regeneration, and by 0.25 kW."""
        free = {"regen_max_kw": 1e6, "auxiliary_kw": 0.0}
        at_one = self.predicted(drive_efficiency=1.0, regen_efficiency=0.5, **free)
        at_half = self.predicted(drive_efficiency=0.5, regen_efficiency=0.5, **free)
        more = self.predicted(drive_efficiency=1.0, regen_efficiency=1.0, **free)
        still = self.predicted(
            drive_efficiency=1.0, regen_efficiency=0.5, regen_max_kw=1e6, auxiliary_kw=0.25
        )
        return (
            (at_half - at_one) / self.measured,
            (more - at_one) / 0.5 / self.measured,
            (still - at_one) / self.measured,
        )


def rated() -> list[Rated]:
    """Return all of them."""
    return [Rated(line) for line in vehicle_table.lines().values() if "gr" in line]


def met(cars: Sequence[Rated]) -> Floats:
    """Relative errors of the cars as they are, shape (cars, 2)."""
    return np.array([one.predicted() / one.measured - 1.0 for one in cars])


def with_default(cars: Sequence[Rated]) -> Floats:
    """Relative errors with the former default efficiencies, shape (cars, 2)."""
    return np.array([_error(one, *OLD_DEFAULT) for one in cars])


def families_left_out(cars: Sequence[Rated]) -> Floats:
    """Relative errors with what other families say, shape (cars, 2)."""
    found = []
    for one in cars:
        alike = [
            other
            for other in cars
            if other.line["f"] != one.line["f"] and other.is_induction == one.is_induction
        ]
        near = [other for other in alike if other.line["gr"] == one.line["gr"]]
        values = _fit(alike)
        if near:
            count = len({other.line["f"] for other in near})
            share = count / (count + SHRINK)
            values = share * _fit(near) + (1.0 - share) * values
        found.append(_error(one, *values))
    return np.array(found)


def _error(one: Rated, drive: float, regen: float) -> Floats:
    work, back, still = one.parts
    return np.asarray(work / drive + back * regen + still - 1.0)


def _fit(cars: Sequence[Rated]) -> Floats:
    """Drive and regeneration efficiency by normal equations, each family of one weight."""
    families = [str(one.line["f"]) for one in cars]
    left = np.zeros((2, 2))
    right = np.zeros(2)
    for one, family in zip(cars, families, strict=True):
        work, back, still = one.parts
        rows = np.column_stack([work, back])
        left += rows.T @ rows / families.count(family)
        right += rows.T @ (1.0 - still) / families.count(family)
    left[1, 1] += TIE_WEIGHT**2
    right[1] += TIE_WEIGHT**2 * TIE_REGEN
    inverse, regen = np.linalg.solve(left, right)
    return np.array([1.0 / inverse, regen])


if __name__ == "__main__":
    every = rated()
    for title, errors in (
        ("own rating", met(every)),
        ("former default", with_default(every)),
        ("family left out", families_left_out(every)),
    ):
        mean, bias = np.abs(errors).mean(axis=0), errors.mean(axis=0)
        p80, worst = np.quantile(np.abs(errors), 0.8, axis=0), np.abs(errors).max(axis=0)
        for which, cycle in enumerate(CYCLES):
            print(
                f"{title:16s} {cycle:6s} MAE {100 * mean[which]:5.2f} % "
                f"bias {100 * bias[which]:+5.2f} % P80 {100 * p80[which]:5.2f} % "
                f"largest {100 * worst[which]:5.2f} %"
            )
