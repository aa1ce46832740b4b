"""What published tests at a steady speed say of a car's drag, on top of its rating or data sheet.

A test is off by what it says of its car, by what its source does otherwise than others, and by
chance.  All three were estimated by maximum likelihood from the tests that kept a speed above the
cold; a car's factor of drag is the most probable one given its own tests (a normal prior about
none).  Cars that were tested on one occasion alone get none: runs at several speeds on a day share
its wind, its tyres and its way.
"""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from tripplan.physics.bands import COLD_C
from validation import ranges

CAR_SD = 0.138
"""Standard deviation of the logarithm of drag between cars, about what their ratings say."""
SOURCE_SD = 0.063
"""Standard deviation of the logarithm of consumption between sources."""
TEST_SD = 0.058
"""Standard deviation of the logarithm of consumption between tests of a car by a source."""
LEAST_OCCASIONS = 2
_FACTORS = np.arange(0.40, 2.001, 0.01)


def every_row() -> list[ranges.Range]:
    """Return all tests, of both files."""
    return [*ranges.rows(), *ranges.rows("ranges_further")]


def tells_drag(row: ranges.Range) -> bool:
    """Whether a test says something of drag: not where heating has a large part."""
    return row.speed == "kept" and row.ambient_c > COLD_C


def occasions(tests: Sequence[ranges.Range]) -> int:
    """Return on how many occasions tests were made.

    Runs of a source at one temperature are of one, unless they repeat a speed.
    """
    runs = Counter((test.source, test.ambient, test.kmh) for test in tests)
    most: dict[tuple[str, str], int] = {}
    for (source, ambient, _), count in runs.items():
        most[source, ambient] = max(most.get((source, ambient), 0), count)
    return sum(most.values())


def most_probable(tests: Sequence[ranges.Range]) -> float:
    """Return a car's factor of drag given some tests of it, in steps of 0.01; 1 without any."""
    if not tests:
        return 1.0
    off = np.array([[math.log1p(test.told.error(g)) for test in tests] for g in _FACTORS])
    sources = np.array([test.source for test in tests])
    spread = TEST_SD**2 * np.eye(sources.size)
    spread += SOURCE_SD**2 * (sources[:, None] == sources)
    cost = np.einsum("gi,ij,gj->g", off, np.linalg.inv(spread), off)
    cost += (np.log(_FACTORS) / CAR_SD) ** 2
    return round(float(_FACTORS[np.argmin(cost)]), 2)


def factors() -> dict[str, tuple[float, list[ranges.Range]]]:
    """Return the factor and the tests of each car that was tested often enough, by id."""
    by_car: dict[str, list[ranges.Range]] = {}
    for row in every_row():
        if tells_drag(row):
            by_car.setdefault(row.car, []).append(row)
    return {
        car: (most_probable(tests), tests)
        for car, tests in sorted(by_car.items())
        if occasions(tests) >= LEAST_OCCASIONS
    }


def by_other_tests(
    rows: Sequence[ranges.Range], *, other_sources: bool = False
) -> list[float | None]:
    """Return for each test the factor that other tests of its car say; None: they are too few.

    Parameters
    ----------
    rows
        All tests.
    other_sources
        Whether those of its own source do not count either.  A car that has a factor is left here
        with one occasion at the least.
    """
    listed = factors()
    found: list[float | None] = []
    for row in rows:
        others = [
            other
            for other in rows
            if other.car == row.car
            and other is not row
            and tells_drag(other)
            and not (other_sources and other.source == row.source)
        ]
        found.append(most_probable(others) if others and row.car in listed else None)
    return found


def left_out(
    rows: Sequence[ranges.Range], *, other_sources: bool = False
) -> tuple[float, float, int]:
    """Return the mean absolute error without and with such factors, and of how many tests.

    Parameters
    ----------
    rows, other_sources
        As of `by_other_tests`.
    """
    factors_of = by_other_tests(rows, other_sources=other_sources)
    pairs = [(row.told, f) for row, f in zip(rows, factors_of, strict=True) if f is not None]
    before = np.mean([abs(told.error()) for told, _ in pairs])
    after = np.mean([abs(told.error(factor)) for told, factor in pairs])
    return float(before), float(after), len(pairs)


if __name__ == "__main__":
    for alone in (False, True):
        without, known, count = left_out(every_row(), other_sources=alone)
        words = "source" if alone else "test"
        print(f"{words} left out, {count} tests: {100 * without:.1f} -> {100 * known:.1f} %")
    for car_id, (value, tests) in factors().items():
        print(f"{car_id:45s} {len(tests)} {value:.2f}")
