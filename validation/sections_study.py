"""Sections of the page of a study: which second car for Littleton, Colorado."""

from collections.abc import Sequence

from tripplan.batch import Outcome
from tripplan.output.page.study import Overview
from tripplan.output.text import words
from tripplan.study import StudyRow, plan_study
from tripplan.study.load import Load
from tripplan.units import S_PER_H
from validation.page import put, table
from validation.shared import ROOT

STUDY = ROOT / "docs" / "studies" / "second-car.toml"
STUDY_PAGE = STUDY.with_suffix(".md")
LISTED = 6
"""Rows of the tables of chargers and drives."""


def write_second_car() -> bool:
    """Plan the study and write its page."""
    load, found = Load(), []
    for row, outcome in plan_study(STUDY):
        if outcome.plan is None:
            load.add_refusal(outcome)
        else:
            load.add_plan(outcome.plan)
        found.append((row, outcome.model_copy(update={"plan": None})))
    put("trips", trips(found), STUDY_PAGE)
    put("together", together(load.overview()), STUDY_PAGE)
    return True


def trips(found: Sequence[tuple[StudyRow, Outcome]]) -> str:
    """Return a table for each trip: cars down, seasons across."""
    cells: dict[str, dict[str, dict[str, str]]] = {}
    for row, outcome in found:
        told = {name: str(value) for name, value in row.coordinates.items()}
        car = f"{told['vehicle_name']}, SoH {words.percent(float(told['soh']))}"
        cells.setdefault(told["trip"], {}).setdefault(car, {})[told["season"]] = cell(outcome)
    parts = []
    for trip, cars in cells.items():
        heads = ("car", *next(iter(cars.values())))
        lines = [[car, *seasons.values()] for car, seasons in cars.items()]
        parts += [f"### {trip}", table(heads, lines)]
    return "\n\n".join(parts)


def cell(outcome: Outcome) -> str:
    """Say of a trip without stops what is left, and of another how long it takes."""
    if outcome.status != "ok":
        short = outcome.shortfall_kwh
        return "no road" if short is None else f"✗ {short:.1f} kWh short"
    told = {name: float(outcome.figures[name]) for name in ("total_h", "dwell_h", "arrival_soc")}
    stops = int(outcome.figures["stops"])
    left = f"{100 * told['arrival_soc']:.0f} % left"
    if not stops:
        return left
    time = words.duration((told["total_h"] - told["dwell_h"]) * S_PER_H)
    return f"{time}, {words.count(stops, 'stop')}"


def together(overview: Overview) -> str:
    """Return tables of chargers, tight drives and dead ends."""
    every_kwh = sum(charger.energy_kwh for charger in overview.chargers)
    chargers = [
        [one.name, str(one.stops), f"{one.energy_kwh:.0f}", f"{one.energy_kwh / every_kwh:.0%}"]
        for one in overview.chargers[:LISTED]
    ]
    drives = [
        [f"{one.start} to {one.end}", str(one.plans), km, f"{one.battery_share:.0%}"]
        for one in overview.drives[:LISTED]
        for km in [f"{one.distance_km:.0f}"]
    ]
    ends = [
        [one.name, str(one.trips), words.energy(max(one.shortfall_kwh or (0.0,)))]
        for one in overview.ends[:LISTED]
    ]
    return "\n\n".join(
        (
            table(("charger (made up)", "visits", "kWh", "share"), chargers),
            table(("drive that binds", "plans", "km", "of the battery, at the most"), drives),
            table(("where trips end", "trips", "missing, at the most"), ends),
        )
    )
