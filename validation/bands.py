"""How wide P10 to P90 have to be, by what is known: measured on published tests and on drives.

A row is a measurement beside what is planned for it.  What its band has to hold is measured over
planned consumption, less one, on top of what the car's own estimated values explain
(`Vehicle.consumption_spread`).  A class's band is the bound within which eight in ten of its rows
lie; how often it holds what it was not set from is measured with all rows of a car's family, or of
a source, left out.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics import bands
from tripplan.records import vehicle_table
from tripplan.records.vehicle import find_vehicle
from validation import drives, fit_i3, range_tests, ranges
from validation.shared import shared

FEW = 15
"""A class of fewer rows takes the wider of its own band and its neighbours'."""
SHARE, MOST = 0.8, 0.84


@dataclass(frozen=True)
class Row:
    """One measurement of a class."""

    family: str
    source: str
    off: float
    """Measured over planned consumption, less one."""
    car_spread: float

    @property
    def needs(self) -> float:
        """Band that would just hold it, on top of what the car's estimates explain."""
        return math.sqrt(max(self.off**2 - self.car_spread**2, 0.0))


def bound(needs: Floats) -> float:
    """Return the bound within which eight in ten of more such rows lie (conformal)."""
    rank = math.ceil((needs.size + 1) * SHARE)
    return float(np.sort(needs)[min(rank, needs.size) - 1])


def share_of(needs: Floats) -> float:
    """Return the band of a class: its bound, or what eight in ten of its own rows lie within.

    The latter where the bound holds more than `MOST` of many rows.
    """
    found = bound(needs)
    if needs.size >= FEW and np.mean(needs <= found) > MOST:
        return float(np.sort(needs)[math.ceil(needs.size * SHARE) - 1])
    return found


def held_out(rows: Sequence[Row], left_out: str) -> float:
    """Return the share of rows held by bounds set without their family or source."""
    groups = np.array([getattr(row, left_out) for row in rows])
    needs = np.array([row.needs for row in rows])
    held = np.zeros(needs.size, dtype=bool)
    for group in np.unique(groups):
        here = groups == group
        held[here] = needs[here] <= bound(needs[~here])
    return float(held.mean())


def held(rows: Sequence[Row], share: float) -> float:
    """Return the share of rows that a band holds, the cars' own estimates on top."""
    return float(np.mean([abs(row.off) <= math.hypot(share, row.car_spread) for row in rows]))


def above(rows: Sequence[Row], share: float) -> float:
    """Return the share of rows that took more than a band allows."""
    return float(np.mean([row.off > math.hypot(share, row.car_spread) for row in rows]))


def steady() -> dict[str, list[Row]]:
    """Return the classes of tests at a steady speed, by the keys of `bands.BANDS`.

    A test of a car that was tested several times is planned twice: as if no test of it were known,
    for the classes of such cars, and with what the others say, for that of tested cars.
    """
    found: dict[str, list[Row]] = {}
    every = range_tests.every_row()
    for row, factor in zip(every, range_tests.by_other_tests(every), strict=True):
        if factor is not None and row.speed == "kept":
            found.setdefault("tested, no weather", []).append(_tested(row, row.usual.error(factor)))
            if row.tells_weather and row.ambient_c > bands.COLD_C:
                found.setdefault("tested, mild", []).append(_tested(row, row.told.error(factor)))
        known = "rated" if _own_spread(row.car) < bands.RATED_SPREAD else "other"
        if row.speed == "limit":
            found.setdefault("no speed", []).append(_of(row, row.error))
            continue
        found.setdefault(f"{known}, no weather", []).append(_of(row, row.usual.error()))
        if row.ambient_c <= bands.COLD_C:
            found.setdefault("cold", []).append(_of(row, row.error))
        elif row.tells_weather:
            found.setdefault(f"{known}, mild", []).append(_of(row, row.error))
    return found


def _of(row: ranges.Range, error: float) -> Row:
    spread = _own_spread(row.car)
    return Row(family(row.car), row.source, 1.0 / (1.0 + error) - 1.0, spread)


def _tested(row: ranges.Range, error: float) -> Row:
    """Return a row planned with what the other tests of its car say: they leave no estimate."""
    return Row(family(row.car), row.source, 1.0 / (1.0 + error) - 1.0, 0.0)


def _own_spread(car_id: str) -> float:
    """Return what a car's estimates add where no test of it is known."""
    line = vehicle_table.line_of(car_id)
    return float(line["s"]) if line else find_vehicle(car_id).consumption_spread


def family(car: str) -> str:
    """Return which cars are left out together: make and the first word of the model.

    The European names of a car that America knows by another are of its family.
    """
    make, *words = car.split("-")
    same = {"opel": "chevrolet", "cupra": "vw", "skoda": "vw", "volkswagen": "vw"}
    alike = {"ampera": "bolt", "e": words[1] if len(words) > 1 else "", "born": "id", "enyaq": "id"}
    first = alike.get(words[0], words[0])
    model = f"{first} {words[1]}" if first == "model" else first
    for name in ("id", "i4", "ix", "i3", "i7"):
        model = name if first.startswith(name) else model
    return f"{same.get(make, make)} {model}"


def town() -> dict[str, list[Row]] | None:
    """Return the classes of the measured drives, each left out of the fit; None: not here."""
    path = shared(drives.NAME)
    if path is None:
        return None
    measured = drives.read(path)
    car = find_vehicle(fit_i3.CAR)
    energy, _ = fit_i3.cross_validate(car, measured)
    usual = [
        replace(
            drive,
            log=replace(
                drive.log,
                ambient_c=np.full(drive.log.time_s.size, ranges.USUAL_C),
                soak_c=ranges.USUAL_C,
            ),
        )
        for drive in measured
    ]
    blind = [row.error for row in drives.compare(car, usual)]
    return {
        key: [
            Row(drive.log.name, "i3", 1.0 / (1.0 + error) - 1.0, 0.0)
            for drive, error in zip(measured, errors, strict=True)
        ]
        for key, errors in (("driven, town", energy.tolist()), ("town, no weather", blind))
    }


if __name__ == "__main__":
    for key, some in {**steady(), **(town() or {})}.items():
        needs = np.array([row.needs for row in some])
        by = " ".join(
            f"{name} {held_out(some, name):.3f}"
            for name in ("family", "source")
            if len({getattr(row, name) for row in some}) > 1
        )
        print(f"{key:22s} {len(some):3d} rows, {share_of(needs):.4f}; left out: {by}")
