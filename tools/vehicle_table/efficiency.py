"""Efficiencies from the official cycles: own ones where a car was rated, its makers' elsewhere.

A cycle's energy at the battery is linear in what is sought: E = W+ / drive + W- regen + P T, with
the work W+ that the wheels take, the work W- < 0 that braking leaves, both by the planner's own
formulas, and a constant power P.  Drive and regeneration efficiency meet both cycles; where that
asks for a regeneration that no car has, drive efficiency and a constant loss do.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from tripplan.calibration.drive_log import follow
from tripplan.physics.consumption import COAST_DOWN_LOAD_KG
from tripplan.records.trip import Conditions
from tripplan.records.vehicle import CoastDown, find_vehicle
from tripplan.units import M_PER_MILE, N_PER_LBF
from validation.epa import CHARGER_EFFICIENCY, KG_PER_LB, cycle_log

from .facts import CYCLES, Subject
from .families import group

AUXILIARY_KW = 0.25
LEAST_REGEN, MOST_REGEN = 0.45, 1.0
"""Where drive and regeneration efficiency alone ask for less, a constant loss is sought."""
LEAST_DRIVE, MOST_DRIVE = 0.70, 0.99
CLASS_REGEN = 0.75
"""Regeneration efficiency of cars that are fitted with a constant loss: the mean of the others."""
MOST_LOSS_KW = 3.0
_PRIOR = (0.72, 0.3)
"""A weak tie of a group's regeneration efficiency, and its weight against one family."""
_SHRINK = 0.7
"""So many families of others a group's own are averaged with."""
MILES_PER_100_KM = 100_000.0 / M_PER_MILE


class Work:
    """What the wheels of a car do on the cycles, kWh per 100 miles; powers in kW by the second."""

    def __init__(self, load: CoastDown, test_weight_kg: float) -> None:
        car = find_vehicle("nissan-leaf-40").model_copy(
            update={
                "road_load": load,
                "mass_kg": test_weight_kg - COAST_DOWN_LOAD_KG,
                "drive_efficiency": 1.0,
                "regen_efficiency": 1.0,
                "regen_max_kw": 1e9,
                "rolling_start_factor": 1.0,
            }
        )
        dyno = Conditions(cabin="off", payload_kg=COAST_DOWN_LOAD_KG)
        self.power_kw = [follow(car, cycle_log(name), dyno).motion_kw for name in CYCLES]

    def energies(
        self, drive: float, regen: float, auxiliary_kw: float, cap_kw: float
    ) -> np.ndarray:
        """Battery energy of both cycles, kWh per 100 miles."""
        return np.array(
            [
                _per_100_miles(
                    name,
                    np.where(kw > 0.0, kw / drive, np.maximum(kw * regen, -cap_kw)) + auxiliary_kw,
                )
                for name, kw in zip(CYCLES, self.power_kw, strict=True)
            ]
        )


@cache
def _log(name: str):  # noqa: ANN202 - a drive log
    return cycle_log(name)


def _per_100_miles(name: str, power_kw: np.ndarray) -> float:
    log = _log(name)
    return log.energy_kwh(power_kw) / log.distance_km * M_PER_MILE / 10.0


@cache
def _work(a: float, b: float, c: float, test_weight_lb: float) -> Work:
    load = CoastDown(a_lbf=a, b_lbf_per_mph=b, c_lbf_per_mph2=c)
    return Work(load, test_weight_lb * KG_PER_LB)


def work_of(donor: Subject) -> Work:
    """Return the work of a car that has a road load."""
    return _work(*(float(donor.get(name)) for name in ("a", "b", "c", "test_weight")))


def rating(subject: Subject) -> np.ndarray:
    """Battery energy of the car's own rating, kWh per 100 miles: UDDS, HWFET."""
    wall = np.array([subject.get(f"{name}_wall") for name in CYCLES], dtype=float)
    return wall * CHARGER_EFFICIENCY


def _solve(
    work: Work, wanted: np.ndarray, cap_kw: float, build: Callable[[float], tuple[float, float]]
) -> tuple[float, float]:
    """Meet both cycles by 1/drive and a second value, by secants."""
    inverse, second = 1.0 / 0.9, build(0.0)[0]
    for _ in range(30):
        base = _pair(work, inverse, second, cap_kw, build)
        off = base - wanted
        if np.abs(off).max() < 1e-9:
            break
        step = 1e-4
        jacobian = np.column_stack(
            [
                (_pair(work, inverse + step, second, cap_kw, build) - base) / step,
                (_pair(work, inverse, second + step, cap_kw, build) - base) / step,
            ]
        )
        inverse, second = np.array([inverse, second]) - np.linalg.solve(jacobian, off)
        inverse = max(inverse, 0.2)
    return 1.0 / inverse, second


def _pair(
    work: Work,
    inverse: float,
    second: float,
    cap_kw: float,
    build: Callable[[float], tuple[float, float]],
) -> np.ndarray:
    regen, auxiliary = build(second) if build is as_loss else (second, AUXILIARY_KW)
    return work.energies(1.0 / inverse, regen, auxiliary, cap_kw)


def as_loss(auxiliary_kw: float) -> tuple[float, float]:
    """Regeneration and constant power where the second value is the power."""
    return CLASS_REGEN, auxiliary_kw


def as_regen(regen: float) -> tuple[float, float]:
    """Regeneration and constant power where the second value is the regeneration."""
    return regen, AUXILIARY_KW


def own(work: Work, wanted: np.ndarray, cap_kw: float) -> tuple[str, tuple[float, float, float]]:
    """Return the form and (drive, regeneration, constant power) that meet a rating; "": none do."""
    drive, regen = _solve(work, wanted, cap_kw, as_regen)
    if LEAST_DRIVE <= drive <= MOST_DRIVE and LEAST_REGEN <= regen <= MOST_REGEN:
        return "regen", (drive, regen, AUXILIARY_KW)
    with_loss, power = _solve(work, wanted, cap_kw, as_loss)
    if LEAST_DRIVE <= with_loss <= MOST_DRIVE and 0.1 <= power <= MOST_LOSS_KW:
        return "loss", (with_loss, CLASS_REGEN, power)
    if LEAST_DRIVE <= drive <= MOST_DRIVE and 0.2 <= regen <= MOST_REGEN:
        return "regen", (drive, regen, AUXILIARY_KW)
    return "", (drive, regen, AUXILIARY_KW)


def both(work: Work, wanted: np.ndarray, cap_kw: float) -> list[tuple[float, float, float]]:
    """Return both forms that meet a rating exactly, physical or not."""
    drive, regen = _solve(work, wanted, cap_kw, as_regen)
    with_loss, power = _solve(work, wanted, cap_kw, as_loss)
    return [(drive, regen, AUXILIARY_KW), (with_loss, CLASS_REGEN, power)]


class Groups:
    """Drive and regeneration efficiency of makers, from their rated families."""

    def __init__(self, rated: Sequence[Subject]) -> None:
        self._rated = list(rated)
        self._rows = {s.id: self._equations(s) for s in rated}

    @staticmethod
    def _equations(subject: Subject) -> tuple[np.ndarray, np.ndarray]:
        work, wanted = work_of(subject), rating(subject)
        plus = np.array(
            [
                _per_100_miles(n, np.maximum(k, 0))
                for n, k in zip(CYCLES, work.power_kw, strict=True)
            ]
        )
        minus = np.array(
            [
                _per_100_miles(n, np.minimum(k, 0))
                for n, k in zip(CYCLES, work.power_kw, strict=True)
            ]
        )
        still = np.array(
            [
                _per_100_miles(n, np.full(k.size, AUXILIARY_KW))
                for n, k in zip(CYCLES, work.power_kw, strict=True)
            ]
        )
        return np.column_stack([plus, minus]) / wanted[:, None], 1.0 - still / wanted

    def _fit(self, some: Sequence[Subject]) -> np.ndarray:
        count = Counter(s.family for s in some)
        left, right = [np.array([[0.0, _PRIOR[1]]])], [np.array([_PRIOR[0] * _PRIOR[1]])]
        for subject in some:
            weight = 1.0 / np.sqrt(count[subject.family])
            rows, wanted = self._rows[subject.id]
            left.append(rows * weight)
            right.append(wanted * weight)
        inverse, regen = np.linalg.lstsq(np.vstack(left), np.concatenate(right), rcond=None)[0]
        return np.array([1.0 / inverse, regen])

    def of(self, make: str, *, induction: bool, without: str = "") -> tuple[float, float]:
        """Return drive and regeneration efficiency for a make, a family left out."""
        alike = [s for s in self._rated if s.induction == induction and s.family != without]
        some = [s for s in alike if group(s.make) == group(make)]
        base = self._fit(alike)
        families = len({s.family for s in some})
        share = families / (families + _SHRINK)
        found = base if not some else share * self._fit(some) + (1.0 - share) * base
        return float(found[0]), float(found[1])

    def knows(self, make: str, *, induction: bool) -> bool:
        """Tell whether a car of the make's group was rated."""
        return any(group(s.make) == group(make) and s.induction == induction for s in self._rated)

    def table(self) -> dict[str, dict[str, float]]:
        """Return every group's values, for cars of one's own."""
        names = defaultdict(list)
        for subject in self._rated:
            names[group(subject.make), subject.induction].append(subject)
        found = {}
        for (name, induction), some in sorted(names.items()):
            drive, regen = self.of(some[0].make, induction=induction)
            words = f"{name}, induction" if induction else name
            found[words] = {
                "drive": round(drive, 3),
                "regen": round(regen, 3),
                "cars": len(some),
                "families": len({s.family for s in some}),
            }
        for words, induction in (("other makers", False), ("induction motors", True)):
            drive, regen = self.of("", induction=induction)
            found[words] = {"drive": round(drive, 3), "regen": round(regen, 3)}
        return found


def steady_kwh_per_100_km(
    subject: Subject, drive: float, regen: float, auxiliary_kw: float, kmh: float = 110.0
) -> float:
    """Return the battery energy at a steady speed by road load and efficiencies, level and calm."""
    del regen
    mph = kmh * 1000.0 / M_PER_MILE
    a, b, c = (float(subject.get(name)) for name in "abc")
    force_n = (a + b * mph + c * mph**2) * N_PER_LBF
    return (force_n / drive / 3600.0 * 1000.0 + auxiliary_kw / kmh * 1000.0) / 10.0
