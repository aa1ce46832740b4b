"""The catalogue as a list: light entries to search and filter, without making a car of each.

Cars written by hand stand first, those of the table (`records.vehicle_table`) after them. An entry
says what a list shows; `records.vehicle.find_vehicle` makes the car of an entry's id.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from tripplan.errors import InvalidInputError
from tripplan.records import vehicle_table
from tripplan.records.marks import Unit
from tripplan.records.vehicle import DC_STANDARDS, Vehicle, catalogue

EntryKind = Literal["by hand", "own rating", "platform"]
"""Written by hand from several sources; road load and consumption of the car's own official test;
those of another car of its platform."""
_YEARS = re.compile(r"\((?P<first>\d{4})(?P<dash>-)?(?P<last>\d{2})?(?:, \w+)?\)")


@dataclass(frozen=True)
class CatalogueEntry:
    """What a list shows of a car."""

    id: str
    """What `find_vehicle` takes."""
    name: str
    """Name for people, with model years."""
    make: str
    """Who makes it."""
    first_year: Annotated[int | None, Unit("1")]
    """First model year; None: no years are stated."""
    last_year: Annotated[int | None, Unit("1")]
    """Last model year; None: still made, or not stated."""
    market: str
    """"US", "EU" or "JP"; empty: several."""
    usable_kwh: float
    """Usable energy of the new battery."""
    dc_max_kw: float | None
    """Highest fast-charging power; None: no fast charging."""
    plugs: tuple[str, ...]
    """Fast-charging plugs that fit, shape (plugs,)."""
    kind: EntryKind
    """How the car is known."""

    @property
    def years(self) -> tuple[int, int | None] | None:
        """First and last model year, None: still made; None: no years are stated."""
        return None if self.first_year is None else (self.first_year, self.last_year)


@cache
def entries() -> tuple[CatalogueEntry, ...]:
    """Return an entry of every car of the catalogue."""
    by_hand = [_of_car(car) for car in catalogue().values()]
    of_table = [_of_line(line) for line in vehicle_table.lines().values()]
    of_table.sort(key=lambda entry: (entry.make.casefold(), entry.name.casefold()))
    return (*by_hand, *of_table)


def stands_for(car_id: str) -> tuple[str, ...]:
    """Return the records of the table's sources that are not listed, since this car is the same."""
    replaced: Mapping[str, str] = vehicle_table.head()["replaced"]
    return tuple(record for record, car in replaced.items() if car == car_id)


def matching(
    words: Iterable[str] = (),
    *,
    make: str | None = None,
    year: int | None = None,
    plug: str | None = None,
    least_kwh: float = 0.0,
    most_kwh: float = float("inf"),
) -> tuple[CatalogueEntry, ...]:
    """Return the entries that fit, in the order of the catalogue.

    Parameters
    ----------
    words
        Each has to stand in id or name, in any case of letters.
    make
        Maker, in any case of letters; None: all.
    year
        Model year; cars whose years are not stated fit none. None: all.
    plug
        Fast-charging plug, like "CCS2"; None: all.
    least_kwh, most_kwh
        Bounds of the usable energy.

    Raises
    ------
    InvalidInputError
        A plug that there is not, or a make of which the catalogue has no car.
    """
    if plug is not None and plug.upper() not in DC_STANDARDS:
        raise InvalidInputError(
            f'plug "{plug}" is none of {", ".join(sorted(DC_STANDARDS))}.',
            field="plug",
            value=plug,
            expected="a fast-charging plug",
        )
    makes = {entry.make.casefold(): entry.make for entry in entries()}
    if make is not None and make.casefold() not in makes:
        raise InvalidInputError(
            f'make "{make}" is not in the catalogue: it has {", ".join(sorted(makes.values()))}.',
            field="make",
            value=make,
            expected="a make of the catalogue",
        )
    wanted = [word.casefold() for word in words]
    return tuple(
        entry
        for entry in entries()
        if all(word in f"{entry.id} {entry.name}".casefold() for word in wanted)
        and (make is None or entry.make.casefold() == make.casefold())
        and (year is None or _made_in(entry, year))
        and (plug is None or plug.upper() in entry.plugs)
        and least_kwh <= entry.usable_kwh <= most_kwh
    )


def _made_in(entry: CatalogueEntry, year: int) -> bool:
    if entry.years is None:
        return False
    first, last = entry.years
    return first <= year and (last is None or year <= last)


def _of_car(car: Vehicle) -> CatalogueEntry:
    curve = car.battery.charging_curve
    first, last = _years(car.name)
    return CatalogueEntry(
        id=car.id,
        name=car.name,
        make=car.name.split(" ", maxsplit=1)[0],
        first_year=first,
        last_year=last,
        market="",
        usable_kwh=car.battery.nominal_kwh,
        dc_max_kw=None if curve is None else curve.max_kw,
        plugs=tuple(sorted(car.fast_charging_standards)),
        kind="by hand",
    )


def _of_line(line: Mapping[str, Any]) -> CatalogueEntry:
    given = line["v"]
    most_kw = given["dc"][0] if "dc" in given else None
    if "cv" in given:
        most_kw = max(kw for _, kw in vehicle_table.head()["curves"][given["cv"][0]])
    return CatalogueEntry(
        id=line["id"],
        name=vehicle_table.name_of(line),
        make=line["mk"],
        first_year=line["y"][0],
        last_year=line["y"][1],
        market=line["mt"],
        usable_kwh=given["k"][0],
        dc_max_kw=most_kw,
        plugs=tuple(sorted(given["pl"][0])) if "pl" in given else (),
        kind=line["kd"],
    )


def _years(name: str) -> tuple[int | None, int | None]:
    """Read the model years that end a name: (2019-22), (2021-), (2016)."""
    found = _YEARS.search(name)
    if found is None:
        return None, None
    first = int(found["first"])
    if found["dash"] is None:
        return first, first
    return first, None if found["last"] is None else first // 100 * 100 + int(found["last"])
