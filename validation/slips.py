"""Logs with slips of the pen: no fitted car may be led astray by one.

Each log is made by a formula of its own (rolling, drag, heater, auxiliaries: no code of the model)
for a LEAF that is somewhat thirstier or thriftier, with 8 % of noise; then some rows are spoilt as
people and programs spoil them. The fit to the spoilt log is compared with that to the same log
without those rows: a row that is left out is lost, but must not mislead.
``python -m validation.slips [first] [last]`` prints what comes of 2,000.
"""

import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tripplan.calibration import Calibration, calibrate_file
from tripplan.errors import TripplanError
from tripplan.records.vehicle import CoastDown, Vehicle

HEADER = "distance_km,duration_min,energy_kwh,ambient_c"
CAR = "nissan-leaf-40"
MOST_SHARE = 0.2
"""Of the rows of a log are spoilt at the most."""

Row = list[float]


def _at(column: int, change: Callable[[float], float]) -> Callable[[Row], Row]:
    def spoil(row: Row) -> Row:
        return [change(value) if k == column else value for k, value in enumerate(row)]

    return spoil


SLIPS: dict[str, Callable[[Row], Row]] = {
    "energy a tenth": _at(2, lambda value: value / 10.0),
    "energy tenfold": _at(2, lambda value: value * 10.0),
    "energy in Wh": _at(2, lambda value: value * 1000.0),
    "energy negative": _at(2, lambda value: -value),
    "energy zero": _at(2, lambda _value: 0.0),
    "distance in metres": _at(0, lambda value: value * 1000.0),
    "distance in miles": _at(0, lambda value: value / 1.609),
    "distance a tenth": _at(0, lambda value: value / 10.0),
    "duration in hours": _at(1, lambda value: value / 60.0),
    "duration in seconds": _at(1, lambda value: value * 60.0),
    "duration 1e6": _at(1, lambda _value: 1e6),
    "duration 1e9": _at(1, lambda _value: 1e9),
    "duration 1e-9": _at(1, lambda _value: 1e-9),
    "duration 1e300": _at(1, lambda _value: 1e300),
    "air in Fahrenheit": _at(3, lambda value: value * 1.8 + 32.0),
    "air 1e30": _at(3, lambda _value: 1e30),
    "no figures": lambda _row: [float("nan")] * 4,
}


@dataclass(frozen=True)
class Case:
    """A log without some rows, and with these spoilt."""

    rows: list[Row]
    spoilt: list[Row]
    slip: str


def made(seed: int) -> Case:
    """Make a log of 6 to 20 trips, and spoil up to a fifth of it."""
    rng = np.random.default_rng(seed)
    rolling_n = 1650.0 * 9.81 * 0.0095 * rng.uniform(0.85, 1.3)
    drag_area_m2 = 0.65 * rng.uniform(0.9, 1.15)
    rows: list[Row] = []
    for _ in range(int(rng.integers(6, 21))):
        distance_km = float(np.round(np.exp(rng.uniform(np.log(6.0), np.log(160.0))), 1))
        speed_kmh = float(
            np.clip(25.0 + 22.0 * np.log(distance_km / 4.0) + rng.normal(0, 8), 20, 115)
        )
        hours = distance_km / speed_kmh
        air_c = float(np.round(rng.uniform(-5.0, 30.0)))
        mps = speed_kmh / 3.6
        force_n = rolling_n * (1.0 + 0.005 * max(20.0 - air_c, 0.0))
        force_n += 0.5 * 1.2 * (293.0 / (273.0 + air_c)) * drag_area_m2 * (mps * 1.1) ** 2
        heater_kw = 0.09 * max(18.0 - air_c, 0.0) + 0.05 * max(air_c - 24.0, 0.0)
        energy = force_n * distance_km / 3600.0 / 0.85 + (heater_kw + 0.3) * hours
        energy *= 1.0 + 0.08 * rng.normal()
        rows.append([distance_km, round(hours * 60.0), round(energy, 2), air_c])
    slip = list(SLIPS)[int(rng.integers(len(SLIPS)))]
    count = int(rng.integers(1, max(1, int(MOST_SHARE * len(rows))) + 1))
    places = set(rng.choice(len(rows), count, replace=False).tolist())
    spoilt = [SLIPS[slip](row) if k in places else row for k, row in enumerate(rows)]
    return Case([row for k, row in enumerate(rows) if k not in places], spoilt, slip)


def fitted(rows: list[Row], folder: Path) -> Calibration | None:
    """Fit to rows through a file; None where that is refused."""
    path = folder / "trips.csv"
    lines = [",".join("" if np.isnan(value) else repr(value) for value in row) for row in rows]
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    try:
        return calibrate_file(path, CAR)
    except TripplanError:
        return None


def values(car: Vehicle) -> dict[str, float]:
    """Return what planning takes of the fitted values: forces and a power."""
    load = car.road_load
    if not isinstance(load, CoastDown):
        raise TypeError(car.id)
    mph = 100.0 / 1.609344
    force = load.a_lbf + load.b_lbf_per_mph * mph + load.c_lbf_per_mph2 * mph**2
    return {
        "rolling resistance": load.a_lbf,
        "drag": load.c_lbf_per_mph2,
        "road load at 100 km/h": force,
        "rolling resistance at 0 C": load.a_lbf * (1.0 + 20.0 * car.rolling_rise_per_k),
    }


def moved_by(before: Vehicle, after: Vehicle) -> dict[str, float]:
    """Return how far values are off by a slip, as shares."""
    was, now = values(before), values(after)
    return {name: abs(now[name] / was[name] - 1.0) for name in was}


def main(first: int, last: int) -> None:
    """Print the worst that slips do in many logs."""
    worst: dict[str, list[float]] = {}
    refused, slowest_s, off = Counter[str](), 0.0, Counter[str]()
    auxiliary_kw: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        for seed in range(first, last):
            case = made(seed)
            sound = fitted(case.rows, Path(name))
            start = time.perf_counter()
            spoilt = fitted(case.spoilt, Path(name))
            slowest_s = max(slowest_s, time.perf_counter() - start)
            if spoilt is None or sound is None:
                refused[f"{case.slip}, {'as without it' if sound is None else 'for it'}"] += 1
                continue
            shares = moved_by(sound.vehicle, spoilt.vehicle)
            auxiliary_kw.append(abs(sound.vehicle.auxiliary_kw - spoilt.vehicle.auxiliary_kw))
            for value, share in shares.items():
                worst.setdefault(value, []).append(share)
            if seed % 50 == 0:
                print(f"seed {seed}: {dict(refused)}; slowest {slowest_s:.2f} s", flush=True)
            if max(shares.values()) > 0.15:
                off[case.slip] += 1
                print(f"seed {seed}: {case.slip}, {len(case.rows)} trips: {shares}")
    for value, found in worst.items():
        print(f"{value}: off by {max(found):.1%} at the most, {np.mean(found):.2%} in the mean")
    print(f"auxiliaries: off by {max(auxiliary_kw):.2f} kW at the most")
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    print(f"{last - first} logs, {sum(off.values())} off by more than 15 %: {dict(off)}")
    print(f"{sum(refused.values())} refused: {dict(refused)}")
    print(f"slowest {slowest_s:.2f} s, {memory_mb:.0f} MB")


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:3] or ("0", "2000")))
