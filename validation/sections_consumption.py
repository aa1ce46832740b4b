"""Sections of the page on consumption: the measured drives, and the EPA's cycles."""

from collections.abc import Sequence

import numpy as np

from tripplan.arrays import Floats
from tripplan.physics import bands
from tripplan.records.vehicle import find_vehicle
from validation import drives, epa, fit_i3
from validation.figures import Series, draw
from validation.page import percent, put, table
from validation.shared import shared


def mean_of(errors: Sequence[float]) -> str:
    """Write mean absolute and mean signed error."""
    values = np.array(errors)
    return f"{100 * np.abs(values).mean():.1f} % ({percent(float(values.mean()))})"


def errors(rows: Sequence[drives.Compared], *, winter: bool | None) -> list[float]:
    """Errors of energy of summer, winter or all trips."""
    return [row.error for row in rows if winter is None or row.drive.winter == winter]


def heating_errors(rows: Sequence[drives.Compared]) -> list[float]:
    """Errors of heating energy of the winter trips."""
    return [row.heating_error for row in rows if row.drive.winter]


def write_drives() -> bool:
    """Write the section of the measured drives; False where their file is absent."""
    path = shared(drives.NAME)
    if path is None:
        return False
    measured = drives.read(path)
    car = find_vehicle(fit_i3.CAR)
    used, rest = fit_i3.halves(measured)
    half = drives.compare(fit_i3.fit_all(car, used), rest)
    left_out = fit_i3.cross_validate(car, measured)
    rows = drives.compare(car, measured)
    parts = [_summary(rows, half, left_out), _coverage(left_out[0], rows), _pooled(rows)]
    put("drives", "\n\n".join([*parts, _as_roads(rows), _trips(rows)]))
    _draw(rows)
    return True


def _summary(
    rows: Sequence[drives.Compared],
    half: Sequence[drives.Compared],
    left_out: tuple[Floats, Floats],
) -> str:
    def line(words: str, some: Sequence[drives.Compared]) -> list[str]:
        cells = [mean_of(errors(some, winter=winter)) for winter in (None, False, True)]
        return [words, *cells, mean_of(heating_errors(some))]

    energy, heating = left_out
    return table(
        ("mean absolute (signed) error", "energy", "summer", "winter", "heating, winter"),
        [
            line("fitted to every second trip: **the other half**", half),
            [
                f"{fit_i3.FOLDS} fits, each with a fifth of the trips left out: **those left out**",
                mean_of(energy.tolist()),
                "",
                "",
                mean_of(heating.tolist()),
            ],
            line("the car of the catalogue, fitted to all: all trips", rows),
        ],
    )


def _coverage(left_out: Floats, rows: Sequence[drives.Compared]) -> str:
    ratios = 1.0 / (1.0 + left_out)
    held = fit_i3.held_by_bands(ratios)
    band = bands.BANDS["driven, town"].share
    inside = np.abs(ratios - 1.0) <= band
    together = fit_i3.halves_correlation(rows)
    return (
        f"Bands P10-P90 whose width was set from half of the trips left out of the fits (drawn 500 "
        f"times) hold {held:.0%} of the other half; the band that plans use, ±"
        f"{100 * band:.0f} %, holds {inside.mean():.0%} of all trips "
        f"left out. The errors of the first and the second half of a trip have a correlation of "
        f"{together:.2f}; plans take the error as one for a whole trip, which is on the safe side."
    )


def _as_roads(rows: Sequence[drives.Compared]) -> str:
    """Compare the planner's view, roads at mean speeds, with the same drives second by second."""
    warm = find_vehicle(fit_i3.CAR).model_copy(update={"rolling_start_factor": 1.0})
    lines = []
    for words, stop_and_go in (("steady speeds alone", False), ("with stop-and-go", True)):
        found = [fit_i3.road_error(warm, row.drive.log, stop_and_go=stop_and_go) for row in rows]
        cells = [words, mean_of(found)]
        for car_id in ("nissan-leaf-40", "tesla-model-3-lr"):
            for cycle in ("udds", "hwfet"):
                error = fit_i3.road_error(
                    find_vehicle(car_id), epa.cycle_log(cycle), stop_and_go=stop_and_go
                )
                cells.append(percent(error))
        lines.append(cells)
    head = ("roads of 500 m at their mean speed", "i3 drives", "LEAF 40 UDDS", "HWFET")
    head_ends = ("Model 3 LR UDDS", "HWFET")
    return (
        "A planner knows roads, not seconds. The motor's energy of the same drives, level and "
        "warm, from the mean speeds of 500 m each, against that from every second:\n\n"
        + table([*head, *head_ends], lines)
    )


def _pooled(rows: Sequence[drives.Compared]) -> str:
    lines = []
    for words, winter in (("summer", False), ("winter", True)):
        some = [row for row in rows if row.drive.winter == winter]
        km = sum(row.drive.log.distance_km for row in some)
        measured = sum(row.drive.measured_kwh for row in some)
        predicted = sum(row.predicted_kwh for row in some)
        cells = [words, str(len(some)), f"{km:.0f}"]
        cells += [f"{measured / km * 1000:.0f}", f"{predicted / km * 1000:.0f}"]
        lines.append([*cells, percent(predicted / measured - 1.0)])
    return "All trips of a season together:\n\n" + table(
        ("season", "trips", "km", "measured Wh/km", "predicted Wh/km", "error"), lines
    )


def _trips(rows: Sequence[drives.Compared]) -> str:
    lines = []
    for row in rows:
        log = row.drive.log
        cells = [log.name, f"{log.distance_km:.1f}", f"{log.ambient_c[log.valid].mean():.0f}"]
        cells += [f"{row.drive.measured_kwh:.2f}", f"{row.predicted_kwh:.2f}", percent(row.error)]
        if row.drive.winter:
            heating = log.energy_kwh(row.followed.heating_kw)
            cells += [f"{row.drive.measured_heating_kwh:.2f}", f"{heating:.2f}"]
            cells += [percent(row.heating_error), percent(row.motion_error)]
        else:
            cells += [""] * 4
        lines.append(cells)
    head = ["trip", "km", "°C", "kWh", "predicted", "error"]
    head += ["heating kWh", "predicted", "error", "error with measured heating"]
    return "Trip by trip, the car of the catalogue:\n\n" + table(head, lines)


def _draw(rows: Sequence[drives.Compared]) -> None:
    series = []
    for words, winter, style in (("summer", False, "o"), ("winter", True, "s")):
        some = [row for row in rows if row.drive.winter == winter]
        series.append(
            Series(
                words,
                [row.drive.measured_kwh for row in some],
                [row.predicted_kwh for row in some],
                style,
            )
        )
    draw(
        "validation-drives",
        series,
        x_label="measured, kWh a trip",
        y_label="predicted, kWh a trip",
        diagonal=True,
    )


def write_calibration() -> bool:
    """Write what calibration to ten drives does for the other thirty; False without drives."""
    path = shared(drives.NAME)
    if path is None:
        return False
    measured = drives.read(path)
    lines = []
    for car in (fit_i3.stranger(), find_vehicle("nissan-leaf-24-2013")):
        errors = np.array(fit_i3.calibrated_errors(car, measured))
        before, after = errors.mean(axis=0)
        better = int((errors[:, 1] < errors[:, 0]).sum())
        lines.append(
            [
                car.name,
                f"{100 * before:.1f} %",
                f"{100 * after:.1f} %",
                f"{100 * errors[:, 1].min():.1f}-{100 * errors[:, 1].max():.1f} %",
                f"{better} of {len(errors)}",
            ]
        )
    head = ("start", "error of thirty before", "after", "range over draws", "draws that improved")
    put("calibration", table(head, lines))
    return True


def write_epa() -> bool:
    """Write the section of the EPA's cycles."""
    rows = epa.compare()
    lines = [
        [
            row.car.name,
            row.cycle.upper(),
            f"{row.measured_wh_per_km:.1f}",
            f"{row.predicted_wh_per_km:.1f}",
            percent(row.error),
            "label / 0.7" if row.form == "label_mpge" else "",
            "drive efficiency" if row.car.drive_efficiency != epa.COMMON_EFFICIENCY else "",
        ]
        for row in rows
    ]
    head = ("car", "cycle", "measured Wh/km", "predicted", "error", "remark", "fitted")
    words = (
        f"Mean absolute error {100 * np.abs([row.error for row in rows]).mean():.1f} %, largest "
        f"{100 * max(abs(row.error) for row in rows):.1f} %, over {len(rows)} results of "
        f"{len({row.car.id for row in rows})} cars."
    )
    put("epa", f"{words}\n\n{table(head, lines)}")
    return True
