"""Sections of the page on charging, on a thousand kilometres, and on heat."""

import itertools

import numpy as np

from tripplan.records.vehicle import find_vehicle
from validation import challenge, heat
from validation.charging import at_minute, at_soc, charge, times
from validation.figures import Series, draw
from validation.page import percent, put, table

SAKURA_LOG = ((0.46, 10.0, 33.6), (0.61, None, 36.2), (0.77, 30.0, 40.0))
"""SoC, minutes, gauge of the pack: gadgetclub33.com, 22 degrees Celsius, from 19 % and 25.5."""


def write_times() -> bool:
    """Write charging times."""
    lines = []
    for row in times():
        found = row.predicted_minutes
        lines.append(
            [
                find_vehicle(row.car).name,
                f"{100 * row.start_soc:.0f}-{100 * row.end_soc:.0f} %",
                f"{row.air_c:g}",
                f"{row.minutes:.0f}",
                f"{found:.0f}",
                percent(found / row.minutes - 1.0),
                row.source,
                row.remark,
            ]
        )
    head = ("car", "SoC", "°C", "published min", "predicted", "error", "source", "remark")
    text = table(head, lines)
    put("charging", f"{text}\n\n{_leaf_24()}\n\n{_sakura()}")
    return True


def _leaf_24() -> str:
    car = find_vehicle("nissan-leaf-24-2013")
    socs = [at_minute(charge(car, 0.1, c, c, minutes=30.0), 30.0).soc for c in (25.0, 0.0)]
    return (
        f"LEAF 24, half an hour of fast charging from 10 % (start assumed): to {socs[0]:.0%} at "
        f"25 °C (published: 80 %), to {socs[1]:.0%} at 0 °C, {1 - socs[1] / socs[0]:.0%} less "
        "(published: 36 % less, Idaho National Laboratory; the cold limit was fitted to this)."
    )


def _sakura() -> str:
    course = charge(find_vehicle("nissan-sakura"), 0.19, 25.5, 22.0, to=0.77)
    lines = []
    for soc, minutes, gauge_c in SAKURA_LOG:
        then = at_soc(course, soc)
        at_time = "" if minutes is None else f"{at_minute(course, minutes).soc:.0%}"
        lines.append(
            [
                f"{soc:.0%}",
                "" if minutes is None else f"{minutes:.0f}",
                at_time,
                f"{gauge_c:.1f}",
                f"{then.gauge_c:.1f}",
                f"{then.gauge_c - gauge_c:+.1f} K",
                f"{then.pack_c:.1f}",
            ]
        )
    draw(
        "validation-sakura",
        [
            Series(
                "gauge, predicted", [p.minutes for p in course], [p.gauge_c for p in course], "-"
            ),
            Series("pack, predicted", [p.minutes for p in course], [p.pack_c for p in course], ":"),
            Series(
                "gauge, logged",
                [0.0, *(at_soc(course, soc).minutes for soc, _, _ in SAKURA_LOG)],
                [25.5, *(c for _, _, c in SAKURA_LOG)],
                "o",
            ),
        ],
        x_label="minutes of charging",
        y_label="°C",
    )
    head = ("SoC", "logged min", "SoC predicted then", "gauge °C", "predicted", "error", "pack °C")
    return "Sakura at 22 °C, from 19 % and 25.5 °C:\n\n" + table(head, lines)


def write_challenge() -> bool:
    """Write the thousand kilometres."""
    results = challenge.simulate()
    lines = []
    for result in results:
        stated = result.run.wh_per_km
        lines.append(
            [
                result.run.car,
                f"{result.run.ambient_c:.0f}",
                _clock(result.run.hours),
                _clock(result.hours),
                percent(result.error),
                str(result.stops),
                "" if stated is None else f"{stated:.0f}",
                f"{result.wh_per_km:.0f}",
                result.run.remark,
            ]
        )
    errors = np.abs([result.error for result in results])
    apart = [
        slow.hours > quick.hours
        for quick, slow in itertools.combinations(results, 2)
        if slow.run.hours > 1.05 * quick.run.hours
    ]
    words = (
        f"Mean absolute error {100 * errors.mean():.1f} % at {challenge.SPEED_KMH:.0f} km/h for "
        f"all cars; of {len(apart)} pairs of cars that are 5 % apart, {sum(apart)} come in their "
        "order."
    )
    head = ("car", "°C", "clock", "planned", "error", "stops", "stated Wh/km", "planned", "remark")
    put("challenge", f"{words}\n\n{table(head, lines)}")
    return True


def _clock(hours: float) -> str:
    minutes = round(hours * 60.0)
    return f"{minutes // 60}:{minutes % 60:02d}"


def write_heat() -> bool:
    """Write days of fast charging."""
    lines = []
    for day in heat.DAYS:
        name = find_vehicle(day.car).name + (f", SOH {day.soh:.0%}" if day.soh < 1.0 else "")
        for number, (found, (low, high)) in enumerate(
            zip(heat.run(day), heat.bands(day), strict=True), start=1
        ):
            lines.append(
                [
                    name if number == 1 else "",
                    str(number),
                    f"{found.minutes:.0f} ({low.minutes:.0f}-{high.minutes:.0f})",
                    f"{found.start_c:.0f} ({low.start_c:.0f}-{high.start_c:.0f})",
                    f"{found.end_c:.0f} ({low.end_c:.0f}-{high.end_c:.0f})",
                    day.published if number == 1 else "",
                ]
            )
    head = ("car", "charge", "minutes (P10-P90)", "pack before °C", "after °C", "published")
    put("heat", table(head, lines))
    return True
