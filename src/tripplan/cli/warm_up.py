"""`tripplan warm-up`: have everything compiled ahead that plans, batches, audits and pages need.

Which loops a trip runs through depends on what is wished for; so what is compiled is found by
planning: trips on the built-in atlas, and on a road of four chargers for what takes long there.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from tripplan.cli.plan import notes, stop
from tripplan.errors import DataError, NoPlanError, TripplanError

_CAR, _HEATED = "nissan-sakura", "nissan-leaf-40"
_FROM, _TO, _FAR = "Denver, CO", "Grand Junction, CO", "Salt Lake City, UT"
_ATLAS: Final = "starter-illustrative"
"""Made-up chargers lie so that these trips have the stops that take every loop."""
_STAY = "Frisco, CO; 8h; 11kW"
_ROAD_KM, _CHARGER_KM = 330.0, 60.0
_HOT_C, _COLD_C = 38.0, -10.0


@dataclass(frozen=True)
class Warmed:
    """What a rehearsal did."""

    compiled: int
    """Functions for types of arguments that had to be compiled."""
    loaded: int
    """Likewise, whose machine code was there."""
    folders: tuple[Path, ...]
    """Where it is kept."""

    def in_words(self) -> str:
        """Return a sentence with the folders, each in a line of its own."""
        places = "".join(f"\n  {folder}" for folder in self.folders)
        if not self.compiled:
            return f"nothing to compile: all {self.loaded} functions were kept in{places}"
        return f"{self.compiled} functions compiled, {self.loaded} loaded; kept in{places}"


def warmed() -> Warmed:
    """Plan, audit and draw what takes every compiled function; those that are missing get made.

    Raises
    ------
    DataError
        Machine code can be kept nowhere, or not where it should be.
    """
    from tripplan.physics.jit import machine_code

    _rehearse()
    code = machine_code()
    if not code.folders:
        raise DataError(
            "machine code can be kept nowhere: neither the folders of the package nor the user's "
            "cache can be written to. Set NUMBA_CACHE_DIR to a folder that can."
        )
    done = Warmed(code.compiled, code.loaded, code.folders)
    for folder in done.folders if done.compiled else ():
        _try_to_write(folder)
    return done


def _try_to_write(folder: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise DataError(
            f"machine code cannot be kept in {folder}: {error.strerror or error}. Make the folder "
            "writable, or set NUMBA_CACHE_DIR to one that is, also where trips are planned later.",
            path=str(folder),
        ) from error


def _rehearse() -> None:
    """Plan in all the ways that there are loops for."""
    import tripplan
    from tripplan.batch import plan_many
    from tripplan.output import outputs
    from tripplan.planning.requests import named_region

    for asked in _asked():
        try:
            tripplan.plan(**{"vehicle": _CAR, "region": _ATLAS, **asked})
        except NoPlanError:
            continue
    ways = tripplan.alternatives(
        _FROM, _TO, vehicle=_CAR, region=_ATLAS, departure_soc=0.9, ambient_c=30
    )
    tripplan.audit(ways[0], region=_ATLAS)
    tripplan.pareto(_FROM, "Frisco, CO", vehicle=_CAR, region=_ATLAS)
    rows = [{"origin": _FROM, "destination": "Frisco, CO", "vehicle": _CAR}]
    plan_many(rows, region=_ATLAS)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("trip.html", "trip.svg"):
            outputs.save(ways[0], Path(folder, name), named_region(_ATLAS), ways=ways[1:])


def _asked() -> Iterator[dict[str, Any]]:
    """Yield questions as keywords of `tripplan.plan`."""
    from tripplan.records.settings import Settings
    from tripplan.records.trip import Place

    ends = {"origin": _FROM, "destination": _TO}
    yield ends
    yield ends | {"via": _STAY}
    yield ends | {"fallback": "required"}
    yield ends | {"objective": "money", "price_per_kwh": 0.5}
    yield {"origin": _FROM, "destination": _FAR, "most_stops": 1}
    yield {"origin": _FROM, "destination": _FAR, "vehicle": _HEATED, "ambient_c": _HOT_C}
    yield {"origin": _FROM, "destination": _FAR, "vehicle": _HEATED, "ambient_c": _COLD_C}
    road = _road()
    lon = road.network.lon
    first, last = (Place(lat=0.0, lon=float(lon[k]), name=f"end {k}") for k in (0, -1))
    along = {"origin": first, "destination": last, "region": road}
    yield along | {"settings": Settings(heat=False, exact=True)}
    yield along | {"ambient_c": _HOT_C}
    middle = Place(lat=0.0, lon=float(lon[1] + lon[2]) / 2.0, name="closed")
    yield along | {"closed": [middle]}


def _road() -> Any:  # noqa: ANN401 - a region, whose records load with numpy
    """Return a straight road with a charger every so often."""
    import numpy as np

    from tripplan.planning.requests import named_region
    from tripplan.records.charger_set import ChargerSet
    from tripplan.records.gazetteer import Gazetteer
    from tripplan.records.network import RoadNetwork
    from tripplan.records.region import Region
    from tripplan.units import M_PER_DEGREE, M_PER_KM

    at_km = np.arange(0.0, _ROAD_KM, _CHARGER_KM)
    count = at_km.size - 1
    lon = at_km * M_PER_KM / M_PER_DEGREE
    network = RoadNetwork.from_edges(
        lat=np.zeros(at_km.size),
        lon=lon,
        elevation_m=np.zeros(at_km.size),
        tail=np.arange(count),
        head=np.arange(1, count + 1),
        length_m=M_PER_KM * np.diff(at_km),
        speed_kmh=np.full(count, 100.0),
        speed_limit_kmh=np.full(count, 100.0),
        two_way=True,
    )
    plain = next(c for c in named_region(_ATLAS).chargers.chargers if _fits(c))
    node = np.arange(1, count, dtype=np.int32)
    sites = tuple(replace(plain, id=f"at {k}", lat=0.0, lon=float(lon[k])) for k in node.tolist())
    return Region("straight road", network, ChargerSet(sites, node), Gazetteer(()))


def _fits(site: Any) -> bool:  # noqa: ANN401 - a charger
    return any(plug.standard == "CHADEMO" for plug in site.connectors)


def warm_up(
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing if all is well.")
    ] = False,
) -> None:
    """Compile ahead what plans, batches, audits and pages need, and keep it: for images and CI."""
    try:
        with notes.status("compiling (a minute or two, the first time)"):
            done = warmed()
    except TripplanError as error:
        stop(error)
    if not quiet:
        typer.echo(done.in_words())
