"""Pages over many plans: one trip with several cars or temperatures, and a batch's overview."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from tripplan.batch import Outcome, plan_many
from tripplan.errors import InvalidInputError
from tripplan.output.files.export import read_json
from tripplan.output.page import compare
from tripplan.output.page.map import save_html
from tripplan.output.text import words
from tripplan.planning.grounds import Chargers, ground_of
from tripplan.planning.requests import STARTER, find_car
from tripplan.records.quantities import in_unit_of
from tripplan.records.region import Region

AXIS = compare.AIR_AXIS
SHOWN = 1000
"""So many trips of a batch are on its overview: a page of more is slow to draw."""


@dataclass(frozen=True)
class Sweep:
    """One trip asked several times."""

    title: str
    rows: tuple[dict[str, Any], ...]
    """What `plan_many` takes, one each."""
    labels: tuple[str, ...]
    groups: tuple[str, ...]
    """The car of each."""
    temperatures_c: tuple[float | None, ...]


def sweep(
    origin: str,
    destination: str,
    vehicles: Sequence[str],
    ambient_c: Sequence[str | float] = (),
    wishes: Sequence[str] = (),
) -> Sweep:
    """Ask for one trip with each car at each temperature.

    Parameters
    ----------
    origin, destination
        Place names, or "lat,lon".
    vehicles
        Ids in the catalogue or TOML files; at least one.
    ambient_c
        Air temperatures, degrees C: numbers, texts like "20F", or either with a name like "Jan=-4";
        none: the usual one.
    wishes
        Other wishes for all, each like "departure_soc=0.8".

    Raises
    ------
    InvalidInputError
        A car is not known, or a temperature or wish is not of that form.
    """
    shared = dict(_pair(wish, "wish") for wish in wishes)
    plain: list[tuple[str, float | None]] = [("", None)]
    temperatures = [_temperature(text) for text in ambient_c] or plain
    cars = [(car, find_car(car).name) for car in vehicles]
    rows: list[dict[str, Any]] = []
    labels, groups, values = [], [], []
    for (car, car_name), (name, celsius) in product(cars, temperatures):
        row: dict[str, Any] = {
            **shared,
            "origin": origin,
            "destination": destination,
            "vehicle": car,
        }
        if celsius is not None:
            row["ambient_c"] = celsius
        rows.append(row)
        parts = ((car_name, len(cars) > 1 or not name), (name, bool(name)))
        labels.append(", ".join(part for part, told in parts if told))
        groups.append(car_name)
        values.append(celsius)
    return Sweep(
        f"{origin} to {destination}", tuple(rows), tuple(labels), tuple(groups), tuple(values)
    )


def _temperature(given: str | float) -> tuple[str, float | None]:
    text = str(given)
    name, number = _pair(text, "ambient_c") if "=" in text else ("", text)
    try:
        celsius = float(str(in_unit_of("ambient_c", number)))
    except ValueError:
        raise InvalidInputError(
            f'ambient_c "{text}" is no temperature: give degrees C, "20F", or a name with them '
            'like "Jan=-4"',
            field="ambient_c",
            value=text,
            expected="a number",
        ) from None
    return name or words.exact_temperature(celsius), celsius


def _pair(text: str, field: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise InvalidInputError(
            f'{field} "{text}" is not of the form name=value',
            field=field,
            value=text,
            expected="name=value",
        )
    return key.strip(), value.strip()


def compare_trip(
    asked: Sweep,
    path: str | Path,
    region: Region | str = STARTER,
    *,
    chargers: Chargers = (),
    workers: int = 1,
) -> list[compare.Entry]:
    """Plan all that is asked, and write the page that compares it.

    Parameters
    ----------
    asked
        One trip, several times.
    path
        Where the page goes.
    region, chargers
        Where to plan, and with which chargers, as in `plan`.
    workers
        Number of processes.

    Returns
    -------
    list of Entry
        What the page shows, each with its plan or the reason why there is none.

    Raises
    ------
    InvalidInputError
        A row is wrong.
    DataError
        A region or a charger file cannot be used, or the page cannot be written.
    """
    ground = ground_of(region, chargers)
    outcomes = plan_many(asked.rows, region=ground, workers=workers)
    wrong = [outcome for outcome in outcomes if outcome.status in {"invalid", "failed"}]
    if wrong:
        raise InvalidInputError(wrong[0].reason)
    entries = [
        compare.Entry(label, outcome.plan, outcome.reason, group, celsius)
        for label, outcome, group, celsius in zip(
            asked.labels, outcomes, asked.groups, asked.temperatures_c, strict=True
        )
    ]
    axis = AXIS if len(set(asked.temperatures_c)) > 1 else ""
    compare.save_html(asked.title, entries, path, ground, axis=axis)
    return entries


def write_overview(
    outcomes: Sequence[Outcome],
    folder: Path,
    region: Region,
    *,
    pages: bool = False,
    count: int | None = None,
) -> None:
    """Write a batch's ``overview.html``: all ways on a map, and a table that sorts and filters.

    Parameters
    ----------
    outcomes
        What became of the trips; plans that are kept in files are read from there.  No more than
        the first `SHOWN` are on the page.
    folder
        Where the page goes, and where the plans' own paths start.
    region
        Where the trips were planned.
    pages
        Whether each plan gets a page of its own in ``pages/``, to which the table links.
    count
        Number of trips of the batch, where that is more than there are outcomes.

    Raises
    ------
    DataError
        A plan cannot be read or a page cannot be written.
    """
    entries = []
    for outcome in outcomes[:SHOWN]:
        plan, href = outcome.plan, None
        if plan is None and outcome.plan_json:
            plan = read_json(folder / outcome.plan_json)
        if pages and plan is not None:
            href = f"pages/{outcome.index:06d}.html"
            (folder / "pages").mkdir(exist_ok=True)
            save_html(plan, folder / href, region)
        ends = " to ".join(str(outcome.figures.get(end, "")) for end in ("origin", "destination"))
        car = plan.vehicle.name if plan else outcome.figures.get("vehicle", "")
        entries.append(compare.Entry(f"{ends}, {car}", plan, outcome.reason, href=href))
    every = max(count or 0, len(outcomes))
    title = f"{every} trips" if every == len(entries) else f"{len(entries)} of {every} trips"
    compare.save_html(title, entries, folder / "overview.html", region)
