"""Sections of the page on ranges at a steady speed, and on how often bands hold them."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from tripplan.physics.bands import BANDS
from tripplan.records.vehicle import find_vehicle
from validation import bands, range_tests, ranges
from validation.figures import Series, draw
from validation.page import percent, put, table

HEAD = ("car", "km/h", "°C", "published", "Wh/km", "predicted", "error")
ENDS = ("by its other tests", "source", "remark")
ALIKE_KMH = 3.0
"""Two tests of a car at speeds within this are of one speed."""
ORDER = tuple(BANDS)


def write_ranges() -> bool:
    """Write the section of ranges at a steady speed."""
    first, further = ranges.rows(), ranges.rows("ranges_further")
    every = [*first, *further]
    kept = [row for row in every if row.speed == "kept"]
    factors = range_tests.by_other_tests(every)
    halves = factors[: len(first)], factors[len(first) :]
    parts = [
        _mean("The rows that the model was looked at with", first, halves[0]),
        table((*HEAD, *ENDS), _lines(first, halves[0])),
        _mean("Rows that came later", further, halves[1]),
        table((*HEAD, *ENDS), _lines(further, halves[1])),
        _left_out(every),
        table(("car", "tests", "drag factor", "sources"), _factors()),
        "By source, tests that kept a speed:",
        _by_source(kept),
        _again(kept),
    ]
    put("ranges", "\n\n".join(parts))
    return True


def _lines(rows: Sequence[ranges.Range], factors: Sequence[float | None]) -> list[list[str]]:
    return [
        [
            find_vehicle(row.car).name,
            f"{row.kmh:.0f}",
            row.ambient or "not told",
            row.published,
            f"{row.measured_wh_per_km:.0f}",
            f"{row.told.predicted_wh_per_km:.0f}",
            percent(row.error),
            "" if factor is None else percent(row.told.error(factor)),
            row.source,
            row.remark,
        ]
        for row, factor in zip(rows, factors, strict=True)
    ]


def _mean(words: str, rows: Sequence[ranges.Range], factors: Sequence[float | None]) -> str:
    errors = np.array([row.error for row in rows])
    known = np.array(
        [row.told.error(factor or 1.0) for row, factor in zip(rows, factors, strict=True)]
    )
    reach = np.abs(1.0 / (1.0 + known) - 1.0)
    return (
        f"{words}: mean absolute error of the consumption {100 * np.abs(errors).mean():.1f} %, "
        f"bias {percent(float(errors.mean()))}, over {errors.size} rows, by what else is known of "
        f"the cars; {100 * np.abs(known).mean():.1f} % where each row of a tested car is planned "
        f"by the other tests of it ({100 * reach.mean():.1f} % of the range)."
    )


def _left_out(rows: Sequence[ranges.Range]) -> str:
    """Say how tests come out that a car's factor of drag was fitted without."""
    told = []
    for words, alone in (("each test", False), ("all of its source", True)):
        before, after, count = range_tests.left_out(rows, other_sources=alone)
        told.append(
            f"with {words} left out, the mean absolute error falls from {100 * before:.1f} to "
            f"{100 * after:.1f} % of {count} rows"
        )
    return f"Cars with a factor of drag by their own range tests: {'; '.join(told)}."


def _factors() -> list[list[str]]:
    lines = []
    for car, (factor, tests) in range_tests.factors().items():
        sources = ", ".join(sorted({test.source for test in tests}))
        lines.append([find_vehicle(car).name, str(len(tests)), f"{factor:.2f}", sources])
    return lines


def _by_source(rows: Sequence[ranges.Range]) -> str:
    lines = []
    for source in sorted({row.source for row in rows}):
        errors = np.array([row.error for row in rows if row.source == source])
        mean = f"{100 * np.abs(errors).mean():.1f} %"
        lines.append([source, str(errors.size), percent(float(errors.mean())), mean])
    return table(("source", "rows", "bias", "mean absolute error"), lines)


def _again(rows: Sequence[ranges.Range]) -> str:
    pairs = [
        (1.0 + one.error) / (1.0 + other.error) - 1.0
        for one, other in combinations(rows, 2)
        if one.car == other.car and abs(one.kmh - other.kmh) <= ALIKE_KMH
    ]
    off = np.abs(pairs)
    return (
        f"Two tests of one car at one speed, each against its own plan so that told weather is "
        f"taken out, differ by {100 * np.median(off):.1f} % in the median and "
        f"{100 * off.mean():.1f} % in the mean of {off.size} pairs: no model can be right in both."
    )


def write_bands() -> bool:
    """Write the section of the bands; False where the measured drives are absent."""
    driven = bands.town()
    if driven is None:
        return False
    found = {**bands.steady(), **driven}
    lines = []
    for key in ORDER:
        rows, band = found[key], BANDS[key]
        needs = np.array([row.needs for row in rows])
        groups = {name: len({getattr(row, name) for row in rows}) for name in ("family", "source")}
        lines.append(
            [
                band.words,
                str(len(rows)),
                f"{100 * bands.share_of(needs):.1f} %",
                f"±{100 * band.share:.0f} %",
                f"{100 * bands.held(rows, band.share):.0f} %",
                f"{100 * bands.above(rows, band.share):.0f} %",
                *(
                    f"{100 * bands.held_out(rows, name):.0f} % of {count}" if count > 1 else ""
                    for name, count in groups.items()
                ),
            ]
        )
    head = ("what is known", "rows", "eight in ten within", "band", "it holds", "take more")
    ends = ("families left out", "sources left out")
    put("bands", table((*head, *ends), lines))
    _draw(found)
    return True


def _draw(found: dict[str, list[bands.Row]]) -> None:
    """Draw measured over planned consumption, class by class, and each class's band."""
    places = range(1, len(ORDER) + 1)
    offs = [[100.0 * row.off for row in found[key]] for key in ORDER]
    x = [
        k + 0.5 * (n / len(off) - 0.5)
        for k, off in zip(places, offs, strict=True)
        for n in range(len(off))
    ]
    edges = [100.0 * BANDS[key].share for key in ORDER]
    draw(
        "validation-bands",
        [
            Series("measurements", x, [value for off in offs for value in off], "."),
            Series("band", list(places), edges, "_r"),
            Series("", list(places), [-edge for edge in edges], "_r"),
        ],
        x_label="class, in the order of the table",
        y_label="measured over planned consumption, less one, %",
    )
